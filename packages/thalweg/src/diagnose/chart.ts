/** What is known of a run at one moment, as the ailments see it: nothing is judged here, and little computed before it is asked for. */
import type { Model } from '../nn/index.ts'
import type { EpochEvent, Position, Settings } from '../train/index.ts'
import type { StepTimes } from '../train/session.ts'
import type { Anatomy } from './anatomy.ts'
import type { ClassRecall } from './class-recall.ts'
import type { DataFacts } from './data-facts.ts'
import type { Knowable } from './knowable.ts'
import type { LossCurve } from './loss-curve.ts'
import type { NormGap } from './norm-gap.ts'
import type { Reading } from './reading.ts'
import type { Signal } from './signal.ts'
import { short } from './words.ts'

export interface Chart {
  readonly model: Model
  readonly settings: Settings
  readonly anatomy: Anatomy
  readonly data: DataFacts
  /** Paths of the weights whose values were all the same when the sitting began. */
  readonly equalWeights: readonly string[]
  /** Where the run stands; `step` counts updates. */
  readonly position: Position
  /** Updates that the run has in all, as it is planned. */
  readonly totalSteps: number
  readonly losses: LossCurve
  readonly times: StepTimes
  /** Oldest first; the first one is of the weights before any update, unless the run was resumed. */
  readonly readings: readonly Reading[]
  readonly epochs: readonly EpochEvent[]
  /** After some of the epochs of a run with batch norm that is validated; undefined after the others. */
  readonly normGap: NormGap | undefined
  /** Mean loss of the best constant answer: the entropy of the labels, the variance of the targets; undefined for other losses. */
  readonly blindLoss: number | undefined
  /** The least that the loss can come to: 0, or what label smoothing leaves of it. */
  readonly leastLoss: number
  /** Whether no epoch comes after the last one: as planned, or by early stopping. */
  readonly isOver: boolean
  /** Whether the training inputs say anything about the targets; worked out when it is first asked for. */
  readonly signal: () => Signal
  /** How much of the targets the training inputs tell without any training; worked out when it is first asked for. */
  readonly knowable: () => Knowable | undefined
  /** How many examples of a class the network finds as it is now, in the training or the validation part; computed when asked for. */
  readonly recall: (part: 'train' | 'valid', label: number) => ClassRecall
}

/** The last so many readings, oldest first, if there are as many. */
export function latest(chart: Chart, count: number): readonly Reading[] | undefined {
  return chart.readings.length < count ? undefined : chart.readings.slice(-count)
}

/** The share of the planned updates that are made. */
export function progress({ position, totalSteps }: Chart): number {
  return totalSteps > 0 ? position.step / totalSteps : 1
}

/** Of the highest rate of a schedule. */
const HIGH = 0.5
const LOOKS = 64

/**
 * Whether a schedule has the rate near its highest and will bring it down: what a high rate does until then may well be what
 * the schedule is for, and go with it. Notes until then, warnings afterwards.
 */
export function isRateToFall({ settings: { schedule }, position: { step }, totalSteps }: Chart): boolean {
  if (typeof schedule !== 'function') return false
  const steps = Array.from({ length: LOOKS }, (_, at) => Math.floor((at * (totalSteps - 1)) / (LOOKS - 1)))
  const now = schedule(Math.max(0, step - 1))
  const isHigh = now > HIGH * Math.max(...steps.map(schedule))
  return isHigh && steps.some((later) => later >= step && schedule(later) < HIGH * now)
}

/** How far a loss lies above the least that there is: what can still be taken away of it. */
export function above({ leastLoss }: Pick<Chart, 'leastLoss'>, loss: number): number {
  return loss - leastLoss
}

/**
 * The share of the loss that training has taken away so far: of the way from the best constant answer (or from where it
 * began, where that is not known or lower) down to the least that there is. About 0 where nothing is learned; negative where it
 * got worse.
 */
export function learned(chart: Chart): number {
  const { losses, blindLoss } = chart
  const began = firstLoss(chart)
  const from = above(chart, blindLoss === undefined ? began : Math.min(blindLoss, began))
  return from > 0 ? 1 - above(chart, losses.recent()) / from : 0
}

/** The loss of so many examples tells where a run begins; that of one, or four, may be anything. */
const ENOUGH = 32

/** Mean loss of the first examples: of the first step, or of some more where batches are small. */
export function firstLoss({ losses: { values }, settings: { batchSize } }: Chart): number {
  const steps = values.slice(0, Math.ceil(ENOUGH / batchSize))
  return steps.reduce((sum, loss) => sum + loss / steps.length, 0)
}

/** For sentences about shares of a loss: what they are shares of, where something of it is left in any case. */
export function aboveWhat({ leastLoss }: Pick<Chart, 'leastLoss'>): string {
  return leastLoss === 0 ? '' : ` above the least there is (${short(leastLoss)})`
}

/**
 * What is learned as far as it matters: the share of the loss, or of the way from the accuracy of always naming the commonest
 * class up to 1, whichever is more. A network may be right about nearly everything and not sure of it yet.
 */
export function known(chart: Chart): number {
  const { epochs } = chart
  const accuracy = epochs[epochs.length - 1]?.trainAccuracy
  return accuracy === undefined ? learned(chart) : Math.max(learned(chart), aboveCommonest(chart, accuracy))
}

/** Of what can be foretold without training; healthy runs of the fault benchmark know 0.78 of it or more in the end. */
export const FORETOLD = 0.7

/** The loss that speaks better of the network: under dropout that of training may tell of nothing learned where much is. */
export function lossInTheEnd({ losses, epochs }: Pick<Chart, 'losses' | 'epochs'>): { loss: number; where: string } {
  const own = losses.recent()
  const validLoss = epochs[epochs.length - 1]?.validLoss
  return validLoss !== undefined && validLoss < own
    ? { loss: validLoss, where: 'the validation examples' }
    : { loss: own, where: 'its own examples' }
}

/** What is known as far as it matters, of the training or the validation examples, whichever is more. */
export function knownAtBest(chart: Chart, blindLoss: number): number {
  const validAccuracy = chart.epochs[chart.epochs.length - 1]?.validAccuracy
  // Of the constant answer, as the words say it: the first batch may lie below it by chance.
  const ofLoss = 1 - above(chart, lossInTheEnd(chart).loss) / above(chart, blindLoss)
  return Math.max(ofLoss, known(chart), validAccuracy === undefined ? 0 : aboveCommonest(chart, validAccuracy))
}

/** The share of the way from the accuracy of always naming the commonest class up to 1; 0 for numbers. */
export function aboveCommonest({ data: { classCounts } }: Chart, accuracy: number): number {
  if (!classCounts) return 0
  const commonest = Math.max(...classCounts) / classCounts.reduce((sum, count) => sum + count, 0)
  return commonest < 1 ? (accuracy - commonest) / (1 - commonest) : 0
}

/** Size of the weights over their first size, geometric mean over the layers: what goes through a network is their product. */
export function sizeLeft({ readings }: Chart): number {
  const [first, last] = [readings[0], readings[readings.length - 1]]
  const logarithms = first.parameters.flatMap(({ isWeight, values }, at) => {
    return isWeight && values > 0 ? [Math.log(last.parameters[at].values / values)] : []
  })
  return Math.exp(logarithms.reduce((sum, each) => sum + each, 0) / logarithms.length)
}

const ratiosOf = new WeakMap<Reading, number>()

/** Median over the weights (not biases and the like) of a reading of how far an update moves them, relative to their size. */
export function updateRatio(reading: Reading): number {
  const known = ratiosOf.get(reading)
  if (known !== undefined) return known
  const ratio = medianRatio(reading)
  ratiosOf.set(reading, ratio)
  return ratio
}

function medianRatio({ parameters }: Reading): number {
  const ratios = parameters
    .filter(({ isWeight, values }) => isWeight && values > 0)
    .map(({ update, values }) => update / values)
    .sort((a, b) => a - b)
  return ratios.length === 0 ? Number.NaN : ratios[Math.floor(ratios.length / 2)]
}

/**
 * How far all updates of the run so far would have brought the weights one after the other, relative to their size: each counts
 * as in the reading before it. Undefined where a run was resumed: nobody has seen its way until there.
 */
export function wayOf({ readings, position }: Chart): number | undefined {
  if (readings.length === 0 || readings[0].step > 0) return undefined
  return readings.reduce((sum, reading, at) => {
    const next = readings[at + 1]?.step ?? position.step
    return sum + updateRatio(reading) * (next - reading.step)
  }, 0)
}

/** Readings of the layers that are between others: the last one gives the output, and is judged by the loss. */
export function hiddenLayers({ layers }: Reading): Reading['layers'] {
  return layers.slice(0, -1)
}

/** Readings of the layers that a gradient comes to: those from the first parameter on. */
export function learningLayers({ layers }: Reading): Reading['layers'] {
  return layers.filter(({ gradient }) => !Number.isNaN(gradient))
}

/** Whether the layers of a kind normalize what they are given. */
export function isNorm(kind: string): boolean {
  return kind.endsWith('Norm') || kind === 'localResponseNorm'
}
