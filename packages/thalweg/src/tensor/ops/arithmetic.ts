/** Element by element, floats (and int32 where it makes sense); operands broadcast by NumPy's rule. */
import { errorFunctionKernels, provideKernels, trigonometricKernels } from '../../backend/index.ts'
import type { UnaryOp } from '../../graph/index.ts'
import { binary, type Operand, relu as rectified, type Tensor, tensorOf, unary } from '../tensor.ts'

type Unary = (x: Operand) => Tensor
type Binary = (a: Operand, b: Operand) => Tensor

const one =
  (op: UnaryOp): Unary =>
  (x) =>
    unary(op, x)

export const add: Binary = (a, b) => binary('add', a, b)
export const sub: Binary = (a, b) => binary('sub', a, b)
export const mul: Binary = (a, b) => binary('mul', a, b)
export const div: Binary = (a, b) => binary('div', a, b)
/** ECMAScript's `**`: 1 for exponent 0, NaN for a negative base with a fractional exponent. */
export const pow: Binary = (a, b) => binary('pow', a, b)
/** NaN where either is NaN. */
export const maximum: Binary = (a, b) => binary('max', a, b)
export const minimum: Binary = (a, b) => binary('min', a, b)

export const neg: Unary = one('neg')
export const abs: Unary = one('abs')
export const sign: Unary = one('sign')
export const floor: Unary = one('floor')
export const ceil: Unary = one('ceil')
export const exp: Unary = one('exp')
/** exp(x) - 1, exact for small x. */
export const expm1: Unary = one('expm1')
export const log: Unary = one('log')
/** log(1 + x), exact for small x. */
export const log1p: Unary = one('log1p')
export const sqrt: Unary = one('sqrt')
export const sin: Unary = (x) => {
  provideKernels(trigonometricKernels)
  return unary('sin', x)
}
export const cos: Unary = (x) => {
  provideKernels(trigonometricKernels)
  return unary('cos', x)
}
export const tanh: Unary = one('tanh')
/** 1 / (1 + exp(-x)). */
export const sigmoid: Unary = one('sigmoid')
/** The error function. */
export const erf: Unary = (x) => {
  provideKernels(errorFunctionKernels)
  return unary('erf', x)
}

export const square: Unary = (x) => {
  const value = tensorOf(x)
  return binary('mul', value, value)
}
export const reciprocal: Unary = (x) => binary('div', 1, x)
/** 1 / sqrt(x). */
export const rsqrt: Unary = (x) => binary('div', 1, unary('sqrt', x))
/** max(x, 0); its slope at 0 is 0, and NaN stays NaN. */
export const relu: Unary = rectified

/** x held between `low` and `high`; NaN stays NaN. */
export function clip(x: Operand, low: Operand, high: Operand): Tensor {
  return binary('min', binary('max', x, low), high)
}
