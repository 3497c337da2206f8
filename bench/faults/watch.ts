/** Every chosen program under a babysitter: advice for all, and for what can be mended a repair and chance beside it. */
import type { Pool } from './pool.ts'
import type { Faulty, Healthy } from './select.ts'
import type { WatchedFault, WatchedHealthy } from './tally.ts'

export async function watchHealthy(pool: Pool, healthy: readonly Healthy[]): Promise<WatchedHealthy[]> {
  return Promise.all(
    healthy.map(async (one) => ({
      healthy: one,
      advised: await pool.trial(one.program, 'advise'),
    })),
  )
}

export async function watchFaults(pool: Pool, faults: readonly Faulty[], repairs: boolean): Promise<WatchedFault[]> {
  return Promise.all(
    faults.map(async (faulty, at) => {
      const { program, kind } = faulty
      const advised = await pool.trial(program, 'advise')
      if (!repairs || !kind.repairable) return { faulty, advised }
      const fixed = await pool.trial(program, 'fix')
      const searched = await pool.search(program, fixed.examples, at)
      return { faulty, advised, fixed, searched }
    }),
  )
}
