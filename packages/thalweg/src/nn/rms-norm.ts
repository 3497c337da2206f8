/**
 * Root mean square normalization (Zhang and Sennrich, NeurIPS 2019, equation 4): layer normalization without taking the
 * mean off. `x / sqrt(mean(x^2) + epsilon) * gamma`, each example on its own, over its last axis.
 */
import { add, mean, mul, rsqrt, square } from '../tensor/index.ts'
import { checkNames, checkPositive } from './checks.ts'
import { ones } from './initializers/constant.ts'
import type { Layer } from './layer.ts'

export interface RmsNormOptions {
  /** Added to the mean square under the root. Default 1e-6, as in Keras. */
  readonly epsilon?: number
  /** Whether to learn the scale. Default true. */
  readonly gamma?: boolean
  readonly name?: string
}

/** [batch, ..., features] to the same shape. Parameter: `gamma` [features], without weight decay. */
export function rmsNorm(options: RmsNormOptions = {}): Layer {
  const { epsilon = 1e-6, gamma = true, name } = options
  checkNames('rmsNorm', options, { epsilon, gamma, name })
  checkPositive('rmsNorm', 'epsilon', epsilon, 'use 1e-6')
  return {
    kind: 'rmsNorm',
    name,
    options: { epsilon, gamma },
    forward(x, scope) {
      const normal = mul(x, rsqrt(add(mean(square(x), { axes: -1, keepDims: true }), epsilon)))
      return gamma ? mul(normal, scope.parameter('gamma', [x.shape.at(-1) ?? 1], ones(), { decay: false })) : normal
    },
  }
}
