/**
 * Spatial dropout (Tompson, Goroshin, Jain, LeCun, Bregler, CVPR 2015, section 3.2): whole feature maps are dropped.
 * Neighbouring pixels of one map are so alike that dropping single ones takes little information away.
 */

import { formatShape, ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import type { Layer } from '../layer.ts'
import { dropped } from './dropout.ts'
import { type DropProbability, probabilityOf } from './probability.ts'

export type SpatialDropoutOptions = DropProbability & { readonly name?: string }

/**
 * [batch, ..., channels] to the same shape; each channel of each example is kept or dropped as a whole. Kept ones are
 * scaled by 1 / keep in training (PyTorch's Dropout1d to 3d, Keras's SpatialDropout).
 *
 * @throws ThalwegError `nn/bad-option`; `nn/bad-input-shape` for an input without an axis between batch and channels
 */
export function spatialDropout(options: SpatialDropoutOptions = {}): Layer {
  const { rate, keep } = probabilityOf('spatialDropout', options)
  checkNames('spatialDropout', options, { rate, keep, name: options.name })
  return {
    kind: 'spatialDropout',
    name: options.name,
    options: { rate },
    forward(x, scope) {
      if (x.shape.length < 3) {
        throw new ThalwegError('nn/bad-input-shape', {
          rule: 'spatialDropout: the input must be [batch, ..., channels] with an axis in between',
          received: formatShape(x.shape),
          try: 'use dropout() after dense layers',
        })
      }
      if (!scope.training || rate === 0) return x
      const maps = x.shape.map((size, axis) => (axis === 0 || axis === x.shape.length - 1 ? size : 1))
      return dropped(x, scope, maps, keep, 1 / keep)
    },
  }
}
