/**
 * pow on four lanes: exp2(y log2 |x|) in float64, two lanes at a time, because y log2 |x| needs about nine more bits than
 * float32 has. Signs and edges as ECMAScript's `**` has them (graph/op.ts). Coefficients as told in exponential.ts, but
 * rounded to float64. Maximum error 0.6 ULP.
 */
import type { Code, Local } from '../code.ts'
import {
  abs,
  and,
  apply,
  choose,
  double,
  doublePolynomial,
  equal,
  int,
  joinHalves,
  keep,
  less,
  lowerHalf,
  mul,
  or,
  type Registers,
  shiftRight,
  type Term,
  upperHalf,
} from '../terms.ts'
import { splitAny } from './logarithm.ts'

/** log2((1 + s)/(1 - s)) / s in powers of s^2, for mantissas between sqrt(1/2) and sqrt(2), to 4.3e-12. */
const LOG2 = [2.885390081790141, 0.9617966732839165, 0.5770835945077178, 0.41167221580462765, 0.3407383927928739]
/** 2^f on |f| <= 1/2, to 4.7e-11. */
const EXP2 = [
  1, 0.6931471807056876, 0.24022651068773385, 0.05550410362995109, 0.009618037769605252, 0.0013333936555480286,
  0.0001546688237097183, 1.519604543648839e-5,
]
/** From here on float32 overflows to Infinity, and from its negative underflows to 0. */
const EXPONENT_LIMIT = double(200)
const ROUNDER = double(1.5 * 2 ** 52)
const EXPONENT_AT = 52
const INFINITY = double(Number.POSITIVE_INFINITY)

const times = (a: Term, b: Term): Term => apply('f64x2.mul', a, b)
const plus = (a: Term, b: Term): Term => apply('f64x2.add', a, b)
const minus = (a: Term, b: Term): Term => apply('f64x2.sub', a, b)

/** log2 of two lanes of |x|, given x = 2^exponent * mantissa: -Infinity for 0; Infinity and NaN stay. */
function log2(registers: Registers, size: Term, exponent: Term, mantissa: Term): Local {
  const f = keep(registers, minus(mantissa, double(1)))
  const s = keep(registers, apply('f64x2.div', f, plus(f, double(2))))
  const square = keep(registers, times(s, s))
  const value = keep(registers, plus(times(doublePolynomial(square, LOG2), s), exponent))
  const wide = keep(registers, size)
  const inside = and(apply('f64x2.gt', wide, double(0)), apply('f64x2.lt', wide, INFINITY))
  const zeroToInfinity = or(wide, and(apply('f64x2.eq', wide, double(0)), double(Number.NEGATIVE_INFINITY)))
  return keep(registers, choose(inside, value, zeroToInfinity))
}

/** 2^t of two lanes, as two float32 and two zeros; rounds once, subnormal results included. */
function exp2(registers: Registers, t: Term): Term {
  const inside = keep(
    registers,
    apply('f64x2.pmax', apply('f64x2.pmin', t, EXPONENT_LIMIT), apply('f64x2.neg', EXPONENT_LIMIT)),
  )
  const rounded = keep(registers, plus(inside, ROUNDER))
  const rest = keep(registers, minus(inside, minus(rounded, ROUNDER)))
  const shifted = apply('i64x2.shl', rounded, (code: Code) => code.i32(EXPONENT_AT))
  const scale = apply('i64x2.add', shifted, double(1))
  return apply('f32x4.demote_f64x2_zero', times(doublePolynomial(rest, EXP2), scale))
}

export function pow(registers: Registers, x: Local, y: Local): Term {
  const size = keep(registers, abs(x))
  const { exponent, mantissa } = splitAny(registers, size)
  const half = (part: (vector: Term) => Term): Local => {
    const wide = (vector: Term): Term => apply('f64x2.promote_low_f32x4', part(vector))
    const k = apply('f64x2.convert_low_i32x4_s', part(exponent))
    const logarithm = log2(registers, wide(size), k, wide(mantissa))
    return keep(registers, exp2(registers, times(wide(y), logarithm)))
  }
  const magnitude = keep(registers, joinHalves(half(lowerHalf), half(upperHalf)))

  const floor = (a: Term): Term => apply('f32x4.floor', a)
  const whole = keep(registers, equal(floor(y), y))
  const halfY = keep(registers, mul(y, 0.5))
  // 2^24 and more are even, and so are the infinities, by this test.
  const odd = and(whole, apply('f32x4.ne', floor(halfY), halfY))
  const signed = or(magnitude, and(and(shiftRight(x, 31), odd), int(0x80000000)))
  const negative = and(less(x, 0), less(Number.NEGATIVE_INFINITY, x))
  const root = apply('v128.andnot', negative, whole)
  return choose(equal(y, 0), 1, or(signed, root))
}
