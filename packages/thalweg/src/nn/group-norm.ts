/**
 * Group normalization (Wu and He, ECCV 2018): each example on its own, over height, width and the channels of a group.
 * With one group it is layer normalization over the whole image, with as many as channels instance normalization.
 */
import { formatShape, sizeOf, ThalwegError } from '../base/index.ts'
import { add, mean, mul, reshape, rsqrt, square, sub } from '../tensor/index.ts'
import { checkCount, checkNames, checkPositive } from './checks.ts'
import { ones, zeros } from './initializers/constant.ts'
import type { Layer } from './layer.ts'

export interface GroupNormOptions {
  /** Added to the variance under the root. Default 1e-5. */
  readonly epsilon?: number
  /** Whether to learn the scale. Default true. */
  readonly gamma?: boolean
  /** Whether to learn the shift. Default true. */
  readonly beta?: boolean
  readonly name?: string
}

/** [batch, ..., channels] to the same shape. Parameters: `gamma`, `beta` [channels], without weight decay. */
export function groupNorm(groups: number, options: GroupNormOptions = {}): Layer {
  const { epsilon = 1e-5, gamma = true, beta = true, name } = options
  checkNames('groupNorm', options, { epsilon, gamma, beta, name })
  checkCount('groupNorm', 'groups', groups)
  checkPositive('groupNorm', 'epsilon', epsilon, 'use 1e-5')
  return {
    kind: 'groupNorm',
    name,
    options: { groups, epsilon, gamma, beta },
    forward(x, scope) {
      const channels = x.shape.at(-1) ?? 0
      if (x.shape.length < 2 || channels % groups !== 0) {
        throw new ThalwegError('nn/bad-input-shape', {
          rule: 'groupNorm: the input must be [batch, ..., channels], with channels that groups divide',
          received: `${formatShape(x.shape)}, groups ${groups}`,
          try: 'use fewer groups, or another number of channels',
        })
      }
      const grouped = reshape(x, [x.shape[0], sizeOf(x.shape.slice(1, -1)), groups, channels / groups])
      const within = { axes: [1, 3], keepDims: true }
      const centered = sub(grouped, mean(grouped, within))
      const normal = reshape(mul(centered, rsqrt(add(mean(square(centered), within), epsilon))), x.shape)
      const scaled = gamma ? mul(normal, scope.parameter('gamma', [channels], ones(), { decay: false })) : normal
      return beta ? add(scaled, scope.parameter('beta', [channels], zeros(), { decay: false })) : scaled
    },
  }
}
