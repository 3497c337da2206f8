/** What a study asks to be done, one training of one trial up to a budget, and what came of it. Plain data. */
import type { Point } from '../dimensions.ts'

export interface Job {
  /** Its place in the study, from 0. */
  readonly index: number
  /** Number of the trial, from 0. A trial that is promoted has several jobs. */
  readonly trial: number
  readonly point: Point
  /** In what the study says is the unit: epochs, mostly. */
  readonly budget: number
  /** The same for every trial: what differs between them is the configuration and not luck. */
  readonly seed: number
  /** Losses at steps that it must not be above, if it is to go on. */
  readonly limits: readonly Limit[]
}

/** At `step`, the highest loss (lower is better, whichever way the study goes) that may go on. */
export interface Limit {
  readonly step: number
  readonly loss: number
}

export interface Report {
  readonly step: number
  readonly value: number
}

export type Outcome =
  | { readonly status: 'complete'; readonly value: number }
  /** Stopped by a limit; `value` is the last one reported. */
  | { readonly status: 'pruned'; readonly value: number; readonly step: number }
  | { readonly status: 'failed'; readonly reason: string }

/** A job that is done. */
export interface Result {
  readonly job: Job
  readonly outcome: Outcome
  /** Values on the way, as the objective reported them. */
  readonly reports: readonly Report[]
  readonly seconds: number
}

export type Direction = 'min' | 'max'

/** Lower is better; infinite where the trial failed. */
export function lossOf(outcome: Outcome, direction: Direction): number {
  if (outcome.status === 'failed') return Number.POSITIVE_INFINITY
  return toLoss(outcome.value, direction)
}

export function toLoss(value: number, direction: Direction): number {
  return direction === 'min' ? value : -value
}
