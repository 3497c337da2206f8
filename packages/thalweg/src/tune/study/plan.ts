/**
 * The sequence of jobs of a study. The next one is a function of those before it, and of the results that it may know of: all
 * but the last few, whose number depends on how many jobs run at a time and on nothing else. So the sequence is the same
 * however fast each job is, and goes on the same after an interruption.
 */
import { random } from '../../base/index.ts'
import type { Dimension } from '../dimensions.ts'
import type { Pruner, Step } from '../pruners/pruner.ts'
import type { Sampler, Tried } from '../samplers/sampler.ts'
import { type Direction, type Job, lossOf, type Result, toLoss } from './job.ts'

export interface PlanOptions {
  readonly dimensions: readonly Dimension[]
  readonly sampler: Sampler
  readonly pruner: Pruner
  readonly direction: Direction
  readonly seed: number
  readonly trials: number
  /** Jobs at the same time. */
  readonly size: number
}

export interface Plan {
  /** `'wait'` where it depends on a job that is running, `'end'` after the last one. */
  next(jobs: readonly Job[], results: ReadonlyMap<number, Result>): Job | 'wait' | 'end'
  /** Trials that may still be promoted. */
  open(jobs: readonly Job[], results: ReadonlyMap<number, Result>): readonly number[]
}

export function planOf({ dimensions, sampler, pruner, direction, seed, trials, size }: PlanOptions): Plan {
  // Twice as many as run at a time: one slow job does not keep the others from going on.
  const hidden = size === 1 ? 0 : 2 * size - 1
  const looksBack = sampler.learns || pruner.limits !== undefined

  function stepsOf(jobs: readonly Job[], results: ReadonlyMap<number, Result>): Step[] {
    return jobs.map(({ index, trial, budget }) => {
      const result = results.get(index)
      return {
        trial,
        budget,
        loss: result && lossOf(result.outcome, direction),
        complete: result?.outcome.status === 'complete',
        reports: (result?.reports ?? []).map(({ step, value }) => ({ step, loss: toLoss(value, direction) })),
      }
    })
  }

  return {
    next(jobs, results) {
      const steps = stepsOf(jobs, results)
      const next = pruner.next(steps, trials)
      if (next.kind === 'wait' || next.kind === 'end') return next.kind
      const index = jobs.length
      if (next.kind === 'promote') {
        const { trial, budget } = next
        const point = jobs.find((job) => job.trial === trial)?.point ?? {}
        return { index, trial, point, budget, seed, limits: [] }
      }
      const known = steps.slice(0, Math.max(0, index - hidden))
      if (looksBack && known.some(({ loss }) => loss === undefined)) return 'wait'
      const trial = new Set(jobs.map((job) => job.trial)).size
      const tried = known.flatMap(({ loss, budget }, at): Tried[] =>
        loss === undefined ? [] : [{ point: jobs[at].point, loss, budget }],
      )
      const point = sampler.propose({ dimensions, trial, tried, random: random(seed, `tune/trial/${trial}`) })
      return { index, trial, point, budget: next.budget, seed, limits: pruner.limits?.(known) ?? [] }
    },
    open: (jobs, results) => pruner.open?.(stepsOf(jobs, results), trials) ?? [],
  }
}
