/** What a training follows from, as it is asked for and as it is carried out. */
import type { Engine } from '../compile/index.ts'
import type { Dataset, EpochOrders, Order } from '../data/index.ts'
import type { Loss, Store } from '../nn/index.ts'
import type { Optimizer, Plateau, Schedule, UpdateRules } from '../optim/index.ts'
import type { CheckpointOptions, Snapshot } from './checkpoint.ts'
import type { TrainEvent } from './events.ts'
import type { Metric, Monitor } from './monitor.ts'
import type { EarlyStoppingOptions } from './stopping.ts'

/** See {@link TrainingOptions.statistics}. */
export type StatisticsChoice = 'moving' | 'article' | 'exact'

/** Everything that a training follows from. */
export interface TrainingOptions extends UpdateRules {
  /** What to learn from. */
  readonly train: Dataset
  /** Looked at after every epoch. */
  readonly valid?: Dataset | undefined
  /** Looked at once, at the end. */
  readonly test?: Dataset | undefined
  readonly loss: Loss
  readonly optimizer: Optimizer
  readonly epochs: number
  /** Examples a step: 1 is stochastic, `'all'` is batch gradient descent. Default 64, at most an epoch's examples. */
  readonly batchSize?: number | 'all'
  /** Of the initial weights, the order of examples and every random number in training. Default 0. */
  readonly seed?: number
  /** Which examples an epoch goes through, and in which order. Default `shuffled()`. */
  readonly order?: Order | undefined
  /**
   * The learning rate of a step (from 0), or a rate that drops when the metric stops getting better, instead of the
   * optimizer's own. It never compiles anew.
   */
  readonly schedule?: Schedule | Plateau | undefined
  /**
   * What says how good an epoch was, for everything that compares epochs: early stopping, the best ones, the plateau.
   * Default `validLoss`, and `trainLoss` where nothing is validated.
   */
  readonly metric?: Metric | undefined
  /** Ends the run when the metric has not got better for a while, with the weights of the best epoch. Default never. */
  readonly earlyStopping?: EarlyStoppingOptions | undefined
  /** Of how many of the best epochs the run keeps the weights, as `best`. Default 1 with early stopping, otherwise 0. */
  readonly keepBest?: number | undefined
  /**
   * What batch norm normalizes by once the weights are final, when the run is tested, predicts and is saved: the moving averages
   * of training, the article's population formula, or the exact statistics of the training data. Default `moving`; `exact`
   * where an average of the weights is kept, which has no moving averages of its own.
   */
  readonly statistics?: StatisticsChoice | undefined
  /** Where to compute. Default the shared wasm engine. */
  readonly engine?: Engine
  /** Weights to go on from. Default new ones, drawn from `seed`. */
  readonly store?: Store
  /** When it fires, the step is finished, a checkpoint saved, and the run returned as it is. */
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: TrainEvent) => void) | undefined
  /** A step event every so many steps. Default: about ten a second. */
  readonly stepEvents?: number
  readonly checkpoint?: CheckpointOptions | undefined
  /** Goes on from here, bit for bit as if nothing had happened. Everything else must be as it was. */
  readonly resume?: Snapshot | undefined
}

/** The options with their defaults, checked. */
export interface Settings
  extends Omit<TrainingOptions, 'batchSize' | 'seed' | 'order' | 'engine' | 'metric' | 'keepBest'> {
  readonly batchSize: number
  readonly seed: number
  readonly orders: EpochOrders
  readonly engine: Engine
  readonly monitor: Monitor
  readonly keepBest: number
}
