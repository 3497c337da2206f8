/**
 * Nesterov's accelerated gradient in the article's form (section 7.3; Nesterov 1983): the gradient is taken where the
 * jump lands, at `w - momentum v`; then as momentum, `v = momentum v + rate g`, `w -= v`. `sgd({ nesterov: true })` is
 * the usual rewriting, whose parameters are these points of landing.
 */
import { add, mul, sub } from '../tensor/index.ts'
import { checkLearningRate, checkShare, checkWeightDecay } from './checks.ts'
import type { MomentumOptions } from './momentum.ts'
import type { Optimizer } from './optimizer.ts'
import { penalized } from './parts.ts'

export function nesterov(options: MomentumOptions = {}): Optimizer {
  const { learningRate = 0.01, momentum = 0.9, weightDecay = 0 } = options
  checkLearningRate('nesterov', learningRate)
  checkShare('nesterov', 'momentum', momentum)
  checkWeightDecay('nesterov', weightDecay)
  const lookahead: Optimizer['lookahead'] = (parameter, state) => sub(parameter, mul(state.velocity, momentum))
  return {
    name: 'nesterov',
    options: { learningRate, momentum, weightDecay },
    learningRate,
    init: (shape) => ({ velocity: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      // The penalty is part of the loss, so its gradient too is taken where the jump lands.
      const g = penalized(gradient, lookahead(parameter, state, context), weightDecay, context)
      const velocity = add(mul(state.velocity, momentum), mul(g, context.learningRate))
      return { parameter: sub(parameter, velocity), state: { velocity } }
    },
    lookahead,
  }
}
