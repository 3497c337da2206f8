/**
 * Batch norm's statistics of the whole population by the article's formula (section 5; Ioffe and Szegedy 2015, algorithm
 * 2, step 10): the mean of the batches' means, and the mean of their unbiased variances. Float64, on the host.
 */
import { formatShape, type Shape, sizeOf, ThalwegError } from '../base/index.ts'

/** Of one batch: per channel, the mean and the biased variance; how many values went into each. */
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
  for (let i = 0; i < data.length; i++) mean[i % channels] += data[i] / count
  for (let i = 0; i < data.length; i++) variance[i % channels] += (data[i] - mean[i % channels]) ** 2 / count
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
