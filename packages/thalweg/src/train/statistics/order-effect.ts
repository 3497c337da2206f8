/**
 * Are the batches of an order like random samples? Batch norm relies on it: each batch stands for the whole, in training
 * and in the recorded statistics. Sorted or drifting data breaks that, and the variance between batches gives it away.
 *
 * Per channel, z is what batch norm is given, averaged over the places of an example, under fixed statistics: a function
 * of the example alone. Of N examples cut at random into B batches, the variance of the batches' means is what sampling
 * predicts, `S^2 / m`; more exactly, `F = [sum of m_b (mean_b - mean)^2 / (B - 1)] / S^2`, with S^2 the variance of z over
 * N - 1, has the expectation 1 whatever the distribution of z, because every assignment of examples to batches is equally
 * likely; and (B - 1) F is close to chi-square with B - 1 degrees of freedom (one-way analysis of variance; Fisher 1925).
 * One outlier cannot raise F: it counts above and below the line.
 *
 * The test takes the mean of F over the channels. Channels are correlated in ways that nobody knows, but a mean of such
 * variables varies at most as much as one of them, so the quantile of a single one is kept as threshold: false alarms are
 * rarer than the level says, and what is lost in sharpness sorted data does not notice, for F is then near m.
 */
import { defaultEngine, type Engine } from '../../compile/index.ts'
import { type Dataset, type Order, shuffled } from '../../data/index.ts'
import { type BatchMoments, batchMoments, pooledMoments } from '../../nn/index.ts'
import { type Condition, type Finding, findingOf } from '../finding.ts'
import { checkStatisticsOptions } from './checks.ts'
import { batchNormLayers, pass, type SeenBatch, type Trained } from './layers.ts'

export interface OrderEffect {
  readonly path: string
  /** Variance of the batch means over what random batches have in expectation, averaged over channels. About 1 if random. */
  readonly ratio: number
  /** What random batches exceed once in 10,000 times, or less often. */
  readonly threshold: number
  /**
   * Share of a channel's variance that lies between batches beyond what chance puts there, averaged over channels. By so
   * much the recorded variances within batches fall short of the population's.
   */
  readonly lost: number
}

export interface OrderEffectOptions {
  /** Default shuffled, as in `fit`. */
  readonly order?: Order | undefined
  /** Of the order. Default the store's, which is the run's. */
  readonly seed?: number
  /** Which epoch of the order, from 0. Default 0. */
  readonly epoch?: number
  /** Default 64, as in `fit`. */
  readonly batchSize?: number
  /** Look at so many batches from the beginning of the order. Default all. */
  readonly batches?: number
  /** Default the store's. */
  readonly engine?: Engine
}

/** Once in 10,000 random orders. The normal quantile of it. */
const NORMAL_QUANTILE = 3.719
/** A hundredth of the variance is less than what other choices of epsilon do. */
const NEGLIGIBLE = 0.01

/**
 * One entry for each batch norm of `trained` for which there are at least two batches; computed in one pass of inference
 * with the statistics that the store holds.
 *
 * @throws ThalwegError `train/bad-option`, `train/empty-data`
 */
export async function orderEffect(
  trained: Trained,
  dataset: Dataset,
  options: OrderEffectOptions = {},
): Promise<OrderEffect[]> {
  const { order = shuffled(), seed = trained.store.seed, epoch = 0, batchSize = 64, batches } = options
  checkStatisticsOptions('orderEffect', options)
  const layers = batchNormLayers(trained, dataset.inputShape)
  if (layers.length === 0) return []
  const rows = order.over(dataset, seed).epochOrder(epoch)
  const seen = new Map<string, BatchPair[]>(layers.map(({ path }) => [path, []]))
  await pass(trained, dataset, {
    engine: options.engine ?? trained.store.engine ?? defaultEngine(),
    paths: new Set(seen.keys()),
    rows: batches === undefined ? rows : rows.subarray(0, batches * batchSize),
    batchSize,
    byBatch: false,
    see: (batch) => void seen.get(batch.path)?.push(pairOf(batch)),
  })
  return [...seen].flatMap(([path, pairs]) => (pairs.length > 1 ? { path, ...betweenBatches(pairs) } : []))
}

/** Moments of a batch: over all of its values, and over one value for each example. */
export interface BatchPair {
  readonly values: BatchMoments
  readonly examples: BatchMoments
}

export function pairOf({ examples, channels, values }: Omit<SeenBatch, 'path'>): BatchPair {
  const places = values.length / (examples * channels)
  const means = new Float64Array(examples * channels)
  for (let example = 0; example < examples; example++)
    for (let place = 0; place < places; place++)
      for (let channel = 0; channel < channels; channel++)
        means[example * channels + channel] += values[(example * places + place) * channels + channel] / places
  return {
    values: batchMoments(values, [examples * places, channels]),
    examples: batchMoments(means, [examples, channels]),
  }
}

/** The test for one layer, from at least two batches. */
export function betweenBatches(batches: readonly BatchPair[]): Omit<OrderEffect, 'path'> {
  const whole = pooledMoments(batches.map(({ examples }) => examples))
  const all = pooledMoments(batches.map(({ values }) => values))
  const degrees = batches.length - 1
  let [ratio, lost, channels] = [0, 0, 0]
  for (const [channel, variance] of whole.variance.entries()) {
    if (variance === 0) continue
    const sampled = (variance * whole.count) / (whole.count - 1)
    const between = batches.reduce(
      (sum, { examples }) => sum + examples.count * (examples.mean[channel] - whole.mean[channel]) ** 2,
      0,
    )
    channels++
    ratio += between / degrees / sampled
    lost += Math.max(0, between - degrees * sampled) / whole.count / all.variance[channel]
  }
  const threshold = chiSquareQuantile(degrees, NORMAL_QUANTILE) / degrees
  // Channels that never vary say nothing; if none does, nothing is wrong.
  return channels === 0
    ? { ratio: 1, threshold, lost: 0 }
    : { ratio: ratio / channels, threshold, lost: lost / channels }
}

/**
 * Of chi-square, by Wilson and Hilferty (1931): within 8% for one degree of freedom, above it; within 1% from three on.
 *
 * @param normal the quantile of a normal variable at the same level
 */
export function chiSquareQuantile(degrees: number, normal: number): number {
  const spread = 2 / (9 * degrees)
  return degrees * (1 - spread + normal * Math.sqrt(spread)) ** 3
}

export const batchesNotRandom: Condition = {
  code: 'batches-not-random',
  severity: 'warning',
  about:
    'Batch norm takes each batch for a sample of the whole, in training and in the recorded statistics. In sorted or ' +
    'drifting data it is none: the means of the batches differ by more than chance allows for, and what lies between ' +
    'batches is seen by no batch norm. The network then behaves differently at test time.',
  rule: 'variance of the batch means, as a multiple of what random batches have, above what they exceed once in 10,000 times',
  threshold: 1,
  cause: 'the examples lie in an order that has to do with what they are, and they are not shuffled',
  try: 'shuffle every epoch; where the order is wanted, take exact statistics after training: populationStatistics(run, train)',
  source:
    'the article, section 5; Ioffe and Szegedy, ICML 2015, section 3.1 and 4.2.1; Fisher 1925 (analysis of variance)',
}

/** The layer that shows it most, where the order is neither random nor harmless. */
export function orderFindings(effects: readonly OrderEffect[], step = 0): Finding[] {
  const significant = effects.filter(({ ratio, threshold, lost }) => ratio > threshold && lost > NEGLIGIBLE)
  const [worst] = significant.sort((a, b) => b.lost - a.lost)
  if (!worst) return []
  const { path, ratio, threshold, lost } = worst
  const percent = (lost * 100).toFixed(lost < 0.1 ? 1 : 0)
  const sign = {
    measured: ratio,
    layer: path,
    message:
      `${path} sees batches that are no random samples: their means vary ${ratio.toFixed(1)} times as much as chance ` +
      `allows for, and ${percent}% of the variance lies between them, where batch norm does not see it`,
    threshold,
    patches: [{ kind: 'shuffle' as const }],
  }
  return [findingOf(batchesNotRandom, sign, step)]
}
