/**
 * Standardize: subtract the mean, divide by the standard deviation, for each place of the last axis (each feature of a
 * table, each channel of an image) or for each pixel.
 */
import { checkNames } from '../checks.ts'
import { countOf, type Examples, meanOf, type Per, type Walk } from './examples.ts'

export interface Standardize {
  readonly kind: 'standardize'
  /** One for each channel, or for each value of an example. */
  readonly mean: readonly number[]
  /** Standard deviation (over n, not n - 1); 1 where the values never vary. */
  readonly scale: readonly number[]
}

export interface StandardizeOptions {
  /** Default `channel`. */
  readonly per?: Per
}

export function standardize(options: StandardizeOptions = {}): (examples: Examples) => Standardize {
  const { per = 'channel' } = options
  checkNames('standardize', options, { per })
  return ({ shape, walk, leave }) => fitStandardize(countOf(shape, per), walk, leave)
}

/**
 * Fits mean and deviation in two passes, so that a large mean does not swallow a small deviation; what rounding left of
 * the mean shows as the sum of the differences and is put back (Chan, Golub, LeVeque 1983, the corrected two-pass method).
 *
 * @param period how many figures of each: the channels, or the values of an example
 * @param leave those to leave as they are (mean 0, scale 1), such as one-hot columns
 */
export function fitStandardize(period: number, walk: Walk, leave?: readonly boolean[]): Standardize {
  const { mean, count } = meanOf(period, walk)
  const scale = new Array<number>(period).fill(1)
  if (count === 0) return { kind: 'standardize', mean, scale }
  const rests = new Array<number>(period).fill(0)
  const squares = new Array<number>(period).fill(0)
  walk((values) => {
    for (let i = 0, k = 0; i < values.length; i++) {
      const difference = values[i] - mean[k]
      rests[k] += difference
      squares[k] += difference * difference
      k = k + 1 === period ? 0 : k + 1
    }
  })
  for (let k = 0; k < period; k++) {
    const rest = rests[k] / count
    const deviation = Math.sqrt(Math.max(0, squares[k] / count - rest * rest))
    mean[k] += rest
    // Rounding leaves a constant column with a deviation of about 1e-16 times its value; that is still constant.
    scale[k] = deviation > 1e-12 * Math.abs(mean[k]) ? deviation : 1
    if (leave?.[k]) {
      mean[k] = 0
      scale[k] = 1
    }
  }
  return { kind: 'standardize', mean, scale }
}
