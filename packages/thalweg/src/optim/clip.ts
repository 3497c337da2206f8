/**
 * Clipping: gradients that are too large are made smaller before the optimizer sees them (Pascanu, Mikolov, Bengio, ICML
 * 2013, algorithm 1). What is clipped is the gradient of the loss with its penalties, of all micro-batches together; an
 * optimizer's own `weightDecay` comes after it, as in PyTorch and Caffe.
 */
import { add, clip, div, minimum, mul, sqrt, square, sum, type Tensor } from '../tensor/index.ts'
import { checkPositive } from './checks.ts'

export interface Clip {
  readonly name: string
  /** Plain data: it goes into checkpoints, and must be the same when a run goes on. */
  readonly options: Readonly<Record<string, unknown>>
  /** Gradients of all parameters that are trained, as the optimizer is to see them. */
  readonly apply: (gradients: readonly Tensor[]) => Tensor[]
}

/** Added to a norm before it divides, as in PyTorch's clip_grad_norm_. */
const SMALL = 1e-6

/** Every element into [-limit, limit]; the direction changes. */
export function clipByValue(limit: number): Clip {
  checkPositive('clipByValue', 'limit', limit, 'give a limit such as 0.5')
  return {
    name: 'clipByValue',
    options: { limit },
    apply: (gradients) => gradients.map((gradient) => clip(gradient, -limit, limit)),
  }
}

/** The gradient of each parameter alone to at most this Euclidean norm. */
export function clipByNorm(norm: number): Clip {
  checkPositive('clipByNorm', 'norm', norm, 'give a norm such as 1')
  return {
    name: 'clipByNorm',
    options: { norm },
    apply: (gradients) => gradients.map((gradient) => mul(gradient, shrinkage(norm, sum(square(gradient))))),
  }
}

/**
 * The gradients of all parameters together to at most this Euclidean norm, all by one factor: the direction stays. As
 * PyTorch's clip_grad_norm_ and Caffe's clip_gradients.
 */
export function clipByGlobalNorm(norm: number): Clip {
  checkPositive('clipByGlobalNorm', 'norm', norm, 'give a norm such as 1')
  return {
    name: 'clipByGlobalNorm',
    options: { norm },
    apply(gradients) {
      const squares = gradients.map((gradient) => sum(square(gradient)))
      if (squares.length === 0) return []
      const factor = shrinkage(norm, squares.reduce(add))
      return gradients.map((gradient) => mul(gradient, factor))
    },
  }
}

/** `min(1, norm / (sqrt(squares) + 1e-6))` */
function shrinkage(norm: number, squares: Tensor): Tensor {
  return minimum(div(norm, add(sqrt(squares), SMALL)), 1)
}
