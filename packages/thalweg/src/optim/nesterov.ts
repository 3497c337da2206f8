/**
 * Nesterov's accelerated gradient in the article's form (section 7.3; Nesterov 1983): the gradient is taken where the
 * jump lands, at `w - momentum v`; then as momentum, `v = momentum v + rate g`, `w -= v`. `sgd({ nesterov: true })` is
 * the usual rewriting, whose parameters are these points of landing.
 */
import { add, mul, sub, type Tensor } from '../tensor/index.ts'
import { checkLearningRate, checkShare, checkWeightDecay } from './checks.ts'
import type { MomentumOptions } from './momentum.ts'
import type { Optimizer, OptimizerState, UpdateContext } from './optimizer.ts'
import { completed } from './options.ts'
import { penalized } from './parts.ts'

const DEFAULTS: Required<MomentumOptions> = { learningRate: 0.01, momentum: 0.9, weightDecay: 0 }

export function nesterov(options: MomentumOptions = {}): Optimizer {
  const { learningRate, momentum, weightDecay } = completed('nesterov', options, DEFAULTS)
  checkLearningRate('nesterov', learningRate)
  checkShare('nesterov', 'momentum', momentum)
  checkWeightDecay('nesterov', weightDecay)
  function lookahead(parameter: Tensor, state: OptimizerState, context: UpdateContext): Tensor {
    return sub(parameter, mul(state.velocity, context.momentum ?? momentum))
  }

  return {
    name: 'nesterov',
    options: { learningRate, momentum, weightDecay },
    learningRate,
    momentum,
    init: (shape) => ({ velocity: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      // The penalty is part of the loss, so its gradient too is taken where the jump lands.
      const g = penalized(gradient, lookahead(parameter, state, context), weightDecay, context)
      const velocity = add(mul(state.velocity, context.momentum ?? momentum), mul(g, context.learningRate))
      return { parameter: sub(parameter, velocity), state: { velocity } }
    },
    lookahead,
  }
}
