/**
 * RMSprop (Hinton, "Neural networks for machine learning", lecture 6e, 2012): `c = rho c + (1 - rho) g^2`,
 * `w -= rate * g / (sqrt(c) + epsilon)`. The article's form (section 7.4.3) has epsilon under the root:
 * `rmsprop({ epsilonInside: true })`. Centered (Graves 2013): the variance of the gradient instead of its square.
 */
import { add, div, maximum, mul, sqrt, square, sub } from '../tensor/index.ts'
import { checkEpsilon, checkLearningRate, checkShare, checkWeightDecay } from './checks.ts'
import type { InitialState, Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { blend, blendSquare, penalized } from './parts.ts'

export interface RmspropOptions {
  /** Default 0.001. */
  readonly learningRate?: number
  /** Share of the moving average that is kept, in [0, 1). Default 0.9, as Hinton's and the article's; PyTorch's alpha is 0.99. */
  readonly rho?: number
  /** Default 1e-8. */
  readonly epsilon?: number
  /** Whether epsilon stands under the root, `sqrt(c + epsilon)`. Default false. */
  readonly epsilonInside?: boolean
  /** Of the scaled steps, in [0, 1). Default 0. */
  readonly momentum?: number
  /** Default false. */
  readonly centered?: boolean
  /** L2 penalty, added to the gradient. Default 0. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<RmspropOptions> = {
  learningRate: 0.001,
  rho: 0.9,
  epsilon: 1e-8,
  epsilonInside: false,
  momentum: 0,
  centered: false,
  weightDecay: 0,
}

export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const complete = completed('rmsprop', options, DEFAULTS)
  const { learningRate, rho, epsilon, epsilonInside, momentum, centered, weightDecay } = complete
  checkLearningRate('rmsprop', learningRate)
  checkShare('rmsprop', 'rho', rho)
  checkEpsilon('rmsprop', epsilon)
  checkShare('rmsprop', 'momentum', momentum)
  checkWeightDecay('rmsprop', weightDecay)
  return {
    name: 'rmsprop',
    options: { ...complete },
    learningRate,
    init(shape): InitialState {
      const zero = { shape, value: 0 }
      return { squares: zero, ...(centered && { mean: zero }), ...(momentum > 0 && { velocity: zero }) }
    },
    update(gradient, parameter, state, context) {
      const g = penalized(gradient, parameter, weightDecay, context)
      const squares = blendSquare(rho, state.squares, g)
      const mean = centered ? blend(rho, state.mean, g) : undefined
      // Rounding can push a variance below 0, where its root is NaN.
      const spread = mean ? maximum(sub(squares, square(mean)), 0) : squares
      const root = epsilonInside ? sqrt(add(spread, epsilon)) : add(sqrt(spread), epsilon)
      const scaled = div(g, root)
      const velocity = momentum > 0 ? add(mul(state.velocity, momentum), scaled) : undefined
      return {
        parameter: sub(parameter, mul(velocity ?? scaled, context.learningRate)),
        state: { squares, ...(mean && { mean }), ...(velocity && { velocity }) },
      }
    },
  }
}
