/** Many numbers as a few: moments, extremes, and a histogram. In float64, over what is finite; the rest is counted. */

export interface Histogram {
  /** Ascending, one more than there are bins; all bins are equally wide. */
  readonly edges: readonly number[]
  /** Values in each bin; the last one holds its upper edge too. */
  readonly counts: readonly number[]
  /** Values outside of the edges. */
  readonly below: number
  readonly above: number
}

export interface Distribution {
  /** All values, finite or not. */
  readonly count: number
  /** NaN and infinities; nothing else here looks at them. */
  readonly nonFinite: number
  readonly mean: number
  /** Standard deviation over n. */
  readonly deviation: number
  readonly min: number
  readonly max: number
  /** Share of values that are exactly 0. */
  readonly zeros: number
  readonly histogram: Histogram
}

/** All but the histogram. */
export type Moments = Omit<Distribution, 'histogram'>

/** `scale` multiplies every value first. Without a finite value the moments are NaN. */
export function momentsOf(values: ArrayLike<number>, scale = 1): Moments {
  let [nonFinite, zeros, sum] = [0, 0, 0]
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    const value = scale * values[i]
    if (!Number.isFinite(value)) {
      nonFinite++
      continue
    }
    if (value === 0) zeros++
    if (value < min) min = value
    if (value > max) max = value
    sum += value
  }
  const finite = values.length - nonFinite
  const mean = sum / finite
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const distance = scale * values[i] - mean
    if (Number.isFinite(distance)) squares += distance * distance
  }
  const known = finite > 0
  return {
    count: values.length,
    nonFinite,
    mean,
    deviation: Math.sqrt(squares / finite),
    min: known ? min : Number.NaN,
    max: known ? max : Number.NaN,
    zeros: values.length > 0 ? zeros / values.length : 0,
  }
}

export type Range = readonly [low: number, high: number]

/** Equal bins over `[low, high]`. */
export function histogramOf(values: ArrayLike<number>, bins: number, [low, high]: Range, scale = 1): Histogram {
  const counts = new Array<number>(bins).fill(0)
  let [below, above] = [0, 0]
  const perUnit = bins / (high - low)
  for (let i = 0; i < values.length; i++) {
    const value = scale * values[i]
    if (!Number.isFinite(value)) continue
    if (value < low) below++
    else if (value > high) above++
    else counts[Math.min(bins - 1, Math.floor((value - low) * perUnit))]++
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + ((high - low) * i) / bins))
  return { edges, counts, below, above }
}

/** Deviations from its mean within which a distribution is shown: all of a normal one, as far as an eye can see. */
const REACH = 4

/** What a histogram of one distribution spans by itself: all of it. */
export function ownRange({ min, max }: Moments): Range {
  return widened(min, max)
}

/**
 * A range that suits several, so that they can be laid side by side: from the lowest to the highest of them, outliers
 * beyond four deviations left out.
 */
export function sharedRange(all: readonly Moments[]): Range {
  const known = all.filter(({ min }) => Number.isFinite(min))
  const low = known.map(({ min, mean, deviation }) => Math.max(min, mean - REACH * deviation))
  const high = known.map(({ max, mean, deviation }) => Math.min(max, mean + REACH * deviation))
  return widened(Math.min(...low), Math.max(...high))
}

/** Bins need a width, and a constant stands in the middle. */
function widened(low: number, high: number): Range {
  if (low < high) return [low, high]
  if (low !== high) return [-1, 1]
  const room = Math.abs(low) / 2 || 1
  return [low - room, high + room]
}
