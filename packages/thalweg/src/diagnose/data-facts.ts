/** What examples are like: features, targets, and the order in which training takes them. Read off a sample, or off all. */
import { sizeOf, type TypedArray } from '../base/index.ts'
import { batchRows, type Dataset, type EpochOrders } from '../data/index.ts'
import { batchSlots } from '../train/batch.ts'
import { betweenBatches, pairOf } from '../train/statistics/order-effect.ts'

export interface FeatureFacts {
  /** Place in the flattened example. */
  readonly index: number
  readonly mean: number
  readonly deviation: number
  /** The first feature with the same values in every example, if there is one. */
  readonly duplicateOf: number | undefined
}

export interface BadValue {
  readonly example: number
  /** Place in the flattened example; of the target where `part` says so. */
  readonly index: number
  readonly value: number
  readonly part: 'input' | 'target'
}

export interface DataFacts {
  /** Examples that were looked at. */
  readonly examples: number
  /** Undefined for images and whatever else has more features than can be told apart. */
  readonly features: readonly FeatureFacts[] | undefined
  /** Of all input values: root mean square around 0, and the largest size. */
  readonly rootMeanSquare: number
  readonly largest: number
  readonly badValues: { readonly count: number; readonly first: BadValue | undefined }
  /** Examples of each class; undefined for numbers. */
  readonly classCounts: readonly number[] | undefined
  /** Per target column; undefined for classes. */
  readonly targets: readonly { readonly mean: number; readonly deviation: number }[] | undefined
  /** How far the batches of the first epoch are from random samples of the targets; undefined for shuffled orders. */
  readonly order: { readonly ratio: number; readonly threshold: number; readonly lost: number } | undefined
  /** Share of the validation examples that stand in the training part too, beyond what it repeats itself. */
  readonly shared: { readonly share: number; readonly repeated: number } | undefined
}

/** More features than these are not listed one by one. */
const FEATURES = 512
/** Batches of the order that are looked at. */
const BATCHES = 64

export interface DataFactsOptions {
  readonly train: Dataset
  readonly valid?: Dataset | undefined
  readonly orders: EpochOrders
  readonly batchSize: number
  /** How many input values may be read, training and validation each. */
  readonly budget: number
}

export function dataFactsOf({ train, valid, orders, batchSize, budget }: DataFactsOptions): DataFacts {
  const sample = sampleOf(train, budget)
  const width = sizeOf(train.inputShape)
  const moments = momentsOf(sample.inputs, width)
  const isTold = train.inputShape.length === 1 && width <= FEATURES
  return {
    examples: sample.rows.length,
    features: isTold ? featuresOf(sample.inputs, width, moments) : undefined,
    ...sizesOf(sample.inputs),
    badValues: badValuesOf(sample, width),
    classCounts: train.target.kind === 'class' ? countsOf(sample.targets, train.target.classes.length) : undefined,
    targets: train.target.kind === 'class' ? undefined : momentsOf(sample.targets, train.target.names.length),
    order: orders.name === 'shuffled' ? undefined : orderOf(train, orders, batchSize),
    shared: valid && sharedOf(train, valid, budget),
  }
}

interface Sample {
  readonly rows: Int32Array
  readonly inputs: Float32Array
  readonly targets: TypedArray
}

/** Spread evenly; everything where the budget allows it. */
function sampleOf(dataset: Dataset, budget: number): Sample {
  const width = sizeOf(dataset.inputShape)
  const count = Math.min(dataset.size, Math.max(64, Math.floor(budget / width)))
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * dataset.size) / count))
  return { rows, ...batchSlots(dataset, count).fill(rows) }
}

function momentsOf(values: ArrayLike<number>, width: number): { mean: number; deviation: number }[] {
  const count = values.length / width
  const means = new Float64Array(width)
  const squares = new Float64Array(width)
  for (let i = 0; i < values.length; i++) means[i % width] += values[i] / count
  for (let i = 0; i < values.length; i++) squares[i % width] += (values[i] - means[i % width]) ** 2 / count
  return Array.from(means, (mean, column) => ({ mean, deviation: Math.sqrt(squares[column]) }))
}

function featuresOf(
  inputs: Float32Array,
  width: number,
  moments: readonly { readonly mean: number; readonly deviation: number }[],
): FeatureFacts[] {
  // Equal moments are cheap to see; only then are the values compared.
  const seen = new Map<string, number>()
  return moments.map(({ mean, deviation }, index) => {
    const key = `${mean}:${deviation}`
    const other = seen.get(key)
    if (other === undefined) seen.set(key, index)
    const duplicateOf = other !== undefined && deviation > 0 && isSame(inputs, width, other, index) ? other : undefined
    return { index, mean, deviation, duplicateOf }
  })
}

function isSame(inputs: Float32Array, width: number, a: number, b: number): boolean {
  for (let row = 0; row < inputs.length; row += width) if (inputs[row + a] !== inputs[row + b]) return false
  return true
}

function sizesOf(inputs: Float32Array): { rootMeanSquare: number; largest: number } {
  let [squares, largest, finite] = [0, 0, 0]
  for (let i = 0; i < inputs.length; i++) {
    const size = Math.abs(inputs[i])
    if (!Number.isFinite(size)) continue
    finite++
    squares += size * size
    if (size > largest) largest = size
  }
  return { rootMeanSquare: Math.sqrt(squares / Math.max(1, finite)), largest }
}

function badValuesOf({ rows, inputs, targets }: Sample, width: number): DataFacts['badValues'] {
  let count = 0
  let first: BadValue | undefined
  const see = (values: ArrayLike<number>, perExample: number, part: BadValue['part']): void => {
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i])) continue
      count++
      first ??= { example: rows[Math.floor(i / perExample)], index: i % perExample, value: values[i], part }
    }
  }
  see(inputs, width, 'input')
  see(targets, targets.length / rows.length, 'target')
  return { count, first }
}

function countsOf(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++
  return counts
}

/** The analysis of variance that batch norms are held to (train/statistics), here of the targets themselves. */
function orderOf(train: Dataset, orders: EpochOrders, batchSize: number): DataFacts['order'] {
  const order = orders.epochOrder(0)
  const slots = batchSlots(train, batchSize)
  const columns = train.target.kind === 'class' ? train.target.classes.length : train.target.names.length
  const pairs = []
  for (let batch = 0; batch < Math.min(BATCHES, Math.floor(order.length / batchSize)); batch++) {
    // Spread over the epoch: a sorted order is plain in any stretch, a drift is not.
    const place = Math.floor((batch * Math.floor(order.length / batchSize)) / BATCHES)
    const rows = batchRows(order, batchSize, order.length / batchSize > BATCHES ? place : batch)
    const { targets } = slots.fill(rows)
    const values = train.target.kind === 'class' ? indicators(targets, columns) : targets
    pairs.push(pairOf({ examples: rows.length, channels: columns, values }))
  }
  return pairs.length > 1 ? betweenBatches(pairs) : undefined
}

function indicators(labels: ArrayLike<number>, classes: number): Float32Array {
  const values = new Float32Array(labels.length * classes)
  for (let i = 0; i < labels.length; i++) values[i * classes + labels[i]] = 1
  return values
}

/** Nothing where a part is too large to be read within the budget. */
function sharedOf(train: Dataset, valid: Dataset, budget: number): DataFacts['shared'] {
  const width = sizeOf(train.inputShape)
  if (train.size * width > budget || valid.size * width > budget) return undefined
  const known = new Map<string, number>()
  for (const text of textsOf(train)) known.set(text, (known.get(text) ?? 0) + 1)
  let hits = 0
  for (const text of textsOf(valid)) if (known.has(text)) hits++
  let repeated = 0
  for (const count of known.values()) if (count > 1) repeated += count
  return { share: hits / valid.size, repeated: repeated / train.size }
}

function* textsOf(dataset: Dataset): Generator<string> {
  const { inputs, rows } = sampleOf(dataset, Number.POSITIVE_INFINITY)
  const width = inputs.length / rows.length
  const bytes = new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength)
  const decoder = new TextDecoder('latin1')
  for (let row = 0; row < rows.length; row++)
    yield decoder.decode(bytes.subarray(row * width * 4, (row + 1) * width * 4))
}
