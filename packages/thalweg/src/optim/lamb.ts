/**
 * LAMB (You et al., "Large batch optimization for deep learning", ICLR 2020, algorithm 2): Adam's step with its weight
 * decay, scaled in each parameter by `|w| / |step|`, so that every layer moves by the same share of its size. Made for
 * batches of thousands. Parameters without weight decay (biases, gammas, betas) take Adam's step as it is, as in the
 * authors' code; so does a parameter or a step that is all zeros.
 */
import {
  add,
  div,
  less,
  logicalAnd,
  mul,
  reciprocal,
  select,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../tensor/index.ts'
import { checkMoments } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { biasCorrection, blend, blendSquare } from './parts.ts'

export interface LambOptions {
  /** The share of its norm that a parameter moves by. Default 0.001. */
  readonly learningRate?: number
  /** Share of the mean gradient that is kept, in [0, 1); a schedule of momentum changes it. Default 0.9. */
  readonly beta1?: number
  /** Share of the mean square that is kept, in [0, 1). Default 0.999. */
  readonly beta2?: number
  /** Added to the root. Default 1e-6, as in the authors' code. */
  readonly epsilon?: number
  /** Times the parameter, added to the step before it is scaled. Default 0.01. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<LambOptions> = {
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-6,
  weightDecay: 0.01,
}

export function lamb(options: LambOptions = {}): Optimizer {
  const complete = completed('lamb', options, DEFAULTS)
  const { learningRate, beta1, beta2, epsilon, weightDecay } = complete
  checkMoments('lamb', complete)
  return {
    name: 'lamb',
    options: { ...complete },
    learningRate,
    momentum: beta1,
    init: (shape) => ({ mean: { shape, value: 0 }, squares: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      const { decay = 1, step, learningRate: rate } = context
      const kept = context.momentum ?? beta1
      const mean = blend(kept, state.mean, gradient)
      const squares = blendSquare(beta2, state.squares, gradient)
      const root = add(mul(sqrt(squares), reciprocal(sqrt(biasCorrection(beta2, step)))), epsilon)
      const adam = div(mul(mean, reciprocal(biasCorrection(kept, step))), root)
      const share = weightDecay * decay
      const direction = share === 0 ? adam : add(adam, mul(parameter, share))
      const scale = decay === 0 ? rate : mul(rate, trustRatio(parameter, direction))
      return { parameter: sub(parameter, mul(direction, scale)), state: { mean, squares } }
    },
  }
}

/** `|parameter| / |direction|`, and 1 where either is 0. */
function trustRatio(parameter: Tensor, direction: Tensor): Tensor {
  const size = sqrt(sum(square(parameter)))
  const length = sqrt(sum(square(direction)))
  const both = logicalAnd(less(0, size), less(0, length))
  return select(both, div(size, select(both, length, 1)), 1)
}
