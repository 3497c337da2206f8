/** What a loop says at each point, made from where its session stands. */
import type { Position } from './checkpoint.ts'
import type { EpochEvent, StartEvent, StepEvent } from './events.ts'
import type { Metrics } from './metrics.ts'
import { rateOf, type Settings } from './options.ts'
import type { Session } from './session.ts'

export function startEvent(
  settings: Settings,
  session: Session,
  position: Position,
  stepsPerEpoch: number,
): StartEvent {
  const { train, batchSize, epochs, seed, engine } = settings
  const { epoch, step } = position
  return {
    type: 'start',
    task: train.target.kind,
    parameters: session.parameters,
    examples: train.size,
    batchSize,
    stepsPerEpoch,
    epochs,
    seed,
    backend: engine.backend.name,
    features: engine.backend.features,
    step,
    epoch,
  }
}

/** After `position.batch` steps of the epoch. */
export function stepEvent(settings: Settings, session: Session, position: Position, batches: number): StepEvent {
  const examples = Math.min(position.batch * settings.batchSize, settings.train.size)
  return {
    type: 'step',
    epoch: position.epoch + 1,
    step: position.step,
    batch: position.batch,
    batches,
    loss: session.lastLoss(),
    ...trainMeans(settings, session, examples),
    learningRate: rateOf(settings, position.step - 1),
  }
}

/** When all steps of the epoch are done; `metrics` are the validation's. */
export function epochEvent(
  settings: Settings,
  session: Session,
  position: Position,
  seconds: number,
  metrics: Metrics | undefined,
): EpochEvent {
  const { loss, accuracy, r2 } = numbersOf(metrics)
  return {
    type: 'epoch',
    epoch: position.epoch + 1,
    step: position.step,
    ...trainMeans(settings, session, settings.train.size),
    ...(loss !== undefined && { validLoss: loss }),
    ...(accuracy !== undefined && { validAccuracy: accuracy }),
    ...(r2 !== undefined && { validR2: r2 }),
    learningRate: rateOf(settings, position.step - 1),
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
