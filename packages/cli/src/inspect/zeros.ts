/** A rectifier gives 0 half of the time; beside that pile nothing else of a histogram could be seen. */
import type { Distribution } from 'thalweg/diagnose'

/** From this share on, zeros are said rather than drawn. */
const MANY = 0.05

export function hasManyZeros({ zeros }: Distribution): boolean {
  return zeros >= MANY && zeros < 1
}

/** The counts of the histogram, many exact zeros left out of the bin that they lie in. */
export function withoutZeros(distribution: Distribution): readonly number[] {
  const { zeros, count, nonFinite, histogram } = distribution
  const { edges, counts } = histogram
  const bin = counts.findIndex((_, i) => edges[i] <= 0 && (0 < edges[i + 1] || i === counts.length - 1))
  if (!hasManyZeros(distribution) || bin < 0 || nonFinite > 0) return counts
  return counts.with(bin, Math.max(0, counts[bin] - Math.round(zeros * count)))
}
