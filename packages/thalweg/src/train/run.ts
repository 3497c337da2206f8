/** What `fit` leaves: the trained model with its weights, what happened on the way, and how to use and keep it. */
import type { Shape } from '../base/index.ts'
import type { Dataset, Target } from '../data/index.ts'
import type { Model, Store } from '../nn/index.ts'
import type { BestEpoch } from './best.ts'
import type { Position } from './checkpoint.ts'
import { evaluate } from './evaluate.ts'
import type { EpochEvent, FindingEvent, StopEvent } from './events.ts'
import type { Metrics } from './metrics.ts'
import { bestFirst } from './monitor.ts'
import type { Mend } from './patch.ts'
import { type PredictInputs, type Prediction, predict } from './predict.ts'
import type { SaveRunOptions } from './save-run.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'

export interface Run {
  readonly model: Model
  /**
   * The weights that count: those that it was tested with, predicts with and saves. The last ones; those of the best epoch, where
   * it stopped early and went back; where an average was kept, that. Batch norm has the statistics that the option `statistics` says;
   * in a run that a signal ended, those of training.
   */
  readonly store: Store
  /** Where an average was kept: the weights as the last update left them. */
  readonly last: Store | undefined
  /** Of one example. */
  readonly inputShape: Shape
  readonly target: Target
  /** One entry an epoch. */
  readonly history: readonly EpochEvent[]
  /** What the diagnosis saw. */
  readonly findings: readonly FindingEvent[]
  /** What the babysitter has done about it. */
  readonly mends: readonly Mend[]
  /** On the test part, if there is one and the run came to its end. */
  readonly test: Metrics | undefined
  /** Whether a signal ended it before the last epoch. */
  readonly interrupted: boolean
  /** Number of trainable values. */
  readonly parameters: number
  /** Epochs that were trained. */
  readonly epochs: number
  /** Of these the best one (from 1) by the run's metric; nothing before the first ended. */
  readonly bestEpoch: number | undefined
  /** The best epochs with their weights, the best one first: as many as `keepBest` says. */
  readonly best: readonly BestEpoch[]
  /** Why early stopping ended the run. */
  readonly stop: Omit<StopEvent, 'type'> | undefined
  readonly steps: number
  readonly seconds: number
  /** The compiled step as text: kernels, shapes, bytes. */
  readonly plan: string
  /** Predictions for `inputs`, `[examples, ...inputShape]`: row-major numbers, or an array of examples. */
  predict(inputs: PredictInputs): Prediction
  evaluate(dataset: Dataset): Promise<Metrics>
  /** Writes it into a folder, from which `loadRun` and `loadWeights` read. Node only. */
  save(folder: string, options?: SaveRunOptions): Promise<void>
}

export interface RunParts {
  readonly store: Store
  readonly last: Store | undefined
  readonly model: Model
  readonly settings: Settings
  readonly session: Session
  readonly history: readonly EpochEvent[]
  readonly findings: readonly FindingEvent[]
  readonly mends: readonly Mend[]
  readonly best: readonly BestEpoch[]
  readonly stop: Run['stop']
  readonly position: Position
  readonly seconds: number
  readonly test: Metrics | undefined
  readonly interrupted: boolean
}

export function createRun({ model, store, settings, session, history, position, ...ending }: RunParts): Run {
  const { train, engine, loss, monitor } = settings
  const { seconds, mends, test } = ending
  const bestEpoch = bestFirst(history, monitor)[0]?.epoch
  const { inputShape, target } = train
  const { plan, parameters } = session
  return {
    model,
    store,
    inputShape,
    target,
    history,
    ...ending,
    parameters,
    epochs: position.epoch,
    bestEpoch,
    steps: position.step,
    get plan() {
      return plan.toString()
    },
    predict: (inputs) => predict(model, inputs, { store, inputShape, target, engine }),
    evaluate: (dataset) => evaluate(model, dataset, { store, loss, engine }),
    async save(folder, saving) {
      const weights = store.save()
      const ended = { epochs: position.epoch, bestEpoch, steps: position.step, seconds, history, mends, test }
      const { recordOf, saveRun } = await import('./save-run.ts')
      await saveRun(folder, { weights, record: recordOf(settings, ended) }, saving)
    },
  }
}
