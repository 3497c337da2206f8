/** What is being optimized, and what it is told about the trial that it is called for. */
import type { FitOptions, Snapshot } from '../../train/index.ts'
import type { Params, Space } from '../space.ts'

/** `fit`'s options that a trial brings along; the rest is the objective's. */
export type TrialTraining = Pick<FitOptions, 'epochs' | 'seed' | 'resume' | 'checkpoint' | 'signal' | 'onEvent'>

export interface TrialContext {
  /** Number of the trial, from 0. */
  readonly trial: number
  /** The study's: the same for every trial, so that they differ by their configuration and not by luck. */
  readonly seed: number
  /** How much to spend altogether, what was spent in earlier calls for the same trial included: epochs, mostly. */
  readonly budget: number
  /** Where the trial stopped when it was promoted or interrupted. */
  readonly resume: Snapshot | undefined
  /** Fires when the trial shall stop: pruned, or the study interrupted. What the objective returns then is not used. */
  readonly signal: AbortSignal
  /** Tells how good it is after `step` (epochs, mostly): for pruners and displays. */
  report(value: number, step: number): void
  /**
   * All of this for `fit`: `fit(model, { train, valid, loss, optimizer, ...training })` trains up to the budget, goes on from
   * the trial's checkpoint, keeps the next one, and reports each epoch's validation loss; its validation accuracy or R2 where
   * the study looks for a maximum.
   */
  readonly training: TrialTraining
}

/** How good a configuration is. NaN, infinity or an error make it a failed trial. */
export type Objective<S extends Space> = (params: Params<S>, context: TrialContext) => number | Promise<number>
