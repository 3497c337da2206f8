/**
 * exp, expm1, sigmoid and tanh on four lanes. All reduce the argument as x = n ln 2 + r with |r| <= ln(2)/2 (Cody and
 * Waite 1980: ln 2 in two parts, the first so short that n times it is exact) and build on exp(r) = 1 + r + r^2 P(r).
 *
 * Coefficients here and in the sibling files are our own: the Remez exchange in 40-digit arithmetic, minimizing the
 * relative error of the whole function on the reduced interval; then, from the lowest power on, each coefficient rounded
 * to float32 and the rest fitted again, so that the later ones make up for the rounding of the earlier.
 *
 * Errors are in units in the last place of the exact result (ULP), subnormal results included. accuracy.ts has the bounds,
 * which math.test.ts holds on samples and `npm run ulp` on every float32. NaN stays NaN, overflow is Infinity.
 */
import type { Local } from '../code.ts'
import {
  abs,
  add,
  addInt,
  atLeast,
  atMost,
  choose,
  div,
  equal,
  keep,
  less,
  mul,
  neg,
  polynomial,
  type Registers,
  shiftLeft,
  shiftRight,
  sub,
  subInt,
  type Term,
  withSign,
} from '../terms.ts'

/** ln 2 rounded down to 15 binary places (exact times any exponent of float32), and the rest. */
export const LN2_HIGH = 0.693145751953125
export const LN2_LOW = 1.428606765330187e-6
/** Adding it rounds to a whole number, which then stands in the low bits of the sum. */
const ROUNDER = 1.5 * 2 ** 23
const EXPONENT_AT = 23

/** (exp(r) - 1 - r) / r^2 on |r| <= 0.3468; gives exp(r) to 3.3e-9. */
const EXP = [0.49999994, 0.16666517, 0.041668102, 0.0083691655, 0.0013838324]
/** The same; gives expm1(r) to 3.4e-9 of its own size. */
const EXPM1 = [0.5, 0.16666636, 0.04166651, 0.00834151, 0.0013930541, 0.00015046004]
/** tanh(x)/x - 1 over x^2, in powers of x^2, on |x| < 0.625, to 4.9e-9. */
const TANH = [-0.33333293, 0.13331655, -0.053753957, 0.020678341, -0.0057432535]
const TANH_SMALL = 0.625
/** tanh(9.1) is 1 to half a unit in the last place. */
const TANH_LARGE = 9.1

interface Reduced {
  /** n + ROUNDER: the exponent n in its low bits. */
  readonly rounded: Local
  readonly n: Local
  /** x - n ln 2 in two parts that differ by far in size, and as one number. */
  readonly high: Local
  readonly low: Local
  readonly r: Local
}

function reduce(registers: Registers, x: Local): Reduced {
  const rounded = keep(registers, add(mul(x, Math.LOG2E), ROUNDER))
  const n = keep(registers, sub(rounded, ROUNDER))
  const high = keep(registers, sub(x, mul(n, LN2_HIGH)))
  const low = keep(registers, mul(n, LN2_LOW))
  const r = keep(registers, sub(high, low))
  return { rounded, n, r, high, low }
}

/** The float32 2^n `times` a power of two, if it is a normal number; n from the low bits of a vector is added to the exponent of `times`. */
function powerOfTwo(n: Term, times = 1): Term {
  return addInt(shiftLeft(n, EXPONENT_AT), times)
}

/** exp(r): r^2 P(r) first takes the low part of r, then the high one, then 1, so that only the last two sums round noticeably. */
function expReduced(registers: Registers, { r, high, low }: Reduced): Term {
  const square = keep(registers, mul(r, r))
  return add(add(sub(mul(polynomial(r, EXP), square), low), high), 1)
}

/** exp where the result is a normal number: |x| < 87. */
export function expNormal(registers: Registers, x: Local): Term {
  const reduced = reduce(registers, x)
  return mul(expReduced(registers, reduced), powerOfTwo(reduced.rounded))
}

/** Maximum error 1 ULP. */
export function exp(registers: Registers, x: Local): Term {
  const inside = keep(registers, atLeast(atMost(x, 89), -104))
  const reduced = reduce(registers, inside)
  const { rounded } = reduced
  // 2^n in two halves: with |n| up to 150 neither overflows, and only the last product can round into the subnormals.
  const half = keep(registers, shiftRight(rounded, 1))
  return mul(mul(expReduced(registers, reduced), powerOfTwo(half)), powerOfTwo(subInt(rounded, half)))
}

/** exp(x) - 1. Maximum error 1.6 ULP. */
export function expm1(registers: Registers, x: Local): Term {
  // -17.4 already gives -1 to half a unit in the last place.
  const inside = keep(registers, atLeast(atMost(x, 89), -18))
  const { rounded, n, r } = reduce(registers, inside)
  const square = keep(registers, mul(r, r))
  const less1 = keep(registers, add(mul(polynomial(r, EXPM1), square), r))
  // 2^n (expm1(r) + 1) - 1, computed at half its size, since 2^128 is no float32; as it is where halving could round.
  const scale = keep(registers, powerOfTwo(rounded, 0.5))
  const halved = keep(registers, add(mul(less1, scale), sub(scale, 0.5)))
  return withSign(choose(equal(n, 0), less1, add(halved, halved)), x)
}

/**
 * 1 / (1 + e) with e = exp(-|x|), or e / (1 + e) for negative x, so that nothing overflows and small results keep their
 * digits. What 1 + e loses in rounding (`lost`, exact) is made good to first order: q - q lost / (1 + e).
 * Maximum error 2 ULP.
 */
export function sigmoid(registers: Registers, x: Local): Term {
  const e = keep(registers, exp(registers, keep(registers, neg(abs(x)))))
  const sum = keep(registers, add(e, 1))
  const lost = keep(registers, sub(e, sub(sum, 1)))
  const quotient = keep(registers, div(choose(less(x, 0), e, 1), sum))
  const inverse = atLeast(quotient, sub(1, quotient))
  return sub(quotient, mul(mul(quotient, lost), inverse))
}

/** Near 0 an odd polynomial, else 1 - 2 / (exp(2|x|) + 1). Maximum error 1.4 ULP. */
export function tanh(registers: Registers, x: Local): Term {
  const size = keep(registers, abs(x))
  const square = keep(registers, mul(x, x))
  const small = keep(registers, add(mul(mul(polynomial(square, TANH), square), size), size))
  const inside = keep(registers, atMost(size, TANH_LARGE))
  const e = keep(registers, expNormal(registers, keep(registers, add(inside, inside))))
  const large = sub(1, div(2, add(e, 1)))
  return withSign(choose(less(size, TANH_SMALL), small, large), x)
}
