/** What an experiment file exports: everything that `fit` needs, with defaults that its runner may override. */
import type { Dataset, Preprocessing } from '../data/index.ts'
import type { Loss, Model } from '../nn/index.ts'
import type { Optimizer, Schedule } from '../optim/index.ts'

export interface ExperimentData {
  readonly train: Dataset
  readonly valid?: Dataset
  readonly test?: Dataset
  /** Kept with the run, and applied before it predicts. */
  readonly preprocessing?: Preprocessing
}

export interface ExperimentContext {
  /** Of the run: a split, or generated data, may follow it. */
  readonly seed: number
  /** `--data DIR`, where it was given. */
  readonly folder?: string | undefined
}

export interface Experiment {
  /** Names the run. Default the file's name. */
  readonly name?: string
  /** The data, or how to make it. */
  readonly data: ExperimentData | ((context: ExperimentContext) => ExperimentData | Promise<ExperimentData>)
  readonly model: Model
  readonly loss: Loss
  readonly optimizer: Optimizer
  readonly epochs: number
  /** Default 64. */
  readonly batchSize?: number | 'all'
  /** Default 0. */
  readonly seed?: number
  /** Default true. */
  readonly shuffle?: boolean
  readonly schedule?: Schedule
}

/** Returns its argument; it is there for the types: `export default defineExperiment({ ... })`. */
export function defineExperiment(experiment: Experiment): Experiment {
  return experiment
}
