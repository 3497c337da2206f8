/** What an experiment file exports: everything that `fit` needs, with defaults that its runner may override. */
import { ThalwegError } from '../base/index.ts'
import type { Dataset, Order, Preprocessing, TableOptions } from '../data/index.ts'
import type { Loss, Model, Store } from '../nn/index.ts'
import type { Optimizer, Plateau, Schedule, UpdateRules } from '../optim/index.ts'
import type { Metric } from './monitor.ts'
import { checkKinds } from './option-kinds.ts'
import { checkNames, type Names, SHARED } from './option-names.ts'
import type { StatisticsChoice } from './settings.ts'
import type { EarlyStoppingOptions } from './stopping.ts'

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
  /**
   * What the command line knows: a dataset by name (`fashion-mnist`), or a table (`wine.csv`, seen from the experiment file;
   * `target` names the column to predict), split and preprocessed as `thalweg train` does it.
   */
  readonly load: (source: string, options?: LoadOptions) => Promise<ExperimentData>
}

/** For tables. */
export interface LoadOptions {
  /** The column to predict. */
  readonly target?: string | undefined
  /** What columns hold, where it is not to be inferred: `types` of `prepareTable`. */
  readonly types?: TableOptions['types'] | undefined
}

export interface InitializeContext {
  readonly model: Model
  readonly train: Dataset
  /** Of the run. */
  readonly seed: number
}

export interface Experiment extends UpdateRules {
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
  /** Default `shuffled()`. */
  readonly order?: Order
  readonly schedule?: Schedule | Plateau
  /** Default `validLoss`, and `trainLoss` where nothing is validated. */
  readonly metric?: Metric
  /** Default never. */
  readonly earlyStopping?: EarlyStoppingOptions
  /** Default 1 with early stopping, otherwise 0. */
  readonly keepBest?: number
  /** What batch norm normalizes by in the end. Default `moving`; `exact` with an average. */
  readonly statistics?: StatisticsChoice
  /** First weights that are worked out, or brought along: `async (c) => (await lsuv(c.model, c.train, c)).store`. */
  readonly initialize?: (context: InitializeContext) => Store | Promise<Store>
}

const NAMES: Names<Experiment> = { ...SHARED, name: 0, data: 0, model: 0, initialize: 0 }

/**
 * Returns its argument; it is there for the types, `export default defineExperiment({ ... })`, and for names that are none.
 *
 * @throws ThalwegError `train/unknown-option` with near names, `train/bad-option` for what cannot be meant
 */
export function defineExperiment(experiment: Experiment): Experiment {
  checkNames('experiment', experiment, NAMES)
  checkKinds('experiment', experiment, ['loss', 'optimizer'])
  const { name = '' } = experiment
  if (typeof name === 'string') return experiment
  throw new ThalwegError('train/bad-option', {
    rule: 'experiment: name must be a text',
    received: String(name),
    try: "give name: 'spirals', or leave it out: the file's name",
  })
}
