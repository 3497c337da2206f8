/**
 * The training loop. Everything that acts is elsewhere: the compiled step and its state (session.ts), what is recorded
 * into it (step.ts), measuring (evaluate.ts), the bytes of a checkpoint (checkpoint.ts). Here is the order of things.
 */
import type { ThalwegError } from '../base/index.ts'
import { batchCount, batchRows, type Dataset } from '../data/index.ts'
import type { Model, Store } from '../nn/index.ts'
import type { Attempts } from './attempts.ts'
import { type BestEpoch, createBestEpochs, withoutBest } from './best.ts'
import { createCase, keptPatches, sharedSteps } from './case.ts'
import type { Position } from './checkpoint.ts'
import { createClock } from './clock.ts'
import { createEvaluator } from './evaluate.ts'
import type { EpochEvent } from './events.ts'
import { checkStatisticsFit, finalWeights, restoresBest, takeStatistics } from './final.ts'
import { firstFindings } from './first-findings.ts'
import type { Metrics } from './metrics.ts'
import { type Moment, momentAt } from './moment.ts'
import { nonFiniteLoss, nonFiniteVariable } from './non-finite.ts'
import { completeOptions, type FitOptions } from './options.ts'
import { createPace } from './pace.ts'
import { createRates, type Rates } from './rates.ts'
import { epochEvent, startEvent, stepEvent, testNumbers } from './report.ts'
import { createRun, type Run, type RunParts } from './run.ts'
import type { Settings } from './settings.ts'
import { reasonToStop } from './stopping.ts'
import type { Watch } from './watch.ts'
import { compileAhead, openWork, type Work } from './work.ts'

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
  const asked = completeOptions(options)
  const { loss, valid, test, epochs, engine, monitor, keepBest, earlyStopping, resume, signal } = asked
  const emit = asked.onEvent ?? (() => undefined)
  const signing = asked.checkpoint || resume ? await import('./signature.ts') : undefined
  const signature = await signing?.signatureOf(asked, options.batchSize)
  if (resume && signature) signing?.checkSignature(signature, resume.signature)
  const { createSaver } = asked.checkpoint ? await import('./saving.ts') : {}
  const saver = asked.checkpoint && signature && createSaver?.(asked, asked.checkpoint, signature, emit)

  const history: EpochEvent[] = [...(resume?.history ?? [])]
  const record = createCase(emit, resume)
  let attempts: Attempts | undefined
  const bestEpochs = createBestEpochs(keepBest, monitor, resume)
  let position: Position = resume?.position ?? { epoch: 0, batch: 0, step: 0 }
  const whyStop = () => (earlyStopping ? reasonToStop(history, monitor, earlyStopping) : undefined)
  let stop = whyStop()

  const patches = keptPatches(record.mends)
  const plain = { model, settings: asked }
  // Patches find layers and optimizers by name, and so bring all of them along: only runs that were mended load that.
  const patched = patches.length === 0 ? plain : (await import('./apply-patch.ts')).applyPatches(plain, patches)
  await checkStatisticsFit(patched.model, patched.settings)
  const watchers = { babysit: options.babysit, record }
  const open = (model: Model, settings: Settings) => openWork(model, settings, watchers, emit)
  let work = open(patched.model, patched.settings)
  let rates = ratesOf(work)
  const pace = createPace(LOOK_UP_MS)
  const clock = createClock(resume?.seconds, resume?.epochSeconds)
  let lastStepEvent = performance.now()

  function ratesOf({ settings: { schedule, optimizer } }: Work): Rates {
    return createRates(schedule, optimizer, monitor, history)
  }

  /** Lets the babysitter try what it knows against what it found; true where the run goes on from elsewhere. */
  async function mended(): Promise<boolean> {
    const mending = await work.watch?.mend?.()
    if (!mending) return false
    const { mend, change } = mending
    if (!change) {
      record.decide({ ...mend, from: position }, 'same').tell()
      return false
    }
    const left = record.attempt
    // Hardly any run is mended, and the others do without.
    attempts ??= (await import('./attempts.ts')).createAttempts({ history, bestEpochs, open })
    attempts.leave(left, work, position)
    const next = 'attempt' in change ? change.attempt : 'new'
    const decided = record.decide({ ...mend, from: attempts.placeOf(change) }, next)
    if (work.settings.store !== asked.store || !asked.store) work.session.store.release()
    work.release()
    const taken = attempts.take(change, work.model)
    work = taken.work
    position = taken.position
    rates = ratesOf(work)
    stop = whyStop()
    saver?.forget(sharedSteps(left, record.attempt, record.mends))
    prepare()
    // Saved before it is told, so that no mend that somebody has read of is lost to who goes on with the run.
    await save()
    decided.tell()
    // A run that is mended again at its first step would let nobody have a turn.
    await pace.pause()
    await begin()
    return true
  }

  /** What can be said before the next step is made. */
  async function begin(): Promise<void> {
    const { model, session, settings, watch } = work
    record.report(await firstFindings(model, session.store, settings, position.epoch))
    if (!watch) return
    record.report(watch.begin(position))
    await mended()
  }

  function prepare(): void {
    if (position.epoch < epochs && !stop) compileAhead(work, position.epoch, valid)
  }

  /** Between two steps: says how it goes, lets others have their turn, and looks for numbers that are none. */
  async function lookUp(length: number, { learningRate, updates }: Moment): Promise<void> {
    const { settings, session } = work
    const due = asked.stepEvents
      ? position.step % asked.stepEvents === 0
      : performance.now() - lastStepEvent >= STEP_EVENT_MS
    if (due && updates) {
      lastStepEvent = performance.now()
      emit(stepEvent(settings, session, position, { length, learningRate }))
    }
    if (pace.due()) {
      refuseNonFinite()
      await pace.pause()
    }
  }

  /** The compiled step keeps watch by itself; here someone looks, at least once an epoch. */
  function refuseNonFinite(): void {
    const { firstBad } = work.session.sums()
    if (firstBad > 0) fail(nonFiniteLoss(firstBad, position))
  }

  function fail(error: ThalwegError): never {
    if (work.watch) record.report(work.watch.nonFinite())
    throw error
  }

  async function save(): Promise<void> {
    refuseNonFinite()
    const { seconds, epochSeconds } = clock
    const { findings, mends } = record
    const given = (resume?.givenWeights ?? asked.store !== undefined) && { givenWeights: true as const }
    const told = { ...(mends.length > 0 && { mends }), ...(findings.length > 0 && { findings }), ...given }
    const progress = { position, history, ...told, seconds, epochSeconds }
    const spoilt = await saver?.save(work.session, bestEpochs, progress)
    if (spoilt !== undefined) fail(nonFiniteVariable(spoilt, position))
  }

  /** Steps until the epoch is through, the signal ends it early, or the run goes on from elsewhere. */
  async function trainEpoch(): Promise<'through' | 'interrupted' | 'elsewhere'> {
    const { everySteps } = asked.checkpoint ?? {}
    const { settings, session, watch } = work
    const order = settings.orders.epochOrder(position.epoch)
    const batches = batchCount(order.length, settings.batchSize)
    if (position.batch === 0) session.beginEpoch()
    while (position.batch < batches) {
      if (signal?.aborted) return 'interrupted'
      const moment = momentAt(settings, position, batches, rates.of(position.step))
      const rows = batchRows(order, settings.batchSize, position.batch)
      if (watch) watch.step(rows, moment, position)
      else session.step(rows, moment)
      const step = position.step + (moment.updates ? 1 : 0)
      position = { epoch: position.epoch, batch: position.batch + 1, step }
      if (watch && (await seen(watch))) return 'elsewhere'
      if (everySteps && moment.updates && step % everySteps === 0 && position.batch < batches) await save()
      await lookUp(order.length, moment)
    }
    return 'through'
  }

  /** What a watch says of the last step; true where the run was mended. */
  async function seen(watch: Watch): Promise<boolean> {
    const found = watch.afterStep(position)
    record.report(found)
    if (Number.isFinite(work.session.lastLoss())) return found.length > 0 && mended()
    const died = nonFiniteLoss(work.session.sums().firstBad, position)
    record.report(watch.nonFinite())
    if (await mended()) return true
    throw died
  }

  /** Measures the epoch and closes it; false where the signal came first. */
  async function finishEpoch(): Promise<boolean> {
    refuseNonFinite()
    const { settings, session, evaluator, watch } = work
    const metrics = valid && (await evaluator.evaluate(valid, pace, signal))
    if (signal?.aborted) return false
    const figures = {
      length: settings.orders.length(position.epoch),
      learningRate: rates.of(position.step - 1),
      seconds: clock.epochSeconds,
    }
    const event = epochEvent(settings, session, position, figures, metrics)
    history.push(event)
    rates.see(event)
    bestEpochs.see(event, () => work.session.store.save())
    emit(event)
    position = { epoch: position.epoch + 1, batch: 0, step: position.step }
    clock.beginEpoch()
    stop = whyStop()
    if (watch) {
      const found = watch.afterEpoch(event)
      record.report(found)
      const isOver = stop !== undefined || position.epoch === epochs
      if ((found.length > 0 || isOver) && (await mended())) return true
    }
    if (stop || saver?.isDue(position.epoch)) await save()
    return true
  }

  function restoreBest(): BestEpoch | undefined {
    const [best] = bestEpochs.list
    if (!restoresBest(asked) || !best) return undefined
    work.session.store.load(best.weights)
    emit({ type: 'restore', epoch: best.epoch, step: best.step, metric: monitor.name, value: best.value })
    return best
  }

  /** With the weights that count, which need not be those that were trained last. */
  async function testOn(dataset: Dataset, store: Store): Promise<Metrics | undefined> {
    if (store === work.session.store) return work.evaluator.evaluate(dataset, pace, signal)
    const other = createEvaluator(work.model, { store, loss, engine }, emit)
    try {
      return await other.evaluate(dataset, pace, signal)
    } finally {
      other.release()
    }
  }

  function run(state: Pick<RunParts, 'store' | 'last' | 'test' | 'interrupted'>): Run {
    const { list: best } = bestEpochs
    const { seconds } = clock
    const early = position.epoch < epochs ? stop : undefined
    const { model, settings, session } = work
    const { findings, mends } = record
    const parts = { model, settings, session, history, findings, mends, best, position, stop: early, seconds }
    return createRun({ ...parts, ...state })
  }

  async function interrupted(): Promise<Run> {
    await save()
    emit({ type: 'interrupted', step: position.step, epoch: position.epoch })
    return run({ ...finalWeights(work.session), test: undefined, interrupted: true })
  }

  try {
    if (resume) work.session.restore(withoutBest(resume.arrays))
    prepare()
    await asked.checkpoint?.open?.()
    emit(startEvent(work.settings, work.session, position))
    await begin()
    while (position.epoch < epochs && !stop) {
      const went = await trainEpoch()
      if (went === 'elsewhere') continue
      if (went === 'interrupted' || !(await finishEpoch())) return await interrupted()
    }
    if (stop && position.epoch < epochs) emit({ type: 'stop', ...stop })
    const restored = restoreBest()
    const final = finalWeights(work.session)
    const order = work.settings.orders.name === 'shuffled' ? undefined : options.order
    await takeStatistics(work.model, final.store, { settings: work.settings, order, engine })
    const metrics = test && (await testOn(test, final.store))
    if (signal?.aborted) return await interrupted()
    const bestEpoch = restored && { bestEpoch: restored.epoch }
    emit({ type: 'end', ...testNumbers(metrics), epochs: position.epoch, ...bestEpoch, seconds: clock.seconds })
    return run({ ...final, test: metrics, interrupted: false })
  } finally {
    pace.close()
    work.release()
  }
}
