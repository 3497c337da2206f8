/**
 * Stochastic gradient descent with momentum, in PyTorch's form: `b = momentum b + (1 - dampening) g` (b = g at first),
 * `w -= rate * b`, or with Nesterov `w -= rate * (g + momentum b)` (Sutskever, Martens, Dahl, Hinton, ICML 2013). The
 * rate scales the step and not the buffer, so a rate that changes acts at once; see momentum.ts for the article's form.
 */
import { add, lessEqual, mul, select, sub } from '../tensor/index.ts'
import { checkLearningRate, checkShare, checkWeightDecay, refuse } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { penalized } from './parts.ts'

export interface SgdOptions {
  /** Default 0.01. */
  readonly learningRate?: number
  /** Share of the buffer that is kept, in [0, 1). Default 0: none. */
  readonly momentum?: number
  /** Share of the gradient that does not enter the buffer, in [0, 1]. Default 0. */
  readonly dampening?: number
  /** Default false. Needs momentum and no dampening. */
  readonly nesterov?: boolean
  /** L2 penalty, added to the gradient. Default 0. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<SgdOptions> = {
  learningRate: 0.01,
  momentum: 0,
  dampening: 0,
  nesterov: false,
  weightDecay: 0,
}

export function sgd(options: SgdOptions = {}): Optimizer {
  const { learningRate, momentum, dampening, nesterov, weightDecay } = completed('sgd', options, DEFAULTS)
  checkLearningRate('sgd', learningRate)
  checkShare('sgd', 'momentum', momentum)
  if (!(dampening >= 0 && dampening <= 1)) {
    refuse('sgd', 'dampening must lie in [0, 1]', 'dampening', dampening, 'leave dampening out')
  }
  checkWeightDecay('sgd', weightDecay)
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    const received = `true with momentum ${momentum}, dampening ${dampening}`
    refuse('sgd', 'nesterov needs momentum above 0 and no dampening', 'nesterov', received, 'add momentum: 0.9')
  }
  return {
    name: 'sgd',
    options: { learningRate, momentum, dampening, nesterov, weightDecay },
    learningRate,
    ...(momentum > 0 && { momentum }),
    init: (shape) => (momentum === 0 ? {} : { velocity: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      const g = penalized(gradient, parameter, weightDecay, context)
      if (momentum === 0) return { parameter: sub(parameter, mul(g, context.learningRate)), state: {} }
      const entering = dampening === 0 ? g : mul(g, select(lessEqual(context.step, 1), 1, 1 - dampening))
      const kept = context.momentum ?? momentum
      const velocity = add(mul(state.velocity, kept), entering)
      const direction = nesterov ? add(g, mul(velocity, kept)) : velocity
      return { parameter: sub(parameter, mul(direction, context.learningRate)), state: { velocity } }
    },
  }
}
