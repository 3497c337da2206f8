/**
 * Layer normalization (Ba, Kiros, Hinton 2016): each example on its own, over its last axis; no batch, no running
 * statistics, the same in training and at test time.
 */
import { add, mean, mul, rsqrt, square, sub } from '../tensor/index.ts'
import { checkNames, checkPositive } from './checks.ts'
import { ones, zeros } from './initializers/constant.ts'
import type { Layer } from './layer.ts'

export interface LayerNormOptions {
  /** Added to the variance under the root. Default 1e-5. */
  readonly epsilon?: number
  /** Whether to learn the scale. Default true. */
  readonly gamma?: boolean
  /** Whether to learn the shift. Default true. */
  readonly beta?: boolean
  readonly name?: string
}

/** [batch, ..., features] to the same shape. Parameters: `gamma`, `beta` [features], without weight decay. */
export function layerNorm(options: LayerNormOptions = {}): Layer {
  const { epsilon = 1e-5, gamma = true, beta = true, name } = options
  checkNames('layerNorm', options, { epsilon, gamma, beta, name })
  checkPositive('layerNorm', 'epsilon', epsilon, 'use 1e-5')
  return {
    kind: 'layerNorm',
    name,
    options: { epsilon, gamma, beta },
    forward(x, scope) {
      const shape = [x.shape.at(-1) ?? 1]
      const last = { axes: -1, keepDims: true }
      const centered = sub(x, mean(x, last))
      const normal = mul(centered, rsqrt(add(mean(square(centered), last), epsilon)))
      const scaled = gamma ? mul(normal, scope.parameter('gamma', shape, ones(), { decay: false })) : normal
      return beta ? add(scaled, scope.parameter('beta', shape, zeros(), { decay: false })) : scaled
    },
  }
}
