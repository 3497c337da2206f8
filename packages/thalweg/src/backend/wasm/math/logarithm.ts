/**
 * log and log1p on four lanes. x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2); with s = f / (2 + f),
 * log(1 + f) = log((1 + s) / (1 - s)) = 2 s + s R(s^2), summed as f - (f^2/2 - s (f^2/2 + R)), which rounds little
 * because f is exact (the arrangement is that of K. C. Ng in fdlibm's e_log.c; the coefficients are ours, see
 * exponential.ts).
 */
import type { Local } from '../code.ts'
import {
  add,
  and,
  apply,
  choose,
  div,
  equal,
  int,
  keep,
  less,
  mul,
  or,
  polynomial,
  type Registers,
  shiftLeft,
  shiftRight,
  sub,
  subInt,
  type Term,
  withSign,
} from '../terms.ts'
import { LN2_HIGH, LN2_LOW } from './exponential.ts'

/** (log(1 + f)/s - 2) / s^2 in powers of s^2; gives log(1 + f) to 8.1e-10. */
const LOG = [0.66666776, 0.39977583, 0.29870796]
const SQRT_HALF_BITS = int(0x3f3504f3)
const SMALLEST_NORMAL = 2 ** -126
/** Lifts every subnormal into the normal numbers. */
const LIFT = 23
const EXPONENT_AT = 23
const MINUS_INFINITY_BITS = int(0xff800000)

interface Split {
  /** x = 2^exponent * mantissa; the exponent as int32. */
  readonly exponent: Local
  /** In [sqrt(1/2), sqrt(2)). */
  readonly mantissa: Local
}

/** For positive normal numbers. */
function split(registers: Registers, x: Local): Split {
  const exponent = keep(registers, shiftRight(subInt(x, SQRT_HALF_BITS), EXPONENT_AT))
  const mantissa = keep(registers, subInt(x, shiftLeft(exponent, EXPONENT_AT)))
  return { exponent, mantissa }
}

/** For positive numbers, subnormal ones included. */
export function splitAny(registers: Registers, x: Local): Split {
  const tiny = keep(registers, less(x, SMALLEST_NORMAL))
  const lifted = keep(registers, choose(tiny, mul(x, 2 ** LIFT), x))
  const { exponent, mantissa } = split(registers, lifted)
  return { exponent: keep(registers, subInt(exponent, and(tiny, int(LIFT)))), mantissa }
}

/** log(2^k (1 + f)) + correction; the correction is small. */
function logOfParts(registers: Registers, k: Local, f: Local, correction?: Term): Term {
  const s = keep(registers, div(f, add(f, 2)))
  const square = keep(registers, mul(s, s))
  const halfSquare = keep(registers, mul(mul(f, 0.5), f))
  const series = mul(s, add(halfSquare, mul(polynomial(square, LOG), square)))
  const low = mul(k, LN2_LOW)
  const rest = add(series, correction === undefined ? low : add(low, correction))
  return sub(mul(k, LN2_HIGH), sub(sub(halfSquare, rest), f))
}

/** `value` where `edge` < x < Infinity; -Infinity at the edge, NaN beyond it and for NaN, Infinity for Infinity. */
function above(x: Local, edge: number, value: Term): Term {
  // All bits set is a NaN; the bits of -Infinity also turn the edge itself (-0, 0 or -1) into -Infinity.
  const outside = or(or(x, less(x, edge)), and(equal(x, edge), MINUS_INFINITY_BITS))
  return choose(and(less(edge, x), less(x, Number.POSITIVE_INFINITY)), value, outside)
}

/** Maximum error 0.9 ULP. */
export function log(registers: Registers, x: Local): Term {
  const { exponent, mantissa } = splitAny(registers, x)
  const k = keep(registers, apply('f32x4.convert_i32x4_s', exponent))
  const f = keep(registers, sub(mantissa, 1))
  return above(x, 0, logOfParts(registers, k, f))
}

/** log(u) with u = 1 + x rounded, corrected by what the rounding lost; where u is near 1, f is x itself. Maximum error 0.9 ULP. */
export function log1p(registers: Registers, x: Local): Term {
  const u = keep(registers, add(x, 1))
  const { exponent, mantissa } = split(registers, u)
  const k = keep(registers, apply('f32x4.convert_i32x4_s', exponent))
  const nearOne = keep(registers, equal(k, 0))
  const f = keep(registers, choose(nearOne, x, sub(mantissa, 1)))
  // What u lacks of 1 + x, exactly (Knuth's two-sum).
  const xPart = keep(registers, sub(u, 1))
  const lost = add(sub(1, sub(u, xPart)), sub(x, xPart))
  const correction = choose(nearOne, 0, div(lost, u))
  // The sign is that of x; the sums lose only that of -0.
  return above(x, -1, withSign(logOfParts(registers, k, f, correction), x))
}
