/** Pooling, and what its gradients are made of. */
import { requireDType, requireRank, requireSameType, requireUpstream, type ValueType } from '../operands.ts'
import { pooled } from '../window.ts'
import type { Rows } from './row.ts'

export const POOLING: Rows<'maxPool' | 'maxPoolTake' | 'maxPoolPut' | 'averagePool' | 'averagePoolGrad'> = {
  maxPool: {
    operands: 1,
    infer: ([x], attributes, op) => ({ shape: pooled(op, [x], x, attributes), dtype: 'float32' }),
  },
  maxPoolTake: {
    operands: 2,
    infer: ([x, values], attributes, op) => {
      requireSameType(op, [x, values])
      return { shape: pooled(op, [x, values], x, attributes), dtype: 'float32' }
    },
  },
  maxPoolPut: {
    operands: 2,
    infer: ([x, upstream], attributes, op) => {
      requireDType(op, [upstream], ['float32'])
      requireUpstream(op, [x, upstream], upstream, pooled(op, [x, upstream], x, attributes))
      return x
    },
  },
  averagePool: {
    operands: 1,
    infer: ([x], attributes, op) => ({ shape: pooled(op, [x], x, attributes), dtype: 'float32' }),
  },
  averagePoolGrad: {
    operands: 1,
    infer: ([upstream], attributes, op) => {
      requireRank(op, [upstream], 4, '[batch, height, width, channels]')
      const image: ValueType = {
        shape: [upstream.shape[0], ...attributes.imageSize, upstream.shape[3]],
        dtype: upstream.dtype,
      }
      requireUpstream(op, [upstream], upstream, pooled(op, [upstream], image, attributes))
      return image
    },
  },
}
