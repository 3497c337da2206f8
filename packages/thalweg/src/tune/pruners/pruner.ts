/**
 * What decides how much is spent on which trial. A pruner keeps nothing: the next job is a function of those before it, so
 * a study's jobs are one sequence, whoever does them and wherever it was interrupted.
 */
import type { Limit } from '../study/job.ts'

/** A job of the sequence; `loss` and `reports` are there once it is done. */
export interface Step {
  readonly trial: number
  readonly budget: number
  /** Lower is better; infinite for a failed trial, undefined while it runs. */
  readonly loss: number | undefined
  /** Whether it came to its end: pruned and failed trials are never promoted. */
  readonly complete: boolean
  /** Losses on the way. */
  readonly reports: readonly Limit[]
}

export type Next =
  | { readonly kind: 'new'; readonly budget: number }
  /** The trial goes on, from where it stopped, to a larger budget. */
  | { readonly kind: 'promote'; readonly trial: number; readonly budget: number }
  /** Depends on jobs that are still running. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'end' }

export interface Pruner {
  readonly name: string
  /** Plain data: part of what a study must not change when it is resumed. */
  readonly options: Readonly<Record<string, unknown>>
  /** How many trials it is made for; nothing where any number will do. */
  readonly trials?: number | undefined
  /** @param trials how many there may be */
  next(steps: readonly Step[], trials: number): Next
  /** Trials that may still be promoted, whose checkpoints must be kept. */
  open?(steps: readonly Step[], trials: number): readonly number[]
  /** For a job that is about to begin: where it must be, and when, to go on. */
  limits?(steps: readonly Step[]): Limit[]
}

/** One job a trial, each with the same budget. */
export function nextTrial(steps: readonly Step[], trials: number, budget: number): Next {
  return steps.length < trials ? { kind: 'new', budget } : { kind: 'end' }
}
