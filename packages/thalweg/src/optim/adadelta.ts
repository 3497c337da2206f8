/**
 * AdaDelta (Zeiler 2012, algorithm 1; the article's section 7.4.2): a step of the size of recent steps,
 * `-sqrt(d + epsilon) / sqrt(c + epsilon) * g`, where c and d are moving averages of squared gradients and steps. The
 * units of both sides agree, so no rate is needed; `learningRate` 1 is the paper's.
 */
import { add, div, mul, sqrt, sub } from '../tensor/index.ts'
import { checkEpsilon, checkLearningRate, checkShare, checkWeightDecay } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { blendSquare, penalized } from './parts.ts'

export interface AdadeltaOptions {
  /** Default 1. */
  readonly learningRate?: number
  /** Share of the moving averages that is kept, in [0, 1). Default 0.9; the article's and the paper's 0.95 work as well. */
  readonly rho?: number
  /** Under both roots; how large the first steps are. Default 1e-6. */
  readonly epsilon?: number
  /** L2 penalty, added to the gradient. Default 0. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<AdadeltaOptions> = { learningRate: 1, rho: 0.9, epsilon: 1e-6, weightDecay: 0 }

export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const { learningRate, rho, epsilon, weightDecay } = completed('adadelta', options, DEFAULTS)
  checkLearningRate('adadelta', learningRate)
  checkShare('adadelta', 'rho', rho)
  checkEpsilon('adadelta', epsilon)
  checkWeightDecay('adadelta', weightDecay)
  return {
    name: 'adadelta',
    options: { learningRate, rho, epsilon, weightDecay },
    learningRate,
    init: (shape) => ({ squares: { shape, value: 0 }, steps: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      const g = penalized(gradient, parameter, weightDecay, context)
      const squares = blendSquare(rho, state.squares, g)
      const step = mul(div(sqrt(add(state.steps, epsilon)), sqrt(add(squares, epsilon))), g)
      const steps = blendSquare(rho, state.steps, step)
      return { parameter: sub(parameter, mul(step, context.learningRate)), state: { squares, steps } }
    },
  }
}
