/** Sizes of sliding windows as users give them: one number for both directions, or height and width. */
import { ThalwegError } from '../base/index.ts'
import { checkCount } from './checks.ts'

export type Pair = number | readonly [height: number, width: number]

/**
 * `valid` is none; `same` pads so that a stride of s divides the size by s, rounded up, with the odd one below and at
 * the right (TensorFlow's rule); a number is for all sides; two are for height and width; four are top, bottom, left, right.
 */
export type Padding = 'valid' | 'same' | Pair | readonly [top: number, bottom: number, left: number, right: number]

export function pairOf(layer: string, option: string, value: Pair): readonly [number, number] {
  const pair = typeof value === 'number' ? ([value, value] as const) : value
  if (pair.length !== 2) {
    throw new ThalwegError('nn/bad-option', {
      rule: `${layer}: ${option} must be one number, or height and width`,
      received: `${option} [${[...pair]}]`,
      try: `give ${option} 3 or [3, 3]`,
    })
  }
  for (const size of pair) checkCount(layer, option, size)
  return pair
}

/** In the form that the tensor ops take. */
export function paddingOf(layer: string, padding: Padding): 'valid' | 'same' | [number, number, number, number] {
  if (padding === 'valid' || padding === 'same') return padding
  const sides = typeof padding === 'number' ? [padding] : typeof padding === 'string' ? [] : [...padding]
  const whole = sides.every((side) => Number.isSafeInteger(side) && side >= 0)
  if (whole && sides.length === 1) return [sides[0], sides[0], sides[0], sides[0]]
  if (whole && sides.length === 2) return [sides[0], sides[0], sides[1], sides[1]]
  if (whole && sides.length === 4) return [sides[0], sides[1], sides[2], sides[3]]
  throw new ThalwegError('nn/bad-option', {
    rule: `${layer}: padding must be 'valid', 'same', or 1, 2 or 4 whole numbers of at least 0`,
    received: `padding ${String(padding)}`,
    try: "give padding 'same', or 1, or [1, 1]",
  })
}
