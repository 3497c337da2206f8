/**
 * The two ends that a loss is measured between. One is the mean loss of the best answer that does not look at the input: what a
 * network that learned nothing comes to. For cross entropy it is the entropy of the labels (ln C where all C classes are alike),
 * for squared errors the variance. The other is the least that there is.
 */
import type { Dataset } from '../data/index.ts'
import type { Loss } from '../nn/index.ts'
import { batchSlots } from '../train/batch.ts'
import { columnOf, spreadRows } from './sample.ts'

/** So many examples, spread evenly, tell a mean well enough. */
const SAMPLE = 4096
/** Inputs come along with targets, and nobody wants them here: few at a time stay in the cache. */
const AT_ONCE = 64

/** Undefined for losses that nothing is known of here, and where all targets are the same: nothing is to be learned then. */
export function blindLossOf(train: Dataset, loss: Loss): number | undefined {
  const blind = constantLoss(train, loss)
  return blind !== undefined && Math.abs(blind - leastLossOf(train, loss)) < 1e-9 ? undefined : blind
}

/**
 * The least that a mean loss can come to, which no network goes below: 0, but for targets that are no certainties. Label
 * smoothing makes such targets, `1 - s + s / C` for the label and `s / C` for each other class, and leaves their entropy.
 */
export function leastLossOf(train: Dataset, { name, options }: Loss): number {
  const { target } = train
  const smoothing = smoothingOf(options)
  if (name === 'crossEntropy' && target.kind === 'class' && smoothing > 0)
    return leastCrossEntropy(sharesOf(sampledTargets(train), target.classes.length), smoothing, options.classWeights)
  if (name === 'binaryCrossEntropy' && target.kind === 'number') {
    const targets = Array.from(sampledTargets(train), (share) => (1 - smoothing) * share + smoothing / 2)
    return targets.reduce((sum, share) => sum + entropy([share, 1 - share]) / targets.length, 0)
  }
  return 0
}

/** Each class counts by its weight, if it has one: in what its examples cost, and in what they are divided by. */
function leastCrossEntropy(shares: Float64Array, smoothing: number, classWeights: unknown): number {
  const weights = shares.map((_, label) => (Array.isArray(classWeights) ? Number(classWeights[label]) : 1))
  let [cost, total] = [0, 0]
  for (const [label, share] of shares.entries()) {
    const certain = shares.map((_, other) => Number(other === label))
    cost += share * entropy(spread(certain, smoothing).map((each, other) => each * weights[other]))
    total += share * weights[label]
  }
  return cost / total
}

function smoothingOf(options: Loss['options']): number {
  return typeof options.labelSmoothing === 'number' ? options.labelSmoothing : 0
}

function constantLoss(train: Dataset, { name, options }: Loss): number | undefined {
  const { target } = train
  if (target.kind === 'class') {
    if (name !== 'crossEntropy' || options.classWeights !== undefined) return undefined
    return entropy(spread(sharesOf(sampledTargets(train), target.classes.length), smoothingOf(options)))
  }
  const targets = sampledTargets(train)
  const columns = target.names.length
  if (name === 'meanSquaredError') return meanOver(columns, (column) => variance(targets, column, columns))
  // About the variance's half where most targets are within delta of their mean; beyond it the loss grows slower.
  if (name === 'huber') return meanOver(columns, (column) => huberOf(targets, column, columns, options.delta))
  if (name === 'meanAbsoluteError') return meanOver(columns, (column) => absoluteDeviation(targets, column, columns))
  return undefined
}

function sampledTargets(train: Dataset): readonly number[] {
  const rows = spreadRows(train.size, SAMPLE)
  const slots = batchSlots(train, AT_ONCE)
  const targets: number[] = []
  for (let at = 0; at < rows.length; at += AT_ONCE) targets.push(...slots.fill(rows.subarray(at, at + AT_ONCE)).targets)
  return targets
}

function sharesOf(labels: ArrayLike<number>, classes: number): Float64Array {
  const shares = new Float64Array(classes)
  for (let i = 0; i < labels.length; i++) shares[labels[i]] += 1 / labels.length
  return shares
}

/** Label smoothing takes a part of each share and gives all classes the same of it. */
function spread(shares: Float64Array, smoothing: number): Float64Array {
  return shares.map((share) => (1 - smoothing) * share + smoothing / shares.length)
}

/** What the best answer to these shares costs, whatever they add up to. */
function entropy(shares: ArrayLike<number>): number {
  const all = Array.from(shares)
  const sum = all.reduce((total, share) => total + share, 0)
  return all.reduce((cost, share) => (share > 0 ? cost - share * Math.log(share / sum) : cost), 0)
}

function meanOver(columns: number, of: (column: number) => number): number {
  let sum = 0
  for (let column = 0; column < columns; column++) sum += of(column) / columns
  return sum
}

function variance(values: ArrayLike<number>, column: number, columns: number): number {
  const own = columnOf(values, column, columns)
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length
  return own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length
}

/** From the mean, which is near the best constant. */
function huberOf(values: ArrayLike<number>, column: number, columns: number, given: unknown): number {
  const own = columnOf(values, column, columns)
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length
  return own.reduce((sum, value) => sum + huberCost(value - mean, given) / own.length, 0)
}

/** What one error costs: half its square up to `given` (default 1), and beyond it in a line. */
export function huberCost(error: number, given: unknown): number {
  const delta = typeof given === 'number' ? given : 1
  const distance = Math.abs(error)
  return distance <= delta ? distance ** 2 / 2 : delta * (distance - delta / 2)
}

/** Mean distance from the median. */
function absoluteDeviation(values: ArrayLike<number>, column: number, columns: number): number {
  const own = columnOf(values, column, columns).sort()
  const median = own[Math.floor(own.length / 2)]
  return own.reduce((sum, value) => sum + Math.abs(value - median), 0) / own.length
}
