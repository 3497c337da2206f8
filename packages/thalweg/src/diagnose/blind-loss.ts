/**
 * The mean loss of the best answer that does not look at the input: what a network that learned nothing comes to. For
 * cross entropy it is the entropy of the labels (ln C where all C classes are alike), for squared errors the variance.
 */
import type { Dataset } from '../data/index.ts'
import type { Loss } from '../nn/index.ts'
import { batchSlots } from '../train/batch.ts'

/** So many examples, spread evenly, tell a mean well enough. */
const SAMPLE = 4096

/** Undefined for losses that nothing is known of here, and where all targets are the same: nothing is to be learned then. */
export function blindLossOf(train: Dataset, loss: Loss): number | undefined {
  const blind = constantLoss(train, loss)
  return blind !== undefined && Math.abs(blind) < 1e-9 ? undefined : blind
}

function constantLoss(train: Dataset, { name, options }: Loss): number | undefined {
  const { target } = train
  if (target.kind === 'class') {
    if (name !== 'crossEntropy' || options.classWeights !== undefined) return undefined
    const smoothing = typeof options.labelSmoothing === 'number' ? options.labelSmoothing : 0
    return entropy(sharesOf(sampledTargets(train), target.classes.length), smoothing)
  }
  const targets = sampledTargets(train)
  const columns = target.names.length
  if (name === 'meanSquaredError') return meanOver(columns, (column) => variance(targets, column, columns))
  // About the variance's half where most targets are within delta of their mean; beyond it the loss grows slower.
  if (name === 'huber') return meanOver(columns, (column) => huberOf(targets, column, columns, options.delta))
  if (name === 'meanAbsoluteError') return meanOver(columns, (column) => absoluteDeviation(targets, column, columns))
  return undefined
}

function sampledTargets(train: Dataset): ArrayLike<number> {
  const count = Math.min(train.size, SAMPLE)
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * train.size) / count))
  return batchSlots(train, count).fill(rows).targets
}

function sharesOf(labels: ArrayLike<number>, classes: number): Float64Array {
  const shares = new Float64Array(classes)
  for (let i = 0; i < labels.length; i++) shares[labels[i]] += 1 / labels.length
  return shares
}

/** Of the labels' shares, spread over all classes by label smoothing. */
function entropy(shares: Float64Array, smoothing: number): number {
  return shares.reduce((sum, share) => {
    const spread = (1 - smoothing) * share + smoothing / shares.length
    return spread > 0 ? sum - spread * Math.log(spread) : sum
  }, 0)
}

function meanOver(columns: number, of: (column: number) => number): number {
  let sum = 0
  for (let column = 0; column < columns; column++) sum += of(column) / columns
  return sum
}

function columnOf(values: ArrayLike<number>, column: number, columns: number): Float64Array {
  return Float64Array.from({ length: values.length / columns }, (_, row) => values[row * columns + column])
}

function variance(values: ArrayLike<number>, column: number, columns: number): number {
  const own = columnOf(values, column, columns)
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length
  return own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length
}

/** From the mean, which is near the best constant. */
function huberOf(values: ArrayLike<number>, column: number, columns: number, given: unknown): number {
  const delta = typeof given === 'number' ? given : 1
  const own = columnOf(values, column, columns)
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length
  return own.reduce((sum, value) => {
    const distance = Math.abs(value - mean)
    return sum + (distance <= delta ? distance ** 2 / 2 : delta * (distance - delta / 2)) / own.length
  }, 0)
}

/** Mean distance from the median. */
function absoluteDeviation(values: ArrayLike<number>, column: number, columns: number): number {
  const own = columnOf(values, column, columns).sort()
  const median = own[Math.floor(own.length / 2)]
  return own.reduce((sum, value) => sum + Math.abs(value - median), 0) / own.length
}
