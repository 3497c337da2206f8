/**
 * Robust scaling: subtract the median, divide by the distance between two quantiles (by default the quartiles), so that a
 * few outliers move neither. Quantiles are interpolated as NumPy and R (type 7) do.
 */

import { ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import { countOf, type Examples, type Per, type Walk } from './examples.ts'

export interface Robust {
  readonly kind: 'robust'
  /** One for each channel, or for each value of an example. */
  readonly median: readonly number[]
  /** Upper less lower quantile; 1 where they are equal. */
  readonly spread: readonly number[]
}

export interface RobustOptions {
  /** Default `channel`. */
  readonly per?: Per
  /** Default `[0.25, 0.75]`. */
  readonly quantiles?: readonly [lower: number, upper: number]
}

/** Values that are held and sorted at a time: exact quantiles need all values of a channel at once. */
const MOST_VALUES = 1 << 23

/** @throws ThalwegError `data/bad-range` */
export function robust(options: RobustOptions = {}): (examples: Examples) => Robust {
  const { per = 'channel', quantiles: [lower, upper] = [0.25, 0.75] } = options
  checkNames('robust', options, { per, quantiles: [lower, upper] })
  if (!(lower >= 0 && lower < upper && upper <= 1)) throw badQuantiles(lower, upper)
  return ({ shape, walk, leave }) => {
    const median: number[] = []
    const spread: number[] = []
    eachColumn(countOf(shape, per), walk, (values) => {
      const distance = quantile(values, upper) - quantile(values, lower)
      const isLeft = values.length === 0 || leave?.[median.length]
      spread.push(distance > 0 && !isLeft ? distance : 1)
      median.push(isLeft ? 0 : quantile(values, 0.5))
    })
    return { kind: 'robust', median, spread }
  }
}

/** @param sorted ascending, at least one */
function quantile(sorted: Float32Array | Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const [a, b] = [sorted[below], sorted[Math.min(below + 1, sorted.length - 1)]]
  return a + (b - a) * (place - below)
}

/**
 * Visits the sorted values of each channel in turn, gathering as many channels in one walk as memory should hold.
 *
 * @param most values to hold at a time, but for the one channel that there must be
 */
export function eachColumn(
  period: number,
  walk: Walk,
  visit: (sorted: Float32Array | Float64Array) => void,
  most: number = MOST_VALUES,
): void {
  let total = 0
  let isFloat32 = true
  walk((values) => {
    total += values.length
    isFloat32 &&= values instanceof Float32Array
  })
  const length = total / period
  const together = Math.max(1, Math.floor(most / Math.max(1, length)))
  for (let first = 0; first < period; first += together) {
    const count = Math.min(together, period - first)
    const columns = Array.from({ length: count }, () =>
      isFloat32 ? new Float32Array(length) : new Float64Array(length),
    )
    let row = 0
    walk((values) => {
      for (let start = 0; start < values.length; start += period, row++) {
        for (let k = 0; k < count; k++) columns[k][row] = values[start + first + k]
      }
    })
    for (const column of columns) visit(column.sort())
  }
}

function badQuantiles(lower: number, upper: number): ThalwegError {
  return new ThalwegError('data/bad-range', {
    rule: 'robust: the quantiles must be shares, the lower one below the upper one',
    received: `[${lower}, ${upper}]`,
    try: 'give [0.25, 0.75]',
  })
}
