/** What examples are like: features, targets, and the order in which training takes them. Read off a sample, or off all. */
import { sizeOf, type TypedArray } from '../base/index.ts'
import { batchRows, type Dataset, type EpochOrders } from '../data/index.ts'
import { batchSlots } from '../train/batch.ts'
import { betweenBatches, pairOf } from '../train/statistics/order-effect.ts'
import { type HeldOutFacts, heldOutOf, type Training } from './held-out.ts'
import { type Column, type Outlier, outlierOf } from './outlier.ts'
import { type Sample, type Spread, sampleOf } from './sample.ts'

export interface FeatureFacts extends Spread {
  /** Place in the flattened example. */
  readonly index: number
  /** For sentences: `column 'age'`, or `feature 3` where columns have no names. */
  readonly name: string
  /** The first feature with the same values in every example, if there is one. */
  readonly duplicateOf: number | undefined
  /** Share of its variance that the target accounts for, in [0, 1]: the most of any target column. */
  readonly told: number
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
  readonly targets: readonly Spread[] | undefined
  /** Undefined for classes, and where none lies far out. */
  readonly targetOutlier: Outlier | undefined
  /** Undefined where features are, and where none has a value that lies far out. */
  readonly inputOutlier: Outlier | undefined
  /** How far the batches of the first epoch are from random samples of the targets; undefined for shuffled orders. */
  readonly order: { readonly ratio: number; readonly threshold: number; readonly lost: number } | undefined
  readonly shared: SharedFacts | undefined
  /** Of the parts that there are beside the training part. */
  readonly heldOut: readonly HeldOutFacts[]
}

/** Of the validation examples that stand in the training part too. */
export interface SharedFacts {
  /** Of all validation examples, and the share of the training examples that stand there more than once. */
  readonly share: number
  readonly repeated: number
  /**
   * Share of the validation examples that are copies: where few rows are possible, as in a table of a few small numbers, others
   * are next to a row that comes again; next to these none is.
   */
  readonly copied: number
}

/** More features than these are not listed one by one. */
const FEATURES = 512
/** Batches of the order that are looked at. */
const BATCHES = 64

export interface DataFactsOptions {
  readonly train: Dataset
  readonly valid?: Dataset | undefined
  readonly test?: Dataset | undefined
  readonly orders: EpochOrders
  readonly batchSize: number
  /** How many input values may be read of the training part, and of the validation part to look for the same examples. */
  readonly budget: number
}

/** Input values that are read unless one asks for more: some hundredths of a second. */
export const DATA_BUDGET = 2e6
/** Share of the budget that each part beside the training part may be read for by itself. */
const HELD_OUT = 0.125

export function dataFactsOf({ train, valid, test, orders, batchSize, budget }: DataFactsOptions): DataFacts {
  const sample = sampleOf(train, budget)
  const width = sizeOf(train.inputShape)
  const sizes = sizesOf(sample.inputs)
  const isTold = train.inputShape.length === 1 && width <= FEATURES
  const features = isTold ? featuresOf(sample, train, momentsOf(sample.inputs, width)) : undefined
  const targets = train.target.kind === 'class' ? undefined : momentsOf(sample.targets, train.target.names.length)
  const training = { inputs: features ?? [allOf(sizes)], targets: namedTargets(train.target, targets) }
  const heldOut = (part: HeldOutFacts['part'], dataset: Dataset | undefined): HeldOutFacts[] => {
    return dataset ? [heldOutOf(part, dataset, training, HELD_OUT * budget)] : []
  }
  return {
    examples: sample.rows.length,
    features,
    rootMeanSquare: sizes.rootMeanSquare,
    largest: sizes.largest,
    badValues: badValuesOf(sample, width, sizes.isSound),
    classCounts: train.target.kind === 'class' ? countsOf(sample.targets, train.target.classes.length) : undefined,
    targets,
    targetOutlier: outlierOf(sample.rows, sample.targets, training.targets),
    inputOutlier: features && outlierOf(sample.rows, sample.inputs, features),
    order: orders.name === 'shuffled' ? undefined : orderOf(train, orders, batchSize),
    shared: valid && sharedOf(train, valid, budget),
    heldOut: [...heldOut('validation', valid), ...heldOut('test', test)],
  }
}

/** Values whose places mean the same, such as pixels, or are too many to be told apart: around 0, where their sizes are known. */
function allOf({ largest }: Pick<DataFacts, 'largest'>): Training['inputs'][number] {
  return { name: 'inputs', mean: 0, least: -largest, most: largest }
}

function namedTargets(target: Dataset['target'], spreads: readonly Spread[] = []): Column[] {
  return target.kind === 'class'
    ? []
    : spreads.map((spread, at) => ({ ...spread, name: `target '${target.names[at]}'` }))
}

function momentsOf(values: ArrayLike<number>, width: number): Spread[] {
  const count = values.length / width
  const means = new Float64Array(width)
  const squares = new Float64Array(width)
  const least = new Float64Array(width).fill(Number.POSITIVE_INFINITY)
  const most = new Float64Array(width).fill(Number.NEGATIVE_INFINITY)
  for (let i = 0; i < values.length; i++) means[i % width] += values[i] / count
  for (let i = 0; i < values.length; i++) {
    const column = i % width
    squares[column] += (values[i] - means[column]) ** 2 / count
    if (values[i] < least[column]) least[column] = values[i]
    if (values[i] > most[column]) most[column] = values[i]
  }
  return Array.from(means, (mean, column) => {
    return { mean, deviation: Math.sqrt(squares[column]), least: least[column], most: most[column] }
  })
}

function featuresOf(
  { inputs, targets }: Sample,
  { target, columns: names }: Dataset,
  moments: readonly Spread[],
): FeatureFacts[] {
  const width = moments.length
  const columns = target.kind === 'class' ? target.classes.length : target.names.length
  const told = target.kind === 'class' ? toldByClass : toldByNumbers
  // Equal moments are cheap to see; only then are the values compared.
  const seen = new Map<string, number>()
  return moments.map((moment, index) => {
    const key = `${moment.mean}:${moment.deviation}`
    const other = seen.get(key)
    if (other === undefined) seen.set(key, index)
    const isCopy = other !== undefined && moment.deviation > 0 && isSame(inputs, width, other, index)
    const name = names ? `column '${names[index]}'` : `feature ${index}`
    const duplicateOf = isCopy ? other : undefined
    return { ...moment, index, name, duplicateOf, told: told(inputs, moments, index, targets, columns) }
  })
}

/** The correlation ratio: variance of the classes' means over the variance of all. */
function toldByClass(
  inputs: Float32Array,
  moments: readonly Spread[],
  feature: number,
  labels: TypedArray,
  classes: number,
): number {
  const { mean, deviation } = moments[feature]
  const sums = new Float64Array(classes)
  const counts = new Float64Array(classes)
  for (let row = 0; row < labels.length; row++) {
    sums[labels[row]] += inputs[row * moments.length + feature] - mean
    counts[labels[row]]++
  }
  let between = 0
  for (let label = 0; label < classes; label++) if (counts[label] > 0) between += sums[label] ** 2 / counts[label]
  return deviation > 0 ? between / labels.length / deviation ** 2 : 0
}

/** The largest squared correlation with a target column. */
function toldByNumbers(
  inputs: Float32Array,
  moments: readonly Spread[],
  feature: number,
  targets: TypedArray,
  columns: number,
): number {
  const rows = targets.length / columns
  const { mean, deviation } = moments[feature]
  return momentsOf(targets, columns).reduce((largest, target, column) => {
    let product = 0
    for (let row = 0; row < rows; row++) {
      product += (inputs[row * moments.length + feature] - mean) * (targets[row * columns + column] - target.mean)
    }
    const spread = rows * deviation * target.deviation
    return spread > 0 ? Math.max(largest, (product / spread) ** 2) : largest
  }, 0)
}

function isSame(inputs: Float32Array, width: number, a: number, b: number): boolean {
  for (let row = 0; row < inputs.length; row += width) if (inputs[row + a] !== inputs[row + b]) return false
  return true
}

function sizesOf(inputs: Float32Array): { rootMeanSquare: number; largest: number; isSound: boolean } {
  let [squares, largest] = [0, 0]
  for (let i = 0; i < inputs.length; i++) {
    const square = inputs[i] * inputs[i]
    squares += square
    if (square > largest) largest = square
  }
  // Squares of float32 numbers do not overflow here, so that the sum tells of any that is none.
  if (!Number.isFinite(squares)) return { ...sizesOf(inputs.filter(Number.isFinite)), isSound: false }
  return { rootMeanSquare: Math.sqrt(squares / Math.max(1, inputs.length)), largest: Math.sqrt(largest), isSound: true }
}

function badValuesOf({ rows, inputs, targets }: Sample, width: number, isSound: boolean): DataFacts['badValues'] {
  let count = 0
  let first: BadValue | undefined
  const see = (values: ArrayLike<number>, perExample: number, part: BadValue['part']): void => {
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i])) continue
      count++
      first ??= { example: rows[Math.floor(i / perExample)], index: i % perExample, value: values[i], part }
    }
  }
  if (!isSound) see(inputs, width, 'input')
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
function sharedOf(train: Dataset, valid: Dataset, budget: number): SharedFacts | undefined {
  const width = sizeOf(train.inputShape)
  if (train.size * width > budget || valid.size * width > budget) return undefined
  const { inputs } = sampleOf(train, Number.POSITIVE_INFINITY)
  const known = new Map<string, { readonly row: number; count: number }>()
  for (const [row, text] of textsOf(inputs, width).entries()) {
    const first = known.get(text)
    if (first) first.count++
    else known.set(text, { row, count: 1 })
  }
  const others = sampleOf(valid, Number.POSITIVE_INFINITY).inputs
  const twins = textsOf(others, width).flatMap((text) => known.get(text)?.row ?? [])
  let repeated = 0
  for (const { count } of known.values()) if (count > 1) repeated += count
  const share = twins.length / valid.size
  const isMuch = share > MUCH && twins.length >= LEAST_TWINS
  const distinct = isMuch ? [...known.values()].map(({ row }) => row) : []
  const copied = isMuch ? share * shareOfLonely(inputs, width, distinct, twins) : 0
  return { share, repeated: repeated / train.size, copied }
}

/** Below this nobody asks where shared examples come from. */
const MUCH = 0.1
const LEAST_TWINS = 3
/** Shared examples whose surroundings are looked at. */
const TWINS = 64
/** So many columns apart are next to each other. */
const NEXT = 1

/** Of `twins`, those that no other one of the `distinct` rows is next to. */
function shareOfLonely(
  inputs: Float32Array,
  width: number,
  distinct: readonly number[],
  twins: readonly number[],
): number {
  const weights = columnWeights(inputs, width)
  const count = Math.min(TWINS, twins.length)
  const looked = Array.from({ length: count }, (_, i) => twins[Math.floor((i * twins.length) / count)])
  const lonely = looked.filter((twin) => {
    return !distinct.some((other) => other !== twin && isNext(inputs, weights, twin * width, other * width))
  })
  return lonely.length / count
}

/** A category is two columns away from another, one for each: columns of two values count half. Constant ones cannot differ. */
function columnWeights(inputs: Float32Array, width: number): Float32Array {
  const seen = Array.from({ length: width }, () => new Set<number>())
  for (let i = 0; i < inputs.length; i++) {
    const values = seen[i % width]
    if (values.size < 3) values.add(inputs[i])
  }
  return Float32Array.from(seen, ({ size }) => (size < 3 ? 0.5 : 1))
}

function isNext(inputs: Float32Array, weights: Float32Array, a: number, b: number): boolean {
  let apart = 0
  for (let k = 0; k < weights.length && apart <= NEXT; k++) if (inputs[a + k] !== inputs[b + k]) apart += weights[k]
  return apart <= NEXT
}

function textsOf(inputs: Float32Array, width: number): string[] {
  const bytes = new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength)
  const decoder = new TextDecoder('latin1')
  const stride = width * Float32Array.BYTES_PER_ELEMENT
  return Array.from({ length: inputs.length / width }, (_, row) => {
    return decoder.decode(bytes.subarray(row * stride, (row + 1) * stride))
  })
}
