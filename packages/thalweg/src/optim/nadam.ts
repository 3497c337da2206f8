/**
 * NAdam (Dozat, ICLR workshop 2016, algorithm 2): Adam with Nesterov's momentum, whose share warms up as
 * `mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2)`. The product of all mu_t corrects the bias.
 */
import { add, div, exp, mul, reciprocal, sqrt, sub, type Tensor } from '../tensor/index.ts'
import { checkAtLeastZero, checkMoments } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { biasCorrection, blend, blendSquare, penalized } from './parts.ts'

export interface NadamOptions {
  /** Default 0.002. */
  readonly learningRate?: number
  /** Share of the mean gradient that is kept in the end, in [0, 1). Default 0.9. */
  readonly beta1?: number
  /** Share of the mean square that is kept, in [0, 1). Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8. */
  readonly epsilon?: number
  /** How fast the momentum warms up. Default 0.004. */
  readonly momentumDecay?: number
  /**
   * Counts mu_t twice in the correction of the mean, as PyTorch did until 1.13 (a slip, mended in 2.0): for replaying
   * such runs. Default false.
   */
  readonly doubleCounted?: boolean
  /** L2 penalty, added to the gradient. Default 0. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<NadamOptions> = {
  learningRate: 0.002,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentumDecay: 0.004,
  doubleCounted: false,
  weightDecay: 0,
}

export function nadam(options: NadamOptions = {}): Optimizer {
  const complete = completed('nadam', options, DEFAULTS)
  const { learningRate, beta1, beta2, epsilon, momentumDecay, doubleCounted, weightDecay } = complete
  checkMoments('nadam', complete)
  checkAtLeastZero('nadam', 'momentumDecay', momentumDecay, 'use 0.004')

  function momentumAt(step: Tensor): Tensor {
    return mul(sub(1, mul(exp(mul(step, momentumDecay * Math.log(0.96))), 0.5)), beta1)
  }

  return {
    name: 'nadam',
    options: { ...complete },
    learningRate,
    init: (shape) => ({
      mean: { shape, value: 0 },
      squares: { shape, value: 0 },
      momentumProduct: { shape: [], value: 1 },
    }),
    update(gradient, parameter, state, context) {
      const { learningRate: rate, step } = context
      const g = penalized(gradient, parameter, weightDecay, context)
      const now = momentumAt(step)
      const next = momentumAt(add(step, 1))
      const momentumProduct = mul(state.momentumProduct, now)
      const mean = blend(beta1, state.mean, g)
      const squares = blendSquare(beta2, state.squares, g)
      const unbias = reciprocal(sqrt(biasCorrection(beta2, step)))
      const root = add(mul(sqrt(squares), unbias), epsilon)
      const ofGradient = div(mul(rate, sub(1, now)), sub(1, momentumProduct))
      const ahead = mul(doubleCounted ? mul(momentumProduct, now) : momentumProduct, next)
      const ofMean = div(mul(rate, next), sub(1, ahead))
      const direction = add(mul(g, ofGradient), mul(mean, ofMean))
      return { parameter: sub(parameter, div(direction, root)), state: { mean, squares, momentumProduct } }
    },
  }
}
