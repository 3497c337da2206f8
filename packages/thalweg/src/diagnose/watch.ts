/** One sitting watched: takes readings, keeps the chart, asks every ailment whether it is there, says each thing once. */
import type { Store } from '../nn/index.ts'
import { RANK } from '../train/finding.ts'
import {
  type EpochEvent,
  type Finding,
  findingOf,
  type Position,
  type Severity,
  type StepMoment,
  type StoredArray,
  type Watch,
  type WatchedRun,
} from '../train/index.ts'
import { reasonToStop } from '../train/stopping.ts'
import { updatesOfRun } from '../train/updates.ts'
import type { Ailment, Occasion } from './ailment.ts'
import { anatomyOf } from './anatomy.ts'
import { blindLossOf, leastLossOf } from './blind-loss.ts'
import type { Chart } from './chart.ts'
import { type ClassRecall, classRecall } from './class-recall.ts'
import { DATA_BUDGET, dataFactsOf } from './data-facts.ts'
import { findFirstNan, isSpoilt, type MadeStep, trainedNames } from './first-nan.ts'
import { type Knowable, knowableOf } from './knowable.ts'
import { createLossCurve } from './loss-curve.ts'
import { nonFinite, nonFiniteFinding } from './non-finite.ts'
import { createNormGapMeter, type NormGap } from './norm-gap.ts'
import { createInstruments, type Reading } from './reading.ts'
import { explained } from './roots.ts'
import { readingSchedule } from './schedule.ts'
import { type Signal, signalOf } from './signal.ts'

/** Losses alone are looked at every so many steps, and less often the more there are: what comes late comes slowly. */
const lookEvery = (count: number): number => (count < 512 ? LOOK_EVERY : count < 1024 ? 16 : count < 4096 ? 64 : 256)
const LOOK_EVERY = 8
const NAMES: Readonly<Record<Severity, string>> = { info: 'a note', warning: 'a warning', error: 'an error' }

export interface WatchOptions {
  readonly readingEvery?: number | undefined
  readonly onReading?: ((reading: Reading) => void) | undefined
  readonly ailments: readonly Ailment[]
  /** Input values that are read before the first step. Default two million, some hundredths of a second; an eighth of it of each other part. */
  readonly dataBudget?: number | undefined
}

export interface OpenWatch extends Watch {
  /** What is known so far. */
  chart(): Chart
  /**
   * The last reading before which the loss was about as low as ever; nothing before the first. It may be written over at the next
   * step.
   */
  lastGood(): Snapshot | undefined
}

export interface Snapshot {
  readonly arrays: Map<string, StoredArray>
  readonly position: Position
}

/** A mean over the last losses counts as about as low as ever up to this many times the lowest such mean. */
const WELL = 1.3

export function openWatch(run: WatchedRun, options: WatchOptions): OpenWatch {
  const { model, settings, session } = run
  const { train, valid, batchSize, loss } = settings
  const anatomy = anatomyOf(model, train.inputShape, batchSize)
  const weights = new Set(anatomy.parameters.filter(({ isWeight }) => isWeight).map(({ path }) => path))
  const instruments = createInstruments(weights)
  const observer = session.accompany(instruments.observe)
  const schedule = readingSchedule(session.plan.graph, options.readingEvery)
  const losses = createLossCurve()
  const readings: Reading[] = []
  const epochs: EpochEvent[] = []
  const data = dataFactsOf({ ...settings, budget: options.dataBudget ?? DATA_BUDGET })
  let signal: Signal | undefined
  let knowable: { readonly found: Knowable | undefined } | undefined
  const facts = {
    model,
    settings,
    anatomy,
    data,
    signal: () => {
      signal ??= signalOf(train, data)
      return signal
    },
    knowable: () => {
      knowable ??= { found: knowableOf(train, data, loss) }
      return knowable.found
    },
    recall: (part: 'train' | 'valid', label: number): ClassRecall => {
      const { [part]: dataset } = settings
      return dataset ? classRecall(run, dataset, label) : { examples: 0, found: 0 }
    },
    equalWeights: equalWeightsOf(session.store, weights),
    totalSteps: updatesOfRun(settings),
    times: session.times,
    blindLoss: blindLossOf(train, loss),
    leastLoss: leastLossOf(train, loss),
  }
  let position: Position = { epoch: 0, batch: 0, step: 0 }
  let isRead = false
  /** A reading is due. */
  let waits = false
  /** Each ailment as it was last told. */
  const told = new Map<string, Finding>()

  /** Where the last reading of sound weights was taken, and the steps since: whatever happens can be made to happen again. */
  let snapshot = session.arrays()
  let made: MadeStep[] = []
  let good: Snapshot | undefined
  /** Snapshots that nobody needs any more: new memory for every one costs several times what copying does. */
  const spare: (typeof snapshot)[] = []
  /** The last reading found a weight that is no finite number. */
  let isFouled = false
  let lowest = Number.POSITIVE_INFINITY

  const hasNorm = anatomy.layers.some(({ kind }) => kind === 'batchNorm')
  const gapMeter = valid && hasNorm ? createNormGapMeter(run, valid) : undefined
  let normGap: NormGap | undefined

  const chart = (): Chart => ({ ...facts, position, losses, readings, epochs, normGap, isOver: isOver() })

  function isOver(): boolean {
    const { earlyStopping, monitor, resume } = settings
    const last = epochs.at(-1)
    if (!last) return false
    if (last.epoch === settings.epochs) return true
    if (!earlyStopping) return false
    const history = [...(resume?.history ?? []).slice(0, epochs[0].epoch - 1), ...epochs]
    return reasonToStop(history, monitor, earlyStopping) !== undefined
  }

  function look(...occasions: readonly Occasion[]): Finding[] {
    const now = chart()
    return options.ailments
      .filter(({ when }) => [when].flat().some((occasion) => occasions.includes(occasion)))
      .flatMap((ailment) => {
        if (ailment.unless?.some(isFound)) return []
        const [sign] = ailment.examine(now)
        return sign ? news(findingOf(ailment, explained(sign, causeOf(ailment)), position.step)) : []
      })
  }

  /** Of a full batch: for a last one of fewer examples the plan would have to be compiled again. */
  function isDue({ rows, moment, position: { step, epoch } }: MadeStep): boolean {
    waits ||= schedule.isDue(step)
    if (!waits || moment.updates === false) return false
    waits = rows.length < Math.min(batchSize, settings.orders.length(epoch))
    return !waits
  }

  /** Each ailment is told once, and once more where it gets graver, which the words say. */
  function news(finding: Finding): Finding[] {
    const before = told.get(finding.code)
    if (before && RANK[finding.severity] <= RANK[before.severity]) return []
    told.set(finding.code, finding)
    if (!before) return [finding]
    const when = before.step === 0 ? 'before the first step' : `after step ${before.step}`
    return [{ ...finding, message: `told ${when} as ${NAMES[before.severity]}, and graver now: ${finding.message}` }]
  }

  /** It as it was told, if that was as a warning or worse. */
  function foundAs(code: string): Finding | undefined {
    const finding = told.get(code)
    return finding && RANK[finding.severity] >= RANK.warning ? finding : undefined
  }

  const isFound = (code: string): boolean => foundAs(code) !== undefined

  function causeOf({ follows = [] }: Ailment): Finding | undefined {
    const roots = options.ailments.filter(({ code }) => follows.includes(code))
    return roots.map(({ code }) => foundAs(code)).find((finding) => finding !== undefined)
  }

  const traced = (): Finding =>
    nonFiniteFinding(findFirstNan(session, { arrays: snapshot, steps: made }), position.step, settings)

  /** From here on whatever happens can be made to happen again. */
  function keep(taken: Snapshot, step: MadeStep): void {
    const before = new Set([snapshot, good?.arrays])
    snapshot = taken.arrays
    made = [step]
    const loss = losses.values.length === 0 ? Number.POSITIVE_INFINITY : losses.recent(LOOK_EVERY)
    if (loss < WELL * lowest || good === undefined) good = taken
    lowest = Math.min(lowest, loss)
    for (const arrays of before) if (arrays && arrays !== snapshot && arrays !== good.arrays) spare.push(arrays)
  }

  /** A weight that is not finite while the loss still is, as where a saturated unit hides it. With the loss the run ends anyway. */
  function hiddenSpoil(): Finding[] {
    const isHidden = isFouled && Number.isFinite(session.lastLoss())
    return isHidden && !told.has(nonFinite.code) ? news(traced()) : []
  }

  return {
    chart,
    lastGood: () => good,
    begin(at) {
      position = at
      return at.step === 0 ? look('before') : []
    },
    step(rows, moment: StepMoment, at) {
      const step: MadeStep = { rows, moment, position: at }
      isRead = isDue(step)
      if (!isRead) {
        session.step(rows, moment)
        made.push(step)
        return
      }
      const arrays = session.arrays(spare.pop())
      const read = instruments.read(observer.run(rows, moment))
      isFouled = !isSound(read) && isSpoilt(arrays, trainedNames(session))
      if (isFouled) {
        // Weights that are spoilt already are no place to begin from.
        made.push(step)
        spare.push(arrays)
      } else keep({ arrays, position: at }, step)
      const { learningRate } = moment
      const reading: Reading = { step: at.step, epoch: at.epoch, examples: rows.length, learningRate, ...read }
      readings.push(reading)
      options.onReading?.(reading)
    },
    afterStep(at) {
      position = at
      losses.add(session.lastLoss())
      if (isRead) {
        const isFirst = readings[readings.length - 1].step === 0
        return [...hiddenSpoil(), ...look(...(isFirst ? (['start'] as const) : []), 'reading', 'loss')]
      }
      const count = losses.values.length
      return count % lookEvery(count) === 0 ? look('loss') : []
    },
    nonFinite: () => [traced()],
    afterEpoch(event) {
      epochs.push(event)
      normGap = gapMeter && isMeasuredAfter(event.epoch, settings.epochs) ? gapMeter.measure() : undefined
      return look('epoch')
    },
    release() {
      observer.release()
      gapMeter?.release()
    },
  }
}

/** Whether all weights were finite before the step, as far as their mean squares tell: those of huge ones overflow. */
function isSound({ parameters }: Pick<Reading, 'parameters'>): boolean {
  return parameters.every(({ values }) => Number.isFinite(values))
}

/** A quarter, half and all of the run are enough to see whether moving statistics follow. */
function isMeasuredAfter(epoch: number, epochs: number): boolean {
  return [0.25, 0.5, 1].some((share) => epoch === Math.ceil(share * epochs))
}

function equalWeightsOf(store: Store, weights: ReadonlySet<string>): string[] {
  const values = Object.entries(store.save()).filter(([path]) => weights.has(path))
  return values.filter(([, { data }]) => data.every((value) => value === data[0])).map(([path]) => path)
}
