/**
 * Gaussian noise in training, nothing at test time. Added to values it blurs the inputs or activations (Bishop, "Training
 * with noise is equivalent to Tikhonov regularization", 1995); multiplied with them it is dropout whose masks are normal
 * (Srivastava et al., JMLR 2014, section 10: N(1, rate / (1 - rate)), the mean and variance of dropout's own masks).
 */
import { add, cos, log, mul, neg, sqrt, sub, type Tensor } from '../../tensor/index.ts'
import { checkNames, checkPositive } from '../checks.ts'
import type { Layer, Scope } from '../layer.ts'
import { type DropProbability, probabilityOf } from './probability.ts'

export interface GaussianNoiseOptions {
  /** Standard deviation of what is added, in the units of the input. Default 0.1. */
  readonly deviation?: number
  readonly name?: string
}

/**
 * `x + deviation * N(0, 1)`, any shape.
 *
 * @throws ThalwegError `nn/bad-option`
 */
export function gaussianNoise(options: GaussianNoiseOptions = {}): Layer {
  const { deviation = 0.1, name } = options
  checkNames('gaussianNoise', options, { deviation, name })
  checkPositive('gaussianNoise', 'deviation', deviation, 'use 0.1 on standardized inputs, or leave the layer out')
  return {
    kind: 'gaussianNoise',
    name,
    options: { deviation },
    forward: (x, scope) => (scope.training ? add(x, mul(normal(scope, x.shape), deviation)) : x),
  }
}

export type GaussianDropoutOptions = DropProbability & { readonly name?: string }

/**
 * `x * N(1, rate / (1 - rate))`, any shape.
 *
 * @throws ThalwegError `nn/bad-option`
 */
export function gaussianDropout(options: GaussianDropoutOptions = {}): Layer {
  const { rate, keep } = probabilityOf('gaussianDropout', options)
  checkNames('gaussianDropout', options, { rate, keep, name: options.name })
  const deviation = Math.sqrt(rate / keep)
  return {
    kind: 'gaussianDropout',
    name: options.name,
    options: { rate },
    forward(x, scope) {
      if (!scope.training || rate === 0) return x
      return mul(x, add(mul(normal(scope, x.shape), deviation), 1))
    },
  }
}

/** Standard normal numbers (Box and Muller 1958) of at most sqrt(48 log 2) = 5.8, from two draws of 24 bits each. */
function normal(scope: Scope, shape: readonly number[]): Tensor {
  const radius = sqrt(mul(neg(log(sub(1, scope.uniform(shape)))), 2))
  return mul(radius, cos(mul(scope.uniform(shape), 2 * Math.PI)))
}
