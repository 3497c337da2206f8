/**
 * The training loop. Everything that acts is elsewhere: the compiled step and its state (session.ts), what is recorded
 * into it (step.ts), measuring (evaluate.ts), the bytes of a checkpoint (checkpoint.ts). Here is the order of things.
 */
import { ThalwegError } from '../base/index.ts'
import { batchCount, batchRows, epochOrder, sequentialOrder } from '../data/index.ts'
import type { Model } from '../nn/index.ts'
import { checkSignature, encodeCheckpoint, type Position, type Signature } from './checkpoint.ts'
import { createClock } from './clock.ts'
import { createEvaluator } from './evaluate.ts'
import type { EpochEvent } from './events.ts'
import type { Metrics } from './metrics.ts'
import { completeOptions, type FitOptions, rateOf, type Settings } from './options.ts'
import { createPace } from './pace.ts'
import { epochEvent, startEvent, stepEvent, testNumbers } from './report.ts'
import { createRun, type Run } from './run.ts'
import type { StoredArray } from './safetensors.ts'
import { openSession, type Session } from './session.ts'

/** How often a long computation looks up: for signals, displays, and numbers that stopped being finite. */
const LOOK_UP_MS = 50
const STEP_EVENT_MS = 100

/**
 * Trains `model`, layers or a function written from tensor ops, and resolves to the run.
 *
 * @throws ThalwegError for options and shapes that do not fit, before anything is trained; `train/non-finite-loss` with
 * the step and the epoch where it happened; whatever `checkpoint.save` throws
 */
export async function fit(model: Model, options: FitOptions): Promise<Run> {
  const settings = completeOptions(options)
  const { train, valid, test, epochs, batchSize, resume, signal } = settings
  const emit = settings.onEvent ?? (() => undefined)
  const signature = settings.checkpoint || resume ? await signatureOf(settings) : undefined
  if (resume && signature) checkSignature(signature, resume.signature)

  const session = openSession(model, settings, emit)
  const { loss, engine } = settings
  const evaluator = createEvaluator(model, { store: session.store, loss, engine }, emit)
  const batches = batchCount(train.size, batchSize)
  const history: EpochEvent[] = [...(resume?.history ?? [])]
  let position: Position = resume?.position ?? { epoch: 0, batch: 0, step: 0 }
  let saved = resume?.position

  const pace = createPace(LOOK_UP_MS)
  const clock = createClock(resume?.seconds, resume?.epochSeconds)
  let lastStepEvent = performance.now()

  /** Between two steps: says how it goes, lets others have their turn, and looks for numbers that are none. */
  async function lookUp(): Promise<void> {
    const due = settings.stepEvents
      ? position.step % settings.stepEvents === 0
      : performance.now() - lastStepEvent >= STEP_EVENT_MS
    if (due) {
      lastStepEvent = performance.now()
      emit(stepEvent(settings, session, position, batches))
    }
    if (pace.due()) {
      refuseNonFinite(session, batches)
      await pace.pause()
    }
  }

  async function save(best: boolean): Promise<void> {
    refuseNonFinite(session, batches)
    if (!settings.checkpoint || !signature || saved === position) return
    const arrays = session.arrays()
    refuseNonFiniteArrays(arrays, position)
    const { seconds, epochSeconds } = clock
    const bytes = await encodeCheckpoint({ signature, position, history, seconds, epochSeconds, arrays })
    const path = await settings.checkpoint.save({ bytes, position, best })
    saved = position
    emit({ type: 'checkpoint', step: position.step, epoch: position.epoch, best, ...(path !== undefined && { path }) })
  }

  /** Steps until the epoch is through; false where the signal ended it early. */
  async function trainEpoch(): Promise<boolean> {
    const { everySteps } = settings.checkpoint ?? {}
    const order = settings.shuffle ? epochOrder(train.size, settings.seed, position.epoch) : sequentialOrder(train.size)
    if (position.batch === 0) session.beginEpoch()
    while (position.batch < batches) {
      if (signal?.aborted) return false
      session.step(batchRows(order, batchSize, position.batch), rateOf(settings, position.step), position.epoch)
      position = { epoch: position.epoch, batch: position.batch + 1, step: position.step + 1 }
      if (everySteps && position.step % everySteps === 0 && position.batch < batches) await save(false)
      await lookUp()
    }
    return true
  }

  /** Measures the epoch and closes it; false where the signal came first. */
  async function finishEpoch(): Promise<boolean> {
    refuseNonFinite(session, batches)
    const metrics = valid && (await evaluator.evaluate(valid, pace, signal))
    if (signal?.aborted) return false
    const event = epochEvent(settings, session, position, clock.epochSeconds, metrics)
    history.push(event)
    emit(event)
    position = { epoch: position.epoch + 1, batch: 0, step: position.step }
    clock.beginEpoch()
    const everyEpochs = settings.checkpoint?.everyEpochs ?? 1
    const isDue = position.epoch % everyEpochs === 0 || position.epoch === epochs
    if (isDue) await save(isBest(history, everyEpochs))
    return true
  }

  function run(state: { test: Metrics | undefined; interrupted: boolean }): Run {
    return createRun({ model, settings, session, history, position, seconds: clock.seconds, ...state })
  }

  async function interrupted(): Promise<Run> {
    await save(false)
    emit({ type: 'interrupted', step: position.step, epoch: position.epoch })
    return run({ test: undefined, interrupted: true })
  }

  try {
    if (resume) session.restore(resume.arrays)
    await settings.checkpoint?.open?.()
    emit(startEvent(settings, session, position, batches))
    while (position.epoch < epochs) {
      if (!(await trainEpoch()) || !(await finishEpoch())) return await interrupted()
    }
    const metrics = test && (await evaluator.evaluate(test, pace, signal))
    if (signal?.aborted) return await interrupted()
    emit({ type: 'end', ...testNumbers(metrics), epochs: position.epoch, seconds: clock.seconds })
    return run({ test: metrics, interrupted: false })
  } finally {
    pace.close()
    evaluator.release()
    session.release()
  }
}

async function signatureOf({ seed, batchSize, shuffle, optimizer, loss, train }: Settings): Promise<Signature> {
  return {
    seed,
    batchSize,
    shuffle,
    optimizer: { name: optimizer.name, options: optimizer.options },
    loss: { name: loss.name, options: loss.options },
    examples: train.size,
    data: await train.fingerprint(),
  }
}

/** The compiled step keeps watch by itself; here someone looks. */
function refuseNonFinite(session: Session, batches: number): void {
  const { firstBad } = session.sums()
  if (firstBad > 0) throw nonFinite(`NaN or infinity in step ${firstBad}, epoch ${Math.ceil(firstBad / batches)}`)
}

/** The last update may have spoilt a parameter before any loss shows it: nothing like that is ever saved. */
function refuseNonFiniteArrays(arrays: ReadonlyMap<string, StoredArray>, { step, epoch, batch }: Position): void {
  for (const [name, { data }] of arrays) {
    if (data instanceof Int32Array || data.every(Number.isFinite)) continue
    throw nonFinite(`NaN or infinity in ${name} after step ${step}, epoch ${batch > 0 ? epoch + 1 : epoch}`)
  }
}

function nonFinite(received: string): ThalwegError {
  return new ThalwegError('train/non-finite-loss', {
    rule: 'fit: the loss must stay a finite number',
    received,
    try: 'lower the learning rate, and check that inputs and targets are scaled; the last checkpoint is from before',
  })
}

/** Whether the last epoch has the lowest validation loss of those that were saved. */
function isBest(history: readonly EpochEvent[], everyEpochs: number): boolean {
  const last = history.at(-1)?.validLoss
  if (last === undefined || Number.isNaN(last)) return false
  const saved = history.slice(0, -1).filter(({ epoch }) => epoch % everyEpochs === 0)
  return saved.every(({ validLoss = Number.NaN }) => !(validLoss <= last))
}
