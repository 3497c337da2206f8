/** What a loop says at each point, made from where its session stands. */
import { batchCount } from '../data/index.ts'
import type { Position } from './checkpoint.ts'
import type { EpochEvent, StartEvent, StepEvent } from './events.ts'
import type { Metrics } from './metrics.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'
import { updatesOf, updatesOfRun } from './updates.ts'

export function startEvent(settings: Settings, session: Session, { epoch, step }: Position): StartEvent {
  const { train, batchSize, epochs, seed, engine, orders } = settings
  return {
    type: 'start',
    task: train.target.kind,
    parameters: session.parameters,
    examples: train.size,
    batchSize,
    stepsPerEpoch: updatesOf(batchCount(orders.length(epoch), batchSize), settings),
    totalSteps: updatesOfRun(settings),
    epochs,
    seed,
    backend: engine.backend.name,
    features: engine.backend.features,
    step,
    epoch,
  }
}

/** After `position.batch` steps of an epoch of `length` examples, the last of them at this rate. */
export function stepEvent(
  settings: Settings,
  session: Session,
  position: Position,
  { length, learningRate }: { readonly length: number; readonly learningRate: number },
): StepEvent {
  return {
    type: 'step',
    epoch: position.epoch + 1,
    step: position.step,
    batch: position.batch,
    batches: batchCount(length, settings.batchSize),
    loss: session.lastLoss(),
    ...trainMeans(settings, session, Math.min(position.batch * settings.batchSize, length)),
    learningRate,
  }
}

/** When all steps of the epoch are done; `metrics` are the validation's. */
export function epochEvent(
  settings: Settings,
  session: Session,
  position: Position,
  {
    length,
    learningRate,
    seconds,
  }: { readonly length: number; readonly learningRate: number; readonly seconds: number },
  metrics: Metrics | undefined,
): EpochEvent {
  const { loss, accuracy, r2 } = numbersOf(metrics)
  return {
    type: 'epoch',
    epoch: position.epoch + 1,
    step: position.step,
    ...trainMeans(settings, session, length),
    ...(loss !== undefined && { validLoss: loss }),
    ...(accuracy !== undefined && { validAccuracy: accuracy }),
    ...(r2 !== undefined && { validR2: r2 }),
    learningRate,
    seconds,
  }
}

/** The figures of a test for the end event. */
export function testNumbers(metrics: Metrics | undefined): {
  testLoss?: number
  testAccuracy?: number
  testR2?: number
} {
  const { loss, accuracy, r2 } = numbersOf(metrics)
  return {
    ...(loss !== undefined && { testLoss: loss }),
    ...(accuracy !== undefined && { testAccuracy: accuracy }),
    ...(r2 !== undefined && { testR2: r2 }),
  }
}

function numbersOf(metrics: Metrics | undefined): { loss?: number; accuracy?: number; r2?: number } {
  if (metrics === undefined) return {}
  const { loss } = metrics
  return metrics.task === 'class' ? { loss, accuracy: metrics.accuracy } : { loss, r2: metrics.r2 }
}

function trainMeans(
  settings: Settings,
  session: Session,
  examples: number,
): { trainLoss: number; trainAccuracy?: number } {
  const { lossSum, correct } = session.sums()
  const trainLoss = lossSum / examples
  return settings.train.target.kind === 'class' ? { trainLoss, trainAccuracy: correct / examples } : { trainLoss }
}
