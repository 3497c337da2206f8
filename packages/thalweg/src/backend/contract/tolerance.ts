/**
 * How close a float32 backend must come to the float64 reference, and the comparison. An op is held in one of three ways:
 *
 * - exactly: the reference's result, rounded to float32 (`ulps` 0). Arithmetic, comparisons, movement, extremes.
 * - to a number of units in the last place of the result: functions that are approximated. Results below the smallest
 *   normal float32 may be lost.
 * - as a sum of products: by the rounding of as many terms, in proportion to the sum of their magnitudes. Terms may be
 *   added in any order, so an error has no other bound: with n terms it grows as sqrt(n), and we allow
 *   2 sqrt(n) half units and a few for each term.
 */
import type { OpName } from '../../graph/index.ts'

/** Half a unit in the last place of 1, the largest relative error of one rounding to float32. */
const ROUNDING = 2 ** -24
const SMALLEST_NORMAL = 2 ** -126
const SMALLEST = 2 ** -149
const LARGEST = (2 - 2 ** -23) * 2 ** 127

export interface Tolerance {
  /** Units in the last place of the result. */
  readonly ulps: number
  readonly terms?: Terms
  /** Errors up to this size pass anyway. */
  readonly absolute?: number
  /**
   * Whether one result that is not finite may stand for another. A factor that all terms share may be taken out of their
   * sum: infinite terms of both signs are NaN in one order and infinite in the other.
   */
  readonly anyNonFinite?: boolean
  /** Whether 0 and -0 are different results. */
  readonly signedZero?: boolean
}

/** What is added up in each element of a result. */
export interface Terms {
  readonly count: number
  /** The sum of their magnitudes, for each element. */
  readonly magnitudes: ArrayLike<number>
  /** Roundings of each term, in half units. */
  readonly roundings: number
}

/** Exactly, the sign of zero included: IEEE 754 says what these do. */
const EXACT: Tolerance = { ulps: 0, signedZero: true }
/** Exactly, but a zero may have either sign. */
const EQUAL: Tolerance = { ulps: 0 }

function within(ulps: number): Tolerance {
  return { ulps, absolute: SMALLEST_NORMAL }
}

/** Values, op by op. Sums of products get their terms from whoever runs the case. */
export const VALUE_TOLERANCE: { readonly [Op in OpName]: Tolerance } = {
  constant: EXACT,
  literal: EXACT,
  input: EXACT,
  variable: EXACT,
  iota: EXACT,
  random: EXACT,

  neg: EXACT,
  abs: EXACT,
  sign: EQUAL,
  floor: EXACT,
  ceil: EXACT,
  exp: within(3),
  expm1: within(4),
  log: within(3),
  log1p: within(4),
  sqrt: EXACT,
  sin: within(4),
  cos: within(4),
  tanh: within(4),
  sigmoid: within(4),
  erf: within(4),

  add: EXACT,
  sub: EXACT,
  mul: EXACT,
  div: EXACT,
  pow: within(4),
  max: EXACT,
  min: EXACT,
  equal: EXACT,
  less: EXACT,
  lessEqual: EXACT,
  and: EXACT,
  or: EXACT,
  not: EXACT,
  select: EXACT,
  cast: EXACT,
  stopGradient: EXACT,
  customGradient: EXACT,

  broadcast: EXACT,
  reshape: EXACT,
  transpose: EXACT,
  slice: EXACT,
  flip: EXACT,
  pad: EXACT,
  concat: EXACT,
  gather: EXACT,

  reduceMax: EQUAL,
  reduceMin: EQUAL,
  argmax: EXACT,
  maxPool: EQUAL,
  maxPoolTake: EXACT,

  sum: EQUAL,
  matmul: EQUAL,
  conv2d: EQUAL,
  conv2dImageGrad: EQUAL,
  conv2dKernelGrad: EQUAL,
  maxPoolPut: EQUAL,
  averagePool: EQUAL,
  averagePoolGrad: EQUAL,
  scatterAdd: EQUAL,
}

/** A sum of products: the product, the sum's last step, a division and one more. */
export const SUM_ROUNDINGS = 4

/**
 * Gradients of ops that are not sums are a few operations, each approximated: this many half units of the gradient, and of
 * the upstream gradient where, as in 1 - tanh^2, what is left of a difference is smaller than its terms.
 */
export const GRADIENT_ROUNDINGS = 32

/** What a gradient may lose where a factor of it is flushed to 0. */
export const GRADIENT_FLUSH: number = 8 * SMALLEST_NORMAL

/** For which operands the op is linear, so that its terms' magnitudes are what it makes of their magnitudes. */
export const LINEAR_IN: { readonly [Op in OpName]?: 'every' | readonly number[] } = {
  broadcast: 'every',
  reshape: 'every',
  transpose: 'every',
  slice: 'every',
  flip: 'every',
  concat: 'every',
  sum: 'every',
  matmul: 'every',
  conv2d: 'every',
  conv2dImageGrad: 'every',
  conv2dKernelGrad: 'every',
  averagePool: 'every',
  averagePoolGrad: 'every',
  gather: [0],
  scatterAdd: [0],
  maxPoolTake: [1],
  maxPoolPut: [1],
}

/**
 * Operands whose gradient is not compared where other operands have NaN or infinities. A convolution may meet its padding as
 * zeros (0 * Infinity is NaN) or not at all (graph/op.ts); here an infinite upstream gradient meets the padding of an image.
 */
export const LEFT_OPEN_AT_THE_EDGE: { readonly [Op in OpName]?: readonly number[] } = { conv2dImageGrad: [1] }

/** The distance between neighbouring float32 numbers at `value`. */
function unitAt(value: number): number {
  const size = Math.abs(value)
  return size < SMALLEST_NORMAL ? SMALLEST : 2 ** (Math.floor(Math.log2(size)) - 23)
}

function allowed(expected: number, index: number, { ulps, terms, absolute = 0 }: Tolerance): number {
  let error = ulps * unitAt(expected) + absolute
  if (terms !== undefined) {
    const magnitude = terms.magnitudes[index]
    // Beyond the float32 range or NaN where the result is not: the bound has broken down, not the result.
    const scale = Number.isFinite(magnitude) ? magnitude : Math.abs(expected)
    error += (terms.roundings + 2 * Math.sqrt(terms.count)) * ROUNDING * scale + terms.count * SMALLEST
  }
  return error
}

/** Whether `actual`, a float32, may stand where the reference has `expected`. */
export function isClose(expected: number, actual: number, index: number, tolerance: Tolerance): boolean {
  const rounded = Math.fround(expected)
  if (Object.is(rounded, actual)) return true
  if (rounded === actual) return rounded !== 0 || tolerance.signedZero !== true
  if (!Number.isFinite(expected)) return tolerance.anyNonFinite === true && !Number.isFinite(actual)
  if (Number.isNaN(actual)) return false
  const error = allowed(expected, index, tolerance)
  // Next to the largest float32 a rounding decides between it and infinity.
  if (!Number.isFinite(actual)) return actual > 0 ? expected + error > LARGEST : expected - error < -LARGEST
  return Math.abs(actual - expected) <= error
}

export interface Mismatch {
  readonly index: number
  readonly expected: number
  readonly actual: number
}

/** The first element that is too far off, if one is; whole numbers must be the same. */
export function firstMismatch(
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  tolerance: Tolerance,
): Mismatch | undefined {
  if (expected.length !== actual.length) return { index: -1, expected: expected.length, actual: actual.length }
  const whole = expected instanceof Int32Array
  for (let index = 0; index < expected.length; index++)
    if (whole ? expected[index] !== actual[index] : !isClose(expected[index], actual[index], index, tolerance))
      return { index, expected: expected[index], actual: actual[index] }
  return undefined
}
