/** What a search leaves: its trials, the best of them, and what mattered. */
import { dimensionsOf, type Point, paramsOf } from '../dimensions.ts'
import { type Importance, type ImportanceOptions, importanceOf } from '../importance/importance.ts'
import type { Params, Space } from '../space.ts'
import { type Direction, type Job, type Report, type Result, toLoss } from './job.ts'

export interface Trial<S extends Space = Space> {
  /** From 0. */
  readonly trial: number
  readonly params: Params<S>
  readonly point: Point
  /** Of its last job; `unfinished` where the study was interrupted before it had a result. */
  readonly status: 'complete' | 'pruned' | 'failed' | 'unfinished'
  /** What the objective returned last; of a pruned trial, what it reported last. */
  readonly value: number | undefined
  /** What it was given for that. */
  readonly budget: number
  /** Values on the way, over all its jobs. */
  readonly reports: readonly Report[]
  /** Why it failed. */
  readonly reason: string | undefined
  readonly seconds: number
}

export interface Study<S extends Space = Space> {
  readonly space: S
  readonly direction: Direction
  readonly trials: readonly Trial<S>[]
  /** Of the trials that were given most, the one with the best value; nothing where none was completed. */
  readonly best: Trial<S> | undefined
  /** Whether a signal or the time limit ended it before its last trial. */
  readonly interrupted: boolean
  /** The best `count` complete trials, those that were given more before those that were given less. */
  top(count: number): Trial<S>[]
  /** How much of what the values vary by is due to each parameter. */
  importance(options?: ImportanceOptions): Importance[]
}

export function studyOf<S extends Space>(
  space: S,
  direction: Direction,
  trials: readonly Trial<S>[],
  interrupted: boolean,
): Study<S> {
  const ranked = rank(trials, direction)
  return {
    space,
    direction,
    trials,
    best: ranked[0],
    interrupted,
    top: (count) => ranked.slice(0, count),
    importance(options) {
      const tried = trials.flatMap(({ status, value, budget, point }) =>
        status === 'complete' && value !== undefined ? [{ point, value, budget }] : [],
      )
      return importanceOf(dimensionsOf(space), tried, options)
    },
  }
}

/** The complete ones, the best first. */
export function rank<S extends Space>(trials: readonly Trial<S>[], direction: Direction): Trial<S>[] {
  return trials
    .filter(({ status }) => status === 'complete')
    .sort((a, b) => b.budget - a.budget || toLoss(a.value ?? 0, direction) - toLoss(b.value ?? 0, direction))
}

/** A trial that was begun. */
export function trialOf<S extends Space>(space: S, { trial, point, budget }: Job): Trial<S> {
  const params = paramsOf(space, point)
  const nothing = { value: undefined, reason: undefined, reports: [], seconds: 0 }
  return { trial, params, point, budget, status: 'unfinished', ...nothing }
}

/** The trial with one more of its jobs done. */
export function withResult<S extends Space>(trial: Trial<S>, { job, outcome, reports, seconds }: Result): Trial<S> {
  return {
    ...trial,
    status: outcome.status,
    value: outcome.status === 'failed' ? undefined : outcome.value,
    budget: job.budget,
    reports: [...trial.reports, ...reports],
    reason: outcome.status === 'failed' ? outcome.reason : undefined,
    seconds: trial.seconds + seconds,
  }
}
