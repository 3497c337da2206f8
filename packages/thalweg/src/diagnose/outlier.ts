/**
 * Values that lie apart from all others of their column, further out than its own tail reaches. Where tails are long, the furthest
 * value is often many times as far out as the next one: then r times the logarithm of the r-th over the next, of the distances in
 * descending order, are draws of one exponential distribution, and their mean says how long the tail is (Hill, A simple general
 * approach to inference about the tail of a distribution, 1975).
 */
import { columnOf, type Sample, type Spread } from './sample.ts'

export interface Outlier {
  /** The first that has it. */
  readonly example: number
  /** For sentences: `column 'age'`, `target 'y'`. */
  readonly name: string
  /** Place among the columns. */
  readonly index: number
  readonly value: number
  /** Examples that have it, or another value that lies apart. */
  readonly count: number
  readonly median: number
  /** Its distance from the median over the largest of those that do not lie apart; infinite where all others are the same. */
  readonly times: number
  /** What `times` may be by chance in a column with such a tail. */
  readonly threshold: number
}

/** Of fewer examples nobody can say what is usual. */
const EXAMPLES = 20
/** So many times as far out as all others is far in any column. */
export const TIMES = 50
/** The same for columns of so few different values: counts that are small and seldom large. */
const TIMES_OF_FEW = 200
const FEW = 8
/** A value apart from all others is so many deviations from the mean, if it is not common; of few values, nearly the root of their number. */
const SUSPECT = 6
/** Missing values may have several signs: -999, -998. All together are no larger a share than this. */
const SIGNS = 3
const SHARE = 0.03
/** So many tables have one column once where chance alone brings a value beyond the threshold. */
const ONCE_IN = 0.004
/** Distances that tell the length of a tail: at most so many, a third of all, and five where there are but few. */
const TAIL = 25
const LEAST_TAIL = 5
/** So many values tell the median. */
const ENOUGH = 4096

export interface Column extends Spread {
  readonly name: string
}

/** The most striking one of all columns; undefined where nothing lies apart. */
export function outlierOf(
  rows: Sample['rows'],
  values: ArrayLike<number>,
  columns: readonly Column[],
): Outlier | undefined {
  if (rows.length < EXAMPLES) return undefined
  const bound = Math.min(SUSPECT, 0.9 * Math.sqrt(rows.length))
  const suspects = columns.flatMap(({ name, mean, deviation, least, most }, at) => {
    return Math.max(most - mean, mean - least) > bound * deviation ? [{ name, at }] : []
  })
  const outliers = suspects.flatMap(({ name, at }): Outlier[] => {
    const own = columnOf(values, at, columns.length)
    const found = apartIn(own, ONCE_IN / suspects.length)
    return found ? [{ ...found, example: rows[own.indexOf(found.value)], name, index: at }] : []
  })
  return outliers.reduce<Outlier | undefined>((most, one) => (most && most.times >= one.times ? most : one), undefined)
}

function apartIn(values: Float64Array, level: number): Omit<Outlier, 'example' | 'name' | 'index'> | undefined {
  const some = values.filter((_, row) => row % Math.ceil(values.length / ENOUGH) === 0).sort()
  const median = some[Math.floor(some.length / 2)]
  const distances = furthest(values, some, median)
  let count = 0
  for (let signs = 1; signs <= SIGNS && count < distances.length; signs++) {
    const least = distances[count]
    while (distances[count] === least) count++
    // Several values that lie apart, and none of them twice, are a tail.
    if (signs > 1 && count < 2 * signs) continue
    if (count > Math.max(1, SHARE * values.length)) return undefined
    const value = values.find((one) => Math.abs(one - median) === distances[0]) ?? Number.NaN
    if (count === distances.length)
      return count === 1 ? { value, count, median, times: Number.POSITIVE_INFINITY, threshold: 0 } : undefined
    const times = least / distances[count]
    if (!(times > TIMES)) continue
    const floor = areFew(values, median, least) ? TIMES_OF_FEW : TIMES
    const threshold = Math.max(floor, Math.exp(reachByChance(distances.subarray(count), signs, level)))
    if (times > threshold) return { value, count, median, times, threshold }
  }
  return undefined
}

/** Distances from the median that are not 0, in descending order; of very many values the furthest ones. */
function furthest(values: Float64Array, some: Float64Array, median: number): Float64Array {
  const usual = some.map((value) => Math.abs(value - median)).sort()
  // Of all, where these are all.
  const cut = values.length > ENOUGH ? usual[usual.length - 4 * TAIL] : 0
  return values
    .map((value) => Math.abs(value - median))
    .filter((distance) => distance > 0 && distance >= cut)
    .sort()
    .reverse()
}

/** The logarithm of what the furthest distance but `signs` may be multiplied with by chance; the quantile is of F(2, 2k). */
function reachByChance(distances: Float64Array, signs: number, level: number): number {
  const left = distances.length
  const tail = Math.max(Math.min(LEAST_TAIL, left - 1), Math.min(TAIL, Math.floor(left / 3)))
  if (tail < 1) return Number.POSITIVE_INFINITY
  let mean = 0
  for (let i = 1; i <= tail; i++) mean += ((signs + i) * Math.log(distances[i - 1] / distances[i])) / tail
  return (mean * tail * (level ** (-1 / tail) - 1)) / signs
}

function areFew(values: Float64Array, median: number, apart: number): boolean {
  const seen = new Set<number>()
  for (const value of values) {
    if (Math.abs(value - median) < apart) seen.add(value)
    if (seen.size >= FEW) return false
  }
  return true
}
