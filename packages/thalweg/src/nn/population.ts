/**
 * Statistics of a whole population from those of its batches, in float64 on the host. By the article's formula (section
 * 5; Ioffe and Szegedy 2015, algorithm 2, step 10): the mean of the batches' means, and the mean of their unbiased
 * variances, which is right where batches are random samples of one size. And exactly, whatever the batches are.
 */
import { formatShape, type Shape, sizeOf, ThalwegError } from '../base/index.ts'

/** Per channel, the mean and the variance over `count` values: the biased variance, which divides by the count. */
export interface BatchMoments {
  readonly mean: Float64Array
  readonly variance: Float64Array
  readonly count: number
}

/** Moments of `data` [batch, ..., channels] over all axes but the last. */
export function batchMoments(data: ArrayLike<number>, shape: Shape): BatchMoments {
  const channels = shape.at(-1) ?? 0
  const count = sizeOf(shape.slice(0, -1))
  if (shape.length < 2 || count === 0 || data.length !== sizeOf(shape)) {
    throw new ThalwegError('nn/bad-values', {
      rule: 'batchMoments: the values must be a batch [batch, ..., channels] of at least one',
      received: `${data.length} values for ${formatShape(shape)}`,
      try: 'leave empty batches out',
    })
  }
  const mean = new Float64Array(channels)
  const variance = new Float64Array(channels)
  for (let at = 0; at < data.length; at += channels)
    for (let channel = 0; channel < channels; channel++) mean[channel] += data[at + channel]
  for (let channel = 0; channel < channels; channel++) mean[channel] /= count
  for (let at = 0; at < data.length; at += channels)
    for (let channel = 0; channel < channels; channel++) variance[channel] += (data[at + channel] - mean[channel]) ** 2
  for (let channel = 0; channel < channels; channel++) variance[channel] /= count
  return { mean, variance, count }
}

/** `E[x] = mean of the means`, `Var[x] = mean of m / (m - 1) * variance`. Batches of one value have no unbiased variance. */
export function populationMoments(batches: readonly BatchMoments[]): { mean: Float64Array; variance: Float64Array } {
  const usable = batches.filter(({ count }) => count > 1)
  if (usable.length === 0) {
    throw new ThalwegError('nn/bad-values', {
      rule: 'populationMoments: there must be a batch of more than one value per channel',
      received: `${batches.length} batches`,
      try: 'give larger batches',
    })
  }
  const channels = usable[0].mean.length
  const average = (list: readonly BatchMoments[], of: (batch: BatchMoments, channel: number) => number) =>
    Float64Array.from({ length: channels }, (_, channel) =>
      list.reduce((sum, batch) => sum + of(batch, channel) / list.length, 0),
    )
  return {
    mean: average(batches, (batch, channel) => batch.mean[channel]),
    variance: average(usable, ({ variance, count }, channel) => (variance[channel] * count) / (count - 1)),
  }
}

/**
 * Moments of all values together: every value weighs the same, in batches of any sizes and in any order. The variance is
 * that within the batches plus that between them (Chan, Golub, LeVeque 1979), so nothing large cancels.
 *
 * @throws ThalwegError `nn/bad-values` where there are no batches
 */
export function pooledMoments(batches: readonly BatchMoments[]): BatchMoments {
  const count = batches.reduce((sum, batch) => sum + batch.count, 0)
  if (count === 0) {
    throw new ThalwegError('nn/bad-values', {
      rule: 'pooledMoments: there must be a batch',
      received: 'no values',
      try: 'give the moments of at least one batch',
    })
  }
  const total = (of: (batch: BatchMoments, channel: number) => number) =>
    Float64Array.from(batches[0].mean, (_, channel) =>
      batches.reduce((sum, batch) => sum + (batch.count / count) * of(batch, channel), 0),
    )
  const mean = total((batch, channel) => batch.mean[channel])
  const variance = total((batch, channel) => batch.variance[channel] + (batch.mean[channel] - mean[channel]) ** 2)
  return { mean, variance, count }
}
