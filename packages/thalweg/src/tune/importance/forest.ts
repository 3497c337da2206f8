/** Regression trees over the unit cube, each grown on a bootstrap sample (Breiman 2001), as lists of their leaves. */
import type { Random } from '../../base/index.ts'

/** A point of the unit cube and what was measured there. */
export interface Sample {
  readonly at: readonly number[]
  readonly value: number
}

/** A box of the unit cube, `low <= at < high` in each dimension, in which the tree predicts `value`. */
export interface Leaf {
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly value: number
}

export interface ForestOptions {
  readonly trees: number
  /** Samples that a leaf has at least. */
  readonly leastLeaf: number
}

export function growForest(samples: readonly Sample[], { trees, leastLeaf }: ForestOptions, random: Random): Leaf[][] {
  const width = samples[0]?.at.length ?? 0
  return Array.from({ length: trees }, () => {
    const drawn = Array.from(samples, () => samples[random.integer(samples.length)])
    return grow(drawn, new Array<number>(width).fill(0), new Array<number>(width).fill(1), leastLeaf, random)
  })
}

function grow(
  samples: readonly Sample[],
  low: readonly number[],
  high: readonly number[],
  leastLeaf: number,
  random: Random,
): Leaf[] {
  const split = bestSplit(samples, leastLeaf, random)
  if (!split) return [{ low, high, value: mean(samples) }]
  const { dimension, threshold } = split
  const left = samples.filter(({ at }) => at[dimension] < threshold)
  const right = samples.filter(({ at }) => at[dimension] >= threshold)
  return [
    ...grow(left, low, high.with(dimension, threshold), leastLeaf, random),
    ...grow(right, low.with(dimension, threshold), high, leastLeaf, random),
  ]
}

interface Split {
  readonly dimension: number
  readonly threshold: number
  /** Sum over both sides of (sum of values)^2 / count: the higher, the less they vary inside. */
  readonly score: number
}

/** The split that leaves least variance, of those in a random five sixths of the dimensions. */
function bestSplit(samples: readonly Sample[], leastLeaf: number, random: Random): Split | undefined {
  const width = samples[0].at.length
  const tried = Array.from(random.permutation(width).subarray(0, Math.ceil((width * 5) / 6)))
  const total = samples.reduce((sum, { value }) => sum + value, 0)
  let best: Split | undefined
  for (const dimension of tried) {
    const sorted = samples.toSorted((a, b) => a.at[dimension] - b.at[dimension])
    let leftSum = 0
    for (let left = 1; left < sorted.length; left++) {
      leftSum += sorted[left - 1].value
      const right = sorted.length - left
      const [before, after] = [sorted[left - 1].at[dimension], sorted[left].at[dimension]]
      if (left < leastLeaf || right < leastLeaf || before === after) continue
      const score = leftSum ** 2 / left + (total - leftSum) ** 2 / right
      if (!best || score > best.score) best = { dimension, threshold: (before + after) / 2, score }
    }
  }
  const flat = total ** 2 / samples.length
  return best && best.score > flat + 1e-12 * Math.abs(flat) ? best : undefined
}

function mean(samples: readonly Sample[]): number {
  return samples.reduce((sum, { value }) => sum + value, 0) / samples.length
}
