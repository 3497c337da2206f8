/**
 * Which parameters mattered: functional ANOVA of a forest that is fitted to the trials (Hutter, Hoos, Leyton-Brown: "An
 * Efficient Approach for Assessing Hyperparameter Importance", ICML 2014). A parameter's share is the variance of the
 * forest's prediction averaged over all others (its main effect) over the variance of the prediction; what the shares lack
 * of 1 is due to parameters that act together.
 *
 * Limits: it describes the forest, and so needs some tens of trials; trials that a sampler crowds around its best say little
 * about the rest; a conditional parameter counts as if it stood at the middle of its range where it does not exist, which
 * makes its share too low.
 */
import { random } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import { type Dimension, type Point, toUnit } from '../dimensions.ts'
import { growForest, type Leaf, type Sample } from './forest.ts'

export interface ImportanceOptions {
  /** Ranks instead of values: how bad the worst trials are does not matter then. Default false. */
  readonly ranks?: boolean
  /** Default 64. */
  readonly trees?: number
  /** Of the forest. Default 0. */
  readonly seed?: number
}

export interface Importance {
  readonly path: string
  /** Of the variance, 0 to 1, due to this parameter alone: the mean over the trees. */
  readonly share: number
  /** Standard deviation over the trees. */
  readonly deviation: number
}

export interface Scored {
  readonly point: Point
  readonly value: number
  readonly budget: number
}

const LEAST_TRIALS = 10
const LEAST_LEAF = 3

/** The most important first; empty where fewer than ten trials have the same budget to judge from. */
export function importanceOf(
  dimensions: readonly Dimension[],
  scored: readonly Scored[],
  options: ImportanceOptions = {},
): Importance[] {
  const { ranks = false, trees = 64, seed = 0 } = options
  checkNames('importance', options, { ranks, trees, seed })
  const alike = mostTried(scored)
  if (alike.length < LEAST_TRIALS) return []
  const values = ranks ? ranksOf(alike.map(({ value }) => value)) : alike.map(({ value }) => value)
  const samples = alike.map(({ point }, index): Sample => {
    const at = dimensions.map((dimension) => shareOf(dimension, point))
    return { at, value: values[index] }
  })
  const forest = growForest(samples, { trees, leastLeaf: LEAST_LEAF }, random(seed, 'tune/importance'))
  const shares = forest.map(mainEffects)
  return dimensions
    .map(({ path }, index) => ({ path, ...momentsOf(shares.map((one) => one[index])) }))
    .sort((a, b) => b.share - a.share)
}

/** Values at different budgets do not compare: the trials of the budget that most of them have. */
function mostTried(scored: readonly Scored[]): readonly Scored[] {
  const byBudget = new Map<number, Scored[]>()
  for (const one of scored) byBudget.set(one.budget, [...(byBudget.get(one.budget) ?? []), one])
  return [...byBudget.values()].reduce((most, those) => (those.length > most.length ? those : most), [])
}

function shareOf(dimension: Dimension, point: Point): number {
  const value = point[dimension.path]
  return value === undefined ? 0.5 : toUnit(dimension, value)
}

/** Position in the order of values, 0 to 1; equals get the mean of theirs. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b)
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 / Math.max(1, values.length - 1))
}

/** Of each dimension, the share of a tree's variance over the cube. */
function mainEffects(leaves: readonly Leaf[]): number[] {
  const width = leaves[0].low.length
  const volumes = leaves.map(({ low, high }) => low.reduce((product, from, d) => product * (high[d] - from), 1))
  const mean = leaves.reduce((sum, { value }, leaf) => sum + value * volumes[leaf], 0)
  const variance = leaves.reduce((sum, { value }, leaf) => sum + volumes[leaf] * (value - mean) ** 2, 0)
  return Array.from({ length: width }, (_, d) => {
    if (variance <= 0) return 0
    // Averaged over all other dimensions a tree is a staircase: it changes only where a leaf begins or ends.
    const edges = [...new Set(leaves.flatMap(({ low, high }) => [low[d], high[d]]))].sort((a, b) => a - b)
    let effect = 0
    for (let step = 1; step < edges.length; step++) {
      const [from, to] = [edges[step - 1], edges[step]]
      const height = leaves.reduce(
        (sum, { low, high, value }, leaf) =>
          low[d] <= from && high[d] >= to ? sum + (value * volumes[leaf]) / (high[d] - low[d]) : sum,
        0,
      )
      effect += (to - from) * (height - mean) ** 2
    }
    return effect / variance
  })
}

function momentsOf(shares: readonly number[]): { share: number; deviation: number } {
  const share = shares.reduce((sum, value) => sum + value, 0) / shares.length
  const variance = shares.reduce((sum, value) => sum + (value - share) ** 2, 0) / Math.max(1, shares.length - 1)
  return { share, deviation: Math.sqrt(variance) }
}
