/**
 * One workload, all contenders. They prepare, then take turns, one short slice each, round after round, so that a machine
 * that drifts drifts for all; idle ones sleep.
 */
import { type Contender, type ContenderOptions, startContender } from './contender.ts'
import type { Ready } from './protocol.ts'
import { type Measurement, median, quantile } from './report.ts'
import { operationsOf } from './work.ts'
import type { Workload } from './workloads.ts'

export interface RaceOptions {
  readonly threads: number
  /** Measured seconds for each contender. */
  readonly seconds: number
  /** Slices that they are measured in. */
  readonly rounds: number
  /** Seconds of steps before anything counts: compilers tier up, caches fill. */
  readonly warmUp: number
  /** Seconds that nobody may take for an answer, beside those of measuring. */
  readonly patience: number
}

/** A contender that got ready. */
interface Racer {
  readonly contender: Contender
  readonly ready: Ready
  /** Bytes before it prepared anything. */
  readonly idle: number | undefined
  readonly times: number[]
  spent: number
  /** Set when it fell out on the way. */
  unsupported?: string
}

export async function race(
  workload: Workload,
  field: readonly ContenderOptions[],
  options: RaceOptions,
): Promise<Measurement[]> {
  const { threads, seconds, rounds, warmUp, patience } = options
  const row = { workload: workload.name, threads }
  const racers: Racer[] = []
  const refusals: Measurement[] = []
  for (const entry of field) {
    const contender = startContender(entry, patience)
    const greeting = await contender.greet()
    const idle = contender.memory()?.now
    const ready = 'unsupported' in greeting ? greeting : await contender.prepare(workload, threads)
    if (!('unsupported' in ready)) racers.push({ contender, ready, idle, times: [], spent: 0 })
    else {
      contender.close()
      refusals.push({ ...row, contender: entry.name, about: entry.name, unsupported: ready.unsupported })
    }
  }
  for (const racer of racers) await turn(racer, warmUp, false)
  for (let round = 0; round < rounds; round++)
    // One whose single step takes longer than all of its time has had its turn.
    for (const racer of racers) if (racer.spent < seconds) await turn(racer, seconds / rounds, true)
  const measured = racers.map((racer): Measurement => {
    const { contender, ready, idle, times, unsupported } = racer
    const peak = unsupported === undefined ? contender.memory()?.most : undefined
    contender.close()
    const found = { ...row, contender: contender.name, about: ready.about }
    if (unsupported !== undefined) return { ...found, unsupported }
    return {
      ...found,
      differs: ready.differs,
      median: median(times),
      fastest: quantile(times, 0.1),
      slowest: quantile(times, 0.9),
      operations: operationsOf(workload),
      compileMs: ready.compileMs,
      kernels: ready.kernels,
      ...(idle !== undefined && peak !== undefined && { memory: { idle, peak } }),
    }
  })
  return [...measured, ...refusals]
}

async function turn(racer: Racer, seconds: number, counts: boolean): Promise<void> {
  if (racer.unsupported !== undefined) return
  const start = performance.now()
  const answer = await racer.contender.measure(seconds)
  if ('unsupported' in answer) racer.unsupported = answer.unsupported
  else if (counts) {
    racer.times.push(...answer)
    racer.spent += (performance.now() - start) / 1000
  }
}
