/**
 * AdaGrad (Duchi, Hazan, Singer, JMLR 2011): `c += g^2`, `w -= rate * g / (sqrt(c) + epsilon)`. Rarely seen features
 * get large steps; the effective rate only falls. The article's form (section 7.4.1) has epsilon under the root:
 * `adagrad({ epsilon: 1e-8, epsilonInside: true })`.
 */
import { add, div, mul, sqrt, square, sub } from '../tensor/index.ts'
import { checkAtLeastZero, checkEpsilon, checkLearningRate, checkWeightDecay } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { penalized } from './parts.ts'

export interface AdagradOptions {
  /** Default 0.01. */
  readonly learningRate?: number
  /** The rate of step t is divided by `1 + (t - 1) * rateDecay`. Default 0. */
  readonly rateDecay?: number
  /** The sum of squares at first. Default 0. */
  readonly initialAccumulator?: number
  /** Default 1e-10. */
  readonly epsilon?: number
  /** Whether epsilon stands under the root, `sqrt(c + epsilon)`. Default false. */
  readonly epsilonInside?: boolean
  /** L2 penalty, added to the gradient. Default 0. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<AdagradOptions> = {
  learningRate: 0.01,
  rateDecay: 0,
  initialAccumulator: 0,
  epsilon: 1e-10,
  epsilonInside: false,
  weightDecay: 0,
}

export function adagrad(options: AdagradOptions = {}): Optimizer {
  const complete = completed('adagrad', options, DEFAULTS)
  const { learningRate, rateDecay, initialAccumulator, epsilon, epsilonInside, weightDecay } = complete
  checkLearningRate('adagrad', learningRate)
  checkAtLeastZero('adagrad', 'rateDecay', rateDecay, 'use 0 for none')
  checkAtLeastZero('adagrad', 'initialAccumulator', initialAccumulator, 'use 0')
  checkEpsilon('adagrad', epsilon)
  checkWeightDecay('adagrad', weightDecay)
  return {
    name: 'adagrad',
    options: { ...complete },
    learningRate,
    init: (shape) => ({ squares: { shape, value: initialAccumulator } }),
    update(gradient, parameter, state, context) {
      const g = penalized(gradient, parameter, weightDecay, context)
      const squares = add(state.squares, square(g))
      const root = epsilonInside ? sqrt(add(squares, epsilon)) : add(sqrt(squares), epsilon)
      const rate =
        rateDecay === 0 ? context.learningRate : div(context.learningRate, add(mul(sub(context.step, 1), rateDecay), 1))
      return { parameter: sub(parameter, div(mul(g, rate), root)), state: { squares } }
    },
  }
}
