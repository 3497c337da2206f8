/** Min-max scaling: the smallest training value becomes `low`, the largest `high`, and lines go straight between. */

import { ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import { affine } from './affine.ts'
import { countOf, type Examples, type Per } from './examples.ts'
import type { Mapping } from './mapping.ts'

export interface MinMax {
  readonly kind: 'min-max'
  /** One for each channel, or for each value of an example. */
  readonly minimum: readonly number[]
  /** Equal to the minimum where the values never vary: such values are only shifted, to `low`. */
  readonly maximum: readonly number[]
  readonly low: number
  readonly high: number
  /** Features that stay as they are. */
  readonly leave?: readonly boolean[]
}

export interface MinMaxOptions {
  /** Default `channel`. */
  readonly per?: Per
  /** Default 0. */
  readonly low?: number
  /** Default 1. */
  readonly high?: number
}

/** @throws ThalwegError `data/bad-range` */
export function minMax(options: MinMaxOptions = {}): (examples: Examples) => MinMax {
  const { per = 'channel', low = 0, high = 1 } = options
  checkNames('minMax', options, { per, low, high })
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) throw badRange(low, high)
  return ({ shape, walk, leave }) => {
    const period = countOf(shape, per)
    const minimum = new Array<number>(period).fill(Number.POSITIVE_INFINITY)
    const maximum = new Array<number>(period).fill(Number.NEGATIVE_INFINITY)
    walk((values) => {
      for (let i = 0, k = 0; i < values.length; i++) {
        if (values[i] < minimum[k]) minimum[k] = values[i]
        if (values[i] > maximum[k]) maximum[k] = values[i]
        k = k + 1 === period ? 0 : k + 1
      }
    })
    const isEmpty = minimum[0] > maximum[0]
    const found = isEmpty ? { minimum: minimum.fill(0), maximum: maximum.fill(0) } : { minimum, maximum }
    return { kind: 'min-max', ...found, low, high, ...(leave?.includes(true) && { leave }) }
  }
}

export function minMaxMapping({ minimum, maximum, low, high, leave }: MinMax): Mapping {
  const scale = minimum.map((least, k) => (maximum[k] > least ? (maximum[k] - least) / (high - low) : 1))
  const shift = minimum.map((least, k) => least - low * scale[k])
  return affine(
    'min-max',
    shift.map((value, k) => (leave?.[k] ? 0 : value)),
    scale.map((value, k) => (leave?.[k] ? 1 : value)),
  )
}

function badRange(low: number, high: number): ThalwegError {
  return new ThalwegError('data/bad-range', {
    rule: 'min-max: low must be a number below high',
    received: `low ${low}, high ${high}`,
    try: 'give low 0 and high 1, or low -1 and high 1',
  })
}
