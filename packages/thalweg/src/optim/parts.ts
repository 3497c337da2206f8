/** Pieces of update rules that several optimizers are made of. */
import { add, expm1, mul, neg, square, type Tensor } from '../tensor/index.ts'
import type { UpdateContext } from './optimizer.ts'

/** The gradient of the loss with an L2 penalty of `weightDecay / 2 * |parameter|^2`. */
export function penalized(gradient: Tensor, parameter: Tensor, weightDecay: number, context: UpdateContext): Tensor {
  if (weightDecay === 0 || context.decay === false) return gradient
  return add(gradient, mul(parameter, weightDecay))
}

/** An exponential moving average: keeps the share `beta` of the old value. */
export function blend(beta: number, old: Tensor, now: Tensor): Tensor {
  return add(mul(old, beta), mul(now, 1 - beta))
}

/** The moving average of squares. */
export function blendSquare(beta: number, old: Tensor, now: Tensor): Tensor {
  return blend(beta, old, square(now))
}

/**
 * `1 - beta^step`, by which a moving average that began at 0 is too small after `step` updates. As `-expm1(step ln beta)`
 * it keeps its digits in float32, where `1 - beta^step` would lose three of seven for beta 0.999.
 */
export function biasCorrection(beta: number, step: Tensor): Tensor {
  return neg(expm1(mul(step, Math.log(beta))))
}
