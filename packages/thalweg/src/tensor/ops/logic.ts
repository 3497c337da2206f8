/** Comparisons, truth values and choices; operands broadcast. Anything compared with NaN is false. */
import { compare, logical, type Operand, select as selected, type Tensor, unary } from '../tensor.ts'

type Compare = (a: Operand, b: Operand) => Tensor

export const equal: Compare = (a, b) => compare('equal', a, b)
/** True where `equal` is false, so also for NaN. */
export const notEqual: Compare = (a, b) => logical('not', compare('equal', a, b))
export const less: Compare = (a, b) => compare('less', a, b)
export const lessEqual: Compare = (a, b) => compare('lessEqual', a, b)
export const greater: Compare = (a, b) => compare('less', b, a)
export const greaterEqual: Compare = (a, b) => compare('lessEqual', b, a)

export const logicalAnd = (a: Tensor, b: Tensor): Tensor => logical('and', a, b)
export const logicalOr = (a: Tensor, b: Tensor): Tensor => logical('or', a, b)
export const logicalNot = (a: Tensor): Tensor => logical('not', a)

/** `then` where `condition` (bool) holds, `otherwise` elsewhere. The value not chosen may be NaN without harm. */
export function select(condition: Tensor, then: Operand, otherwise: Operand): Tensor {
  return selected(condition, then, otherwise)
}

/** True where x is NaN. */
export function nan(x: Tensor): Tensor {
  return logical('not', compare('equal', x, x))
}

/** True where x is neither NaN nor infinite. */
export function finite(x: Tensor): Tensor {
  return compare('less', unary('abs', x), Number.POSITIVE_INFINITY)
}
