/**
 * Instance normalization (Ulyanov, Vedaldi, Lempitsky, 2016): each channel of each example on its own, over height and
 * width. No batch, no running statistics, the same in training and at test time. Made for style transfer, where an image's
 * contrast is to be thrown away.
 */
import { formatShape, ThalwegError } from '../base/index.ts'
import { add, mean, mul, rsqrt, square, sub } from '../tensor/index.ts'
import { checkNames, checkPositive } from './checks.ts'
import { ones, zeros } from './initializers/constant.ts'
import type { Layer } from './layer.ts'

export interface InstanceNormOptions {
  /** Added to the variance under the root. Default 1e-5. */
  readonly epsilon?: number
  /** Whether to learn the scale. Default true (PyTorch's `affine` is false by default). */
  readonly gamma?: boolean
  /** Whether to learn the shift. Default true. */
  readonly beta?: boolean
  readonly name?: string
}

/**
 * [batch, ..., channels] to the same shape: sequences, images or volumes. Parameters: `gamma`, `beta` [channels], without
 * weight decay.
 *
 * @throws ThalwegError `nn/bad-option`; `nn/bad-input-shape` for an input without an axis between batch and channels
 */
export function instanceNorm(options: InstanceNormOptions = {}): Layer {
  const { epsilon = 1e-5, gamma = true, beta = true, name } = options
  checkNames('instanceNorm', options, { epsilon, gamma, beta, name })
  checkPositive('instanceNorm', 'epsilon', epsilon, 'use 1e-5')
  return {
    kind: 'instanceNorm',
    name,
    options: { epsilon, gamma, beta },
    centersChannels: true,
    forward(x, scope) {
      if (x.shape.length < 3) {
        throw new ThalwegError('nn/bad-input-shape', {
          rule: 'instanceNorm: the input must be [batch, ..., channels] with an axis in between',
          received: formatShape(x.shape),
          try: 'use layerNorm() or batchNorm() after dense layers',
        })
      }
      const shape = [x.shape[x.shape.length - 1]]
      const within = { axes: x.shape.slice(1, -1).map((_, i) => i + 1), keepDims: true }
      const centered = sub(x, mean(x, within))
      const normal = mul(centered, rsqrt(add(mean(square(centered), within), epsilon)))
      const scaled = gamma ? mul(normal, scope.parameter('gamma', shape, ones(), { decay: false })) : normal
      return beta ? add(scaled, scope.parameter('beta', shape, zeros(), { decay: false })) : scaled
    },
  }
}
