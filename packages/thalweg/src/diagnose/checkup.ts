/** What can be known of a training before it begins, in seconds: data, model, first reading, one batch learned by heart. */
import type { Model } from '../nn/index.ts'
import {
  completeOptions,
  type Finding,
  type FitOptions,
  modelFindings,
  openSession,
  type Session,
} from '../train/index.ts'
import { momentAt } from '../train/moment.ts'
import { ailments } from './ailments/index.ts'
import { isSpoilt, trainedNames } from './first-nan.ts'
import { copyOf } from './first-weights.ts'
import { type OverfitReport, overfitBatch, overfitFindings } from './overfit-batch.ts'
import type { Reading } from './reading.ts'
import { openWatch } from './watch.ts'

/** Input values of each part that are read: all of them but for the largest image sets. */
const DATA_BUDGET = 6e7

export interface Checkup {
  readonly findings: readonly Finding[]
  /** Of the first batch: its loss, and that of the best constant answer where one is known. */
  readonly initialLoss: number
  readonly blindLoss: number | undefined
  /** Layers and parameters before any update. */
  readonly reading: Reading | undefined
  readonly overfit: OverfitReport
  /** Examples that were looked at. */
  readonly examples: number
}

/**
 * Checks the training that `fit(model, options)` would be. The store of `options`, if it has one, gets the
 * parameters that it lacks, and stays as it is.
 *
 * @throws ThalwegError for options and shapes that do not fit, as `fit` does; an `AbortError` when the signal fires
 */
export async function checkup(model: Model, options: FitOptions): Promise<Checkup> {
  const given = completeOptions(options)
  const { orders, batchSize, train, optimizer, schedule } = given
  const settings = { ...given, store: copyOf(model, given) }
  const session = openSession(model, settings)
  // As they were given: weights that nobody gave are new, and stand in a store only because they are tried here.
  const run = { model, settings: given, session }
  const watch = openWatch(run, { readingEvery: 1, ailments, dataBudget: DATA_BUDGET })
  const begin = { epoch: 0, batch: 0, step: 0 }
  try {
    const findings = [...modelFindings(model, train.inputShape, batchSize), ...watch.begin(begin)]
    const order = orders.epochOrder(0)
    const rate = typeof schedule === 'function' ? schedule(0) : optimizer.learningRate
    const moment = momentAt(settings, begin, Math.ceil(order.length / batchSize), rate)
    watch.step(order.slice(0, batchSize), { ...moment, updates: true }, begin)
    findings.push(...watch.afterStep({ epoch: 0, batch: 1, step: 1 }))
    if (hasDied(session)) findings.push(...watch.nonFinite())
    const { losses, blindLoss, readings, data } = watch.chart()
    const overfit = await overfitBatch(model, given, options.signal)
    findings.push(...overfitFindings(overfit, findings))
    const facts = { initialLoss: losses.first, blindLoss, reading: readings[0], examples: data.examples }
    return { findings, ...facts, overfit }
  } finally {
    watch.release()
    session.release()
    session.store.release()
  }
}

/** After its first step, as `fit` would say of it, or of the next one. */
function hasDied(session: Session): boolean {
  return !Number.isFinite(session.lastLoss()) || isSpoilt(session.arrays(), trainedNames(session))
}
