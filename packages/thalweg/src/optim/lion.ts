/**
 * Lion (Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, algorithm 2): the sign of a mean
 * gradient, so that every value moves by the rate and no further. What is stepped along keeps the share `beta1` of the
 * mean, the mean itself the share `beta2`: the newest gradient counts for more in the step than in the memory. Weight
 * decay is decoupled. One slot of state, half of Adam's; rates 3 to 10 times smaller and decay larger by as much.
 */
import { mul, sign, sub } from '../tensor/index.ts'
import { checkLearningRate, checkShare, checkWeightDecay } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { blend, shrunk } from './parts.ts'

export interface LionOptions {
  /** How far every value moves. Default 1e-4, as in the paper's code. */
  readonly learningRate?: number
  /** Share of the mean gradient in what is stepped along, in [0, 1); a schedule of momentum changes it. Default 0.9. */
  readonly beta1?: number
  /** Share of the mean gradient that is kept, in [0, 1). Default 0.99. */
  readonly beta2?: number
  /** Decoupled. Default 0. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<LionOptions> = { learningRate: 1e-4, beta1: 0.9, beta2: 0.99, weightDecay: 0 }

export function lion(options: LionOptions = {}): Optimizer {
  const { learningRate, beta1, beta2, weightDecay } = completed('lion', options, DEFAULTS)
  checkLearningRate('lion', learningRate)
  checkShare('lion', 'beta1', beta1)
  checkShare('lion', 'beta2', beta2)
  checkWeightDecay('lion', weightDecay)
  return {
    name: 'lion',
    options: { learningRate, beta1, beta2, weightDecay },
    learningRate,
    momentum: beta1,
    init: (shape) => ({ mean: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      const direction = sign(blend(context.momentum ?? beta1, state.mean, gradient))
      return {
        parameter: sub(shrunk(parameter, weightDecay, context), mul(direction, context.learningRate)),
        state: { mean: blend(beta2, state.mean, gradient) },
      }
    },
  }
}
