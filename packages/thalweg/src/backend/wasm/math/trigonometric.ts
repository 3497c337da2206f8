/**
 * sin and cos on four lanes, for every float32. The argument is reduced in float64 to x = n pi/2 + r, |r| <= pi/4: by
 * Cody and Waite below 2^20, and by the bits of 2/pi beyond (after Payne and Hanek 1983). The polynomials are float32;
 * coefficients as told in exponential.ts. Maximum error of both 1.6 ULP, for arguments of any size; NaN for infinite ones.
 */
import type { Local } from '../code.ts'
import type { KernelFamily } from '../families.ts'
import {
  add,
  and,
  apply,
  choose,
  double,
  int,
  joinHalves,
  keep,
  lowWords,
  mul,
  polynomial,
  push,
  type Registers,
  shiftLeft,
  sub,
  subInt,
  type Term,
  upperHalf,
  withSign,
  xor,
} from '../terms.ts'

/** (sin(r)/r - 1) / r^2 in powers of r^2; gives the sine to 4.1e-9. */
const SIN = [-0.16666655, 0.008332187, -0.00019517897]
/** (cos(r) - 1 + r^2/2) / r^4; gives the cosine to 1.9e-10. */
const COS = [0.041666653, -0.001388761, 2.446174949000124e-5]

const HALF_PI = double(Math.PI / 2)
/** pi/2 rounded down to 32 binary places (exact times n < 2^20), and the rest. */
const HALF_PI_HIGH = double(1.5707963267341256)
const HALF_PI_LOW = double(6.077100506506192e-11)
const TWO_OVER_PI = double(2 / Math.PI)
/** Below this n stays under 2^20. */
const LARGE = 2 ** 20
/**
 * 2/pi, cut in pieces of 26 bits. Any of them times a float32 is exact in float64, and what is left after them is below
 * 2^-80 for every float32; the worst r is about 2^-30.
 */
const PIECES = [
  0.6366197615861893, 1.0781392001391055e-8, 7.166494634684664e-17, 2.7653040292560713e-24, 1.0181664073134233e-32,
  3.143654692300393e-40, 6.319121160070941e-48, 1.051335891051139e-56,
]
/** Adding it to a float64 rounds to a whole number, which then stands in the low bits of the sum. */
const ROUNDER = double(1.5 * 2 ** 52)

const times = (a: Term, b: Term): Term => apply('f64x2.mul', a, b)
const plus = (a: Term, b: Term): Term => apply('f64x2.add', a, b)
const minus = (a: Term, b: Term): Term => apply('f64x2.sub', a, b)

/** Two lanes of x as float64, reduced. */
interface Half {
  /** n + ROUNDER: n in the low bits of each lane. */
  readonly rounded: Local
  readonly r: Local
}

function reduceSmall(registers: Registers, x: Local): Half {
  const rounded = keep(registers, plus(times(x, TWO_OVER_PI), ROUNDER))
  const n = keep(registers, minus(rounded, ROUNDER))
  const r = keep(registers, minus(minus(x, times(n, HALF_PI_HIGH)), times(n, HALF_PI_LOW)))
  return { rounded, r }
}

/**
 * Overwrites `half` with a reduction good for any size. Multiples of 4 quarter turns are dropped from each product as it
 * comes, exactly; whole quarter turns go over to n; what is left is the fraction of a quarter turn.
 */
function reduceLarge(registers: Registers, x: Local, { rounded, r }: Half): void {
  const { code } = registers
  const fraction = registers.take()
  const quarters = registers.take()
  const whole = registers.take()
  const product = registers.take()
  const assign = (to: Local, term: Term): void => {
    push(code, term)
    code.set(to)
  }
  assign(fraction, double(0))
  assign(quarters, ROUNDER)
  for (const piece of PIECES) {
    assign(product, times(x, double(piece)))
    assign(product, minus(product, times(apply('f64x2.nearest', times(product, double(0.25))), double(4))))
    assign(fraction, plus(fraction, product))
    assign(whole, apply('f64x2.nearest', fraction))
    assign(fraction, minus(fraction, whole))
    assign(quarters, plus(quarters, whole))
  }
  assign(rounded, quarters)
  assign(r, times(fraction, HALF_PI))
}

/** n (its low bits, int32) and r of four lanes. */
function reduce(registers: Registers, x: Local): { n: Local; r: Local } {
  const low = keep(registers, apply('f64x2.promote_low_f32x4', x))
  const high = keep(registers, apply('f64x2.promote_low_f32x4', upperHalf(x)))
  const halves = [reduceSmall(registers, low), reduceSmall(registers, high)] as const
  const join = (): { n: Term; r: Term } => ({
    n: lowWords(halves[0].rounded, halves[1].rounded),
    r: joinHalves(apply('f32x4.demote_f64x2_zero', halves[0].r), apply('f32x4.demote_f64x2_zero', halves[1].r)),
  })
  const n = keep(registers, join().n)
  const r = keep(registers, join().r)
  const isLarge = keep(registers, apply('f32x4.ge', apply('f32x4.abs', x), LARGE))
  const { code } = registers
  code.get(isLarge).op('v128.any_true')
  code.if(() => {
    registers.scope(() => {
      reduceLarge(registers, low, halves[0])
      reduceLarge(registers, high, halves[1])
      // Lane by lane, so that a result does not depend on its neighbours.
      push(code, choose(isLarge, join().n, n))
      code.set(n)
      push(code, choose(isLarge, join().r, r))
      code.set(r)
    })
  })
  return { n, r }
}

/** The sine of r + n pi/2, that is: sin, cos, -sin, -cos of r for n = 0, 1, 2, 3 modulo 4. */
function sineOfQuarters(registers: Registers, n: Term, r: Local): Term {
  const quarters = keep(registers, n)
  const square = keep(registers, mul(r, r))
  const sine = withSign(add(mul(mul(polynomial(square, SIN), square), r), r), r)
  const cosine = add(sub(mul(mul(polynomial(square, COS), square), square), mul(square, 0.5)), 1)
  const odd = subInt(int(0), and(quarters, int(1)))
  const sign = shiftLeft(and(quarters, int(2)), 30)
  return xor(choose(odd, cosine, sine), sign)
}

export function sin(registers: Registers, x: Local): Term {
  const { n, r } = reduce(registers, x)
  return sineOfQuarters(registers, n, r)
}

export function cos(registers: Registers, x: Local): Term {
  const { n, r } = reduce(registers, x)
  return sineOfQuarters(registers, subInt(n, int(-1)), r)
}

/** Each is, but for a sign, the other's derivative. */
export const trigonometricKernels: KernelFamily = { functions: { sin, cos } }
