/**
 * Adamax (Kingma and Ba, ICLR 2015, algorithm 2): Adam with the largest recent gradient, `u = max(beta2 u, |g|)`, in the
 * place of the root mean square: `w -= rate / (1 - beta1^t) * m / u`. Epsilon is added to |g|, as PyTorch does.
 */
import { abs, add, div, maximum, mul, sub } from '../tensor/index.ts'
import { checkMoments } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { biasCorrection, blend, penalized } from './parts.ts'

export interface AdamaxOptions {
  /** Default 0.002, as in the paper. */
  readonly learningRate?: number
  /** Share of the mean gradient that is kept, in [0, 1). Default 0.9. */
  readonly beta1?: number
  /** How slowly the largest gradient is forgotten, in [0, 1). Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8. */
  readonly epsilon?: number
  /** L2 penalty, added to the gradient. Default 0. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<AdamaxOptions> = {
  learningRate: 0.002,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
}

export function adamax(options: AdamaxOptions = {}): Optimizer {
  const complete = completed('adamax', options, DEFAULTS)
  const { learningRate, beta1, beta2, epsilon, weightDecay } = complete
  checkMoments('adamax', complete)
  return {
    name: 'adamax',
    options: { ...complete },
    learningRate,
    init: (shape) => ({ mean: { shape, value: 0 }, largest: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      const g = penalized(gradient, parameter, weightDecay, context)
      const mean = blend(beta1, state.mean, g)
      const largest = maximum(mul(state.largest, beta2), add(abs(g), epsilon))
      const rate = div(context.learningRate, biasCorrection(beta1, context.step))
      return { parameter: sub(parameter, div(mul(mean, rate), largest)), state: { mean, largest } }
    },
  }
}
