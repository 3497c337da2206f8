/** erf on four lanes. */
import type { Local } from '../code.ts'
import type { KernelFamily } from '../families.ts'
import {
  abs,
  add,
  atMost,
  choose,
  keep,
  less,
  mul,
  neg,
  polynomial,
  type Registers,
  sub,
  type Term,
  withSign,
} from '../terms.ts'
import { expNormal } from './exponential.ts'

const NEAR = 0.92
/** erf(4) is 1 to half a unit in the last place. */
const FAR = 4
/** erf(x)/x - 1 in powers of x^2 on |x| < 0.93, to 9e-10. */
const SMALL = [0.12837917, -0.3761263, 0.11283626, -0.026855731, 0.005192405, -0.00080497697, 7.996649947017431e-5]
/** -log(1 - erf(x)) on 0.92 <= x <= 4; gives erf to 1.1e-10. Smooth and nearly quadratic, so a short polynomial does. */
const TAIL = [
  -0.00017468315, 1.1295149, 0.63334686, 0.108280234, -0.0251196, 0.0041711642, -0.00043449143, 2.1098467186675407e-5,
]

/** Near 0 an odd polynomial, else 1 - exp(-q(|x|)). Maximum error 1.4 ULP. */
export function erf(registers: Registers, x: Local): Term {
  const square = keep(registers, mul(x, x))
  const size = keep(registers, abs(x))
  const small = keep(registers, add(mul(polynomial(square, SMALL), size), size))
  const inside = keep(registers, atMost(size, FAR))
  const exponent = keep(registers, neg(polynomial(inside, TAIL)))
  const large = sub(1, expNormal(registers, exponent))
  return withSign(choose(less(size, NEAR), small, large), x)
}

export const errorFunctionKernels: KernelFamily = { functions: { erf } }
