/** Pieces of update rules that several optimizers are made of. */
import { add, expm1, log, mul, neg, type Operand, square, sub, type Tensor } from '../tensor/index.ts'
import type { UpdateContext } from './optimizer.ts'

/** The gradient of the loss with an L2 penalty of `weightDecay / 2 * |parameter|^2`. */
export function penalized(gradient: Tensor, parameter: Tensor, weightDecay: number, context: UpdateContext): Tensor {
  const share = weightDecay * (context.decay ?? 1)
  return share === 0 ? gradient : add(gradient, mul(parameter, share))
}

/** The parameter after decoupled weight decay: smaller by `rate * weightDecay` of itself, whatever the gradient. */
export function shrunk(parameter: Tensor, weightDecay: number, context: UpdateContext): Tensor {
  const share = weightDecay * (context.decay ?? 1)
  return share === 0 ? parameter : mul(parameter, sub(1, mul(context.learningRate, share)))
}

/** An exponential moving average: keeps the share `beta` of the old value. */
export function blend(beta: Operand, old: Tensor, now: Tensor): Tensor {
  return add(mul(old, beta), mul(now, typeof beta === 'number' ? 1 - beta : sub(1, beta)))
}

/** The moving average of squares. */
export function blendSquare(beta: number, old: Tensor, now: Tensor): Tensor {
  return blend(beta, old, square(now))
}

/**
 * `1 - beta^step`, by which a moving average that began at 0 is too small after `step` updates. As `-expm1(step ln beta)`
 * it keeps its digits in float32, where `1 - beta^step` would lose three of seven for beta 0.999.
 */
export function biasCorrection(beta: Operand, step: Tensor): Tensor {
  return neg(expm1(mul(step, typeof beta === 'number' ? Math.log(beta) : log(beta))))
}
