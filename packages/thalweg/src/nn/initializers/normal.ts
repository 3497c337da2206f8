/** Normal distributions of a spread that the user gives, whole and cut off. */
import type { Random } from '../../base/index.ts'
import { checkFinite, checkNames, checkPositive, refuse } from '../checks.ts'
import { describe, described, fill, type Initializer } from './initializer.ts'

export interface NormalOptions {
  /** Default 0. */
  readonly mean?: number
  /** Standard deviation. Default 0.01. */
  readonly deviation?: number
}

export function normal(options: NormalOptions = {}): Initializer {
  const { mean = 0, deviation = 0.01 } = options
  checkNames('normal', options, { mean, deviation })
  checkFinite('normal', 'mean', mean)
  checkPositive('normal', 'deviation', deviation, 'use 0.01')
  return described(describe('normal', { mean, deviation }), (shape, _, random) =>
    fill(shape, () => mean + deviation * random.normal()),
  )
}

export interface TruncatedNormalOptions {
  /** Of the distribution before it is cut off. Default 0. */
  readonly mean?: number
  /**
   * Of the distribution before it is cut off, as in Keras and PyTorch; what is left has 0.8796 of it for the default
   * limits. Default 0.05, Keras's.
   */
  readonly deviation?: number
  /**
   * Nothing lies below. Default mean - 2 deviations, as in Keras. PyTorch's `trunc_normal_` has -2 itself instead, whatever
   * the deviation.
   */
  readonly low?: number
  /** Nothing lies above. Default mean + 2 deviations. */
  readonly high?: number
}

/** A normal distribution of which only what lies in [low, high] is kept, drawn again until it does. */
export function truncatedNormal(options: TruncatedNormalOptions = {}): Initializer {
  const { mean = 0, deviation = 0.05 } = options
  const { low = mean - 2 * deviation, high = mean + 2 * deviation } = options
  checkNames('truncatedNormal', options, { mean, deviation, low, high })
  checkFinite('truncatedNormal', 'mean', mean)
  checkPositive('truncatedNormal', 'deviation', deviation, 'use 0.05')
  if (!(low < high)) {
    refuse('truncatedNormal', 'low must be below high', `low ${low}, high ${high}`, 'leave both out: two deviations')
  }
  const description = describe('truncatedNormal', { mean, deviation, low: options.low, high: options.high })
  const window = [(low - mean) / deviation, (high - mean) / deviation] as const
  return described(description, (shape, _, random) =>
    fill(shape, () => mean + deviation * truncated(random, ...window)),
  )
}

/** How far beyond its nearest point of a window a density has lost 50 powers of e: as good as nothing. */
const NEGLIGIBLE = 100

/** A standard normal number in [low, high]. */
export function truncated(random: Random, low: number, high: number): number {
  // Where most draws fall inside, they are simply repeated.
  if (low <= -1 && high >= 1) {
    for (;;) {
      const z = random.normal()
      if (z >= low && z <= high) return z
    }
  }
  // Elsewhere a uniform number is kept in proportion to the density (Robert 1995, section 2): at least one in fifty is.
  const nearest = low > 0 ? low : high < 0 ? high : 0
  const reach = Math.sqrt(nearest * nearest + NEGLIGIBLE)
  const from = Math.max(low, -reach)
  const to = Math.min(high, reach)
  for (;;) {
    const z = from + (to - from) * random.uniform()
    if (random.uniform() < Math.exp((nearest * nearest - z * z) / 2)) return z
  }
}
