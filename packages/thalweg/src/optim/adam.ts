/**
 * Adam (Kingma and Ba, ICLR 2015, algorithm 1; the article's section 7.4.4): moving averages m of gradients and v of
 * their squares, each divided by `1 - beta^t` because it began at 0; `w -= rate * m / (sqrt(v) + epsilon)`. AMSGrad
 * (Reddi, Kale, Kumar, ICLR 2018) divides by the largest v so far. AdamW (Loshchilov and Hutter, ICLR 2019) takes weight
 * decay out of the gradient: `w -= rate * weightDecay * w`, so that large gradients do not weaken it.
 */
import { add, div, maximum, mul, reciprocal, sqrt, sub } from '../tensor/index.ts'
import { checkMoments } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { biasCorrection, blend, blendSquare, penalized, shrunk } from './parts.ts'

export interface AdamOptions {
  /** Default 0.001. */
  readonly learningRate?: number
  /** Share of the mean gradient that is kept, in [0, 1); a schedule of momentum changes it. Default 0.9. */
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

const DEFAULTS: Required<AdamOptions> = {
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  amsgrad: false,
}

export function adam(options: AdamOptions = {}): Optimizer {
  return adaptive('adam', completed('adam', options, DEFAULTS), false)
}

export function adamw(options: AdamOptions = {}): Optimizer {
  return adaptive('adamw', completed('adamw', options, { ...DEFAULTS, weightDecay: 0.01 }), true)
}

function adaptive(name: string, options: Required<AdamOptions>, decoupled: boolean): Optimizer {
  const { learningRate, beta1, beta2, epsilon, amsgrad, weightDecay } = options
  checkMoments(name, options)
  return {
    name,
    options: { ...options },
    learningRate,
    momentum: beta1,
    init: (shape) => ({
      mean: { shape, value: 0 },
      squares: { shape, value: 0 },
      ...(amsgrad && { largest: { shape, value: 0 } }),
    }),
    update(gradient, parameter, state, context) {
      const g = decoupled ? gradient : penalized(gradient, parameter, weightDecay, context)
      const kept = context.momentum ?? beta1
      const mean = blend(kept, state.mean, g)
      const squares = blendSquare(beta2, state.squares, g)
      const largest = amsgrad ? maximum(state.largest, squares) : undefined
      // The corrections are scalars of the step: they go into the rate and into one factor of the root.
      const rate = div(context.learningRate, biasCorrection(kept, context.step))
      const unbias = reciprocal(sqrt(biasCorrection(beta2, context.step)))
      const root = add(mul(sqrt(largest ?? squares), unbias), epsilon)
      return {
        parameter: sub(decoupled ? shrunk(parameter, weightDecay, context) : parameter, div(mul(mean, rate), root)),
        state: { mean, squares, ...(largest && { largest }) },
      }
    },
  }
}
