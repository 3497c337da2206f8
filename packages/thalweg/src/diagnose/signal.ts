/**
 * Whether inputs say anything about targets, judged without any network: do neighbours have like targets, and does a feature
 * by itself say more than chance? Both find what they find in few examples; that they find nothing proves nothing where a target
 * depends on many features at once, so a verdict asks the network, too (ailments/no-signal.ts).
 */
import { random, sizeOf, type TypedArray } from '../base/index.ts'
import type { Dataset, Target } from '../data/index.ts'
import { batchSlots } from '../train/batch.ts'
import { chiSquareQuantile } from '../train/statistics/order-effect.ts'
import type { DataFacts, FeatureFacts } from './data-facts.ts'

export interface Signal {
  /** Examples that were looked at. */
  readonly examples: number
  /** Share of them whose nearest other one has the same class; or the correlation of their numbers, the largest of any column. */
  readonly agreement: number
  /** What it is by chance alone. */
  readonly chance: number
  /** The feature that says most by itself, and what the luckiest of as many would say by chance; undefined for images. */
  readonly best: { readonly feature: FeatureFacts; readonly byChance: number } | undefined
  /** Whether either is beyond chance. True where there are too few examples to tell. */
  readonly isThere: boolean
}

/** Fewer tell nothing about what is not there; and neither do fewer outside of the commonest class. */
const LEAST = 100
const LEAST_OTHERS = 20
const MOST = 512
/** Multiplications that all distances together may take: some hundredths of a second. */
const WORK = 5e7
/** Deviations beyond chance: by chance alone one data set in 740 is so far. */
const DEVIATIONS = 3
/** One set of features in so many says by chance what counts as beyond it (Bonferroni). */
const ONCE_IN = 0.001
/** Of two that are nearest to each other, one says what the other says: the variance is up to twice that of single draws. */
const PAIRED = 2

export function signalOf(train: Dataset, { features, examples: seen }: DataFacts): Signal {
  const width = sizeOf(train.inputShape)
  const examples = Math.min(MOST, train.size, Math.floor(Math.sqrt(WORK / width)))
  const rows = random(0, 'diagnose/signal').permutation(train.size).slice(0, examples)
  const { inputs, targets } = batchSlots(train, examples).fill(rows)
  const nearest = neighbours(features ? scaled(inputs, features) : inputs, width)
  const { target } = train
  const { agreement, chance, deviation, others } =
    target.kind === 'class' ? likeClasses(targets, nearest) : likeNumbers(targets, nearest, target.names.length)
  const best = features && mostTelling(features, target, seen)
  const isTold = best !== undefined && best.feature.told > best.byChance
  const isAlike = agreement - chance > DEVIATIONS * deviation
  const areFew = examples < LEAST || others < LEAST_OTHERS
  return { examples, agreement, chance, best, isThere: areFew || isTold || isAlike }
}

/** Examples times the share of the variance that is told are close to chi-square where there is nothing to tell. */
function mostTelling(features: readonly FeatureFacts[], target: Target, examples: number): Signal['best'] {
  const feature = features.reduce((most, one) => (one.told > most.told ? one : most))
  const [degrees, columns] = target.kind === 'class' ? [target.classes.length - 1, 1] : [1, target.names.length]
  const level = ONCE_IN / (features.length * columns)
  return { feature, byChance: chiSquareQuantile(Math.max(1, degrees), normalQuantile(level)) / examples }
}

/** Every feature as far as it varies, so that none has more to say about who is near than another. */
function scaled(inputs: Float32Array, features: readonly FeatureFacts[]): Float32Array {
  return inputs.map((value, i) => {
    const { mean, deviation } = features[i % features.length]
    return deviation > 0 ? (value - mean) / deviation : 0
  })
}

/** Position of the nearest other example of each, by the sum of squared differences. */
function neighbours(inputs: Float32Array, width: number): Int32Array {
  const count = inputs.length / width
  const nearest = new Int32Array(count)
  const least = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      let distance = 0
      for (let k = 0; k < width; k++) distance += (inputs[a * width + k] - inputs[b * width + k]) ** 2
      if (distance < least[a]) [least[a], nearest[a]] = [distance, b]
      if (distance < least[b]) [least[b], nearest[b]] = [distance, a]
    }
  }
  return nearest
}

interface Likeness extends Pick<Signal, 'agreement' | 'chance'> {
  /** Of the agreement, by chance. */
  readonly deviation: number
  /** Examples that are not of the commonest class. */
  readonly others: number
}

function likeClasses(labels: TypedArray, nearest: Int32Array): Likeness {
  const count = nearest.length
  const sizes = new Map<number, number>()
  let alike = 0
  for (let i = 0; i < count; i++) {
    sizes.set(labels[i], (sizes.get(labels[i]) ?? 0) + 1)
    if (labels[nearest[i]] === labels[i]) alike++
  }
  const pairs = [...sizes.values()].reduce((sum, size) => sum + size * (size - 1), 0)
  const chance = pairs / (count * (count - 1))
  const others = count - Math.max(...sizes.values())
  return { agreement: alike / count, chance, deviation: Math.sqrt((PAIRED * chance * (1 - chance)) / count), others }
}

function likeNumbers(targets: TypedArray, nearest: Int32Array, columns: number): Likeness {
  const count = nearest.length
  const correlations = Array.from({ length: columns }, (_, column) => {
    const own = Float64Array.from({ length: count }, (_, i) => targets[i * columns + column])
    const mean = own.reduce((sum, value) => sum + value, 0) / count
    let [product, variance] = [0, 0]
    for (let i = 0; i < count; i++) {
      product += (own[i] - mean) * (own[nearest[i]] - mean)
      variance += (own[i] - mean) ** 2
    }
    return variance > 0 ? product / variance : 0
  })
  return { agreement: Math.max(...correlations), chance: 0, deviation: Math.sqrt(PAIRED / count), others: count }
}

/** Beyond which a normal variable lies with this probability, to within 0.0005 (Abramowitz and Stegun, 26.2.23). */
function normalQuantile(level: number): number {
  const t = Math.sqrt(-2 * Math.log(level))
  return t - (2.515517 + 0.802853 * t + 0.010328 * t ** 2) / (1 + 1.432788 * t + 0.189269 * t ** 2 + 0.001308 * t ** 3)
}
