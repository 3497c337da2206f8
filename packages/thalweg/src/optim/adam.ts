/**
 * Adam (Kingma and Ba, ICLR 2015, algorithm 1; the article's section 7.4.4): moving averages m of gradients and v of
 * their squares, each divided by `1 - beta^t` because it began at 0; `w -= rate * m / (sqrt(v) + epsilon)`. AMSGrad
 * (Reddi, Kale, Kumar, ICLR 2018) divides by the largest v so far. AdamW (Loshchilov and Hutter, ICLR 2019) takes weight
 * decay out of the gradient: `w -= rate * weightDecay * w`, so that large gradients do not weaken it.
 */
import { add, div, maximum, mul, reciprocal, sqrt, sub } from '../tensor/index.ts'
import { checkEpsilon, checkLearningRate, checkShare, checkWeightDecay } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { biasCorrection, blend, blendSquare, penalized } from './parts.ts'

export interface AdamOptions {
  /** Default 0.001. */
  readonly learningRate?: number
  /** Share of the mean gradient that is kept, in [0, 1). Default 0.9. */
  readonly beta1?: number
  /** Share of the mean square that is kept, in [0, 1). Default 0.999. */
  readonly beta2?: number
  /** Added to the root. Default 1e-8. */
  readonly epsilon?: number
  /** Default 0 for Adam (L2 penalty, added to the gradient), 0.01 for AdamW (a shrinking of its own). */
  readonly weightDecay?: number
  /** Default false. */
  readonly amsgrad?: boolean
}

export function adam(options: AdamOptions = {}): Optimizer {
  return adaptive('adam', { weightDecay: 0, ...options }, false)
}

export function adamw(options: AdamOptions = {}): Optimizer {
  return adaptive('adamw', { weightDecay: 0.01, ...options }, true)
}

function adaptive(
  name: string,
  options: AdamOptions & { readonly weightDecay: number },
  decoupled: boolean,
): Optimizer {
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, amsgrad = false, weightDecay } = options
  checkLearningRate(name, learningRate)
  checkShare(name, 'beta1', beta1)
  checkShare(name, 'beta2', beta2)
  checkEpsilon(name, epsilon)
  checkWeightDecay(name, weightDecay)
  return {
    name,
    options: { learningRate, beta1, beta2, epsilon, weightDecay, amsgrad },
    learningRate,
    init: (shape) => ({
      mean: { shape, value: 0 },
      squares: { shape, value: 0 },
      ...(amsgrad && { largest: { shape, value: 0 } }),
    }),
    update(gradient, parameter, state, context) {
      const g = decoupled ? gradient : penalized(gradient, parameter, weightDecay, context)
      const mean = blend(beta1, state.mean, g)
      const squares = blendSquare(beta2, state.squares, g)
      const largest = amsgrad ? maximum(state.largest, squares) : undefined
      // The corrections are scalars of the step: they go into the rate and into one factor of the root.
      const rate = div(context.learningRate, biasCorrection(beta1, context.step))
      const unbias = reciprocal(sqrt(biasCorrection(beta2, context.step)))
      const root = add(mul(sqrt(largest ?? squares), unbias), epsilon)
      const shrinks = decoupled && weightDecay > 0 && context.decay !== false
      const kept = shrinks ? mul(parameter, sub(1, mul(context.learningRate, weightDecay))) : parameter
      return {
        parameter: sub(kept, div(mul(mean, rate), root)),
        state: { mean, squares, ...(largest && { largest }) },
      }
    },
  }
}
