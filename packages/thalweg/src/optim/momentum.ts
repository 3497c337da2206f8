/**
 * Momentum in the article's form (section 7.2): `v = momentum v + rate g`, `w -= v`. The rate is inside the velocity:
 * after a change of rate, old steps go on at the old one for a while. For a fixed rate it equals `sgd({ momentum })`.
 */
import { add, mul, sub } from '../tensor/index.ts'
import { checkLearningRate, checkShare, checkWeightDecay } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { penalized } from './parts.ts'

export interface MomentumOptions {
  /** Default 0.01. */
  readonly learningRate?: number
  /** Share of the velocity that is kept, in [0, 1): 0.5, 0.9 or 0.99; a schedule may change it. Default 0.9. */
  readonly momentum?: number
  /** L2 penalty, added to the gradient. Default 0. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<MomentumOptions> = { learningRate: 0.01, momentum: 0.9, weightDecay: 0 }

export function momentum(options: MomentumOptions = {}): Optimizer {
  const { learningRate, momentum: kept, weightDecay } = completed('momentum', options, DEFAULTS)
  checkLearningRate('momentum', learningRate)
  checkShare('momentum', 'momentum', kept)
  checkWeightDecay('momentum', weightDecay)
  return {
    name: 'momentum',
    options: { learningRate, momentum: kept, weightDecay },
    learningRate,
    momentum: kept,
    init: (shape) => ({ velocity: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      const g = penalized(gradient, parameter, weightDecay, context)
      const velocity = add(mul(state.velocity, context.momentum ?? kept), mul(g, context.learningRate))
      return { parameter: sub(parameter, velocity), state: { velocity } }
    },
  }
}
