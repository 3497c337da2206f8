/**
 * What a run says while it goes on: plain data, one type a happening. The terminal, the lab, the diagnosis and the tuner
 * all listen to these and to nothing else. Epochs and steps count from 1 here: `epoch: 3` is the third one.
 */
import type { Shape } from '../base/index.ts'
import type { Plan } from '../compile/index.ts'
import type { Finding } from './finding.ts'
import type { Mend } from './patch.ts'

export interface StartEvent {
  readonly type: 'start'
  readonly task: 'class' | 'number'
  /** Number of trainable values. */
  readonly parameters: number
  /** Training examples; how many of them a step sees; how many steps this epoch has, and all epochs together. */
  readonly examples: number
  readonly batchSize: number
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  readonly epochs: number
  readonly seed: number
  /** Name of the backend and what it found to use: `wasm`, `simd128`. */
  readonly backend: string
  readonly features: readonly string[]
  /** Steps and epochs that were finished before, in a resumed run; 0 otherwise. */
  readonly step: number
  readonly epoch: number
}

/** A step of a new shape was compiled. */
export interface CompileEvent {
  readonly type: 'compile'
  readonly purpose: 'train' | 'evaluate'
  /** Of the batch: `[64,28,28,1]`. */
  readonly shape: Shape
  /** From recording the step to a plan that can run. */
  readonly ms: number
  readonly kernels: number
  readonly arenaBytes: number
}

/** Paced by the clock (about ten a second), for displays; or every `stepEvents` steps. */
export interface StepEvent {
  readonly type: 'step'
  /** The epoch that is going on. */
  readonly epoch: number
  /** Updates made since the beginning of the run. */
  readonly step: number
  /** Which step of this epoch it was, of how many. */
  readonly batch: number
  readonly batches: number
  /** Mean loss of this step's batch. */
  readonly loss: number
  /** Means over this epoch so far, as the parameters were at each step. */
  readonly trainLoss: number
  readonly trainAccuracy?: number
  readonly learningRate: number
}

export interface EpochEvent {
  readonly type: 'epoch'
  readonly epoch: number
  readonly step: number
  /** Means over the epoch, each batch under the parameters and the dropout masks it was trained with. */
  readonly trainLoss: number
  readonly trainAccuracy?: number
  /** In inference mode, after the epoch. */
  readonly validLoss?: number
  readonly validAccuracy?: number
  readonly validR2?: number
  /** Of the last step. */
  readonly learningRate: number
  /** This epoch took, validation included. */
  readonly seconds: number
}

export interface CheckpointEvent {
  readonly type: 'checkpoint'
  /** Finished steps, and finished epochs. */
  readonly step: number
  readonly epoch: number
  /** Whether it is the best of the epochs that were saved so far, by the run's metric. */
  readonly best: boolean
  /** Where the sink put it, if it says so. */
  readonly path?: string
}

/** What the babysitter found, once in an attempt, where it arose. */
export interface FindingEvent extends Finding {
  readonly type: 'finding'
  /** Of the run: the first one is 1, and each mend that is kept begins another. */
  readonly attempt: number
  /** An attempt that was given up has told it already: it is true of this one too, and no news. */
  readonly again?: boolean
}

/** The babysitter has tried to mend the run: what was raced, and what the run goes on with. */
export interface MendEvent extends Mend {
  readonly type: 'mend'
}

/** Early stopping ended the run before its last epoch. */
export interface StopEvent {
  readonly type: 'stop'
  /** The last epoch. */
  readonly epoch: number
  readonly step: number
  /** Nothing got better for too long, or not good enough: the baseline was not beaten. */
  readonly reason: 'patience' | 'baseline'
  readonly metric: string
  /** Epochs that went by without an improvement. */
  readonly waited: number
  /** The same in a sentence. */
  readonly message: string
}

/** The model has the weights of its best epoch again: what is tested and predicted with from here on. */
export interface RestoreEvent {
  readonly type: 'restore'
  readonly epoch: number
  readonly step: number
  readonly metric: string
  readonly value: number
}

/** The run was asked to stop, finished its step and saved. */
export interface InterruptedEvent {
  readonly type: 'interrupted'
  readonly step: number
  readonly epoch: number
}

export interface EndEvent {
  readonly type: 'end'
  /** On the test part if there is one. */
  readonly testLoss?: number
  readonly testAccuracy?: number
  readonly testR2?: number
  /** Epochs that were trained. */
  readonly epochs: number
  /** Of these the best one by the run's metric, where its weights were restored. */
  readonly bestEpoch?: number
  /** Training, validation and test, over all sittings of a resumed run. */
  readonly seconds: number
}

export type TrainEvent =
  | StartEvent
  | CompileEvent
  | StepEvent
  | EpochEvent
  | CheckpointEvent
  | FindingEvent
  | MendEvent
  | StopEvent
  | RestoreEvent
  | InterruptedEvent
  | EndEvent

export function compileEvent(purpose: 'train' | 'evaluate', shape: Shape, plan: Plan, ms: number): CompileEvent {
  return { type: 'compile', purpose, shape, ms, kernels: plan.kernels, arenaBytes: plan.arenaBytes }
}
