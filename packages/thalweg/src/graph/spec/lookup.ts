/** Rows taken by their numbers, and added back. */
import { sameShape, sizeOf } from '../../base/index.ts'
import { refuse, requireAxes, requireDType, requireShape } from '../operands.ts'
import type { Rows } from './row.ts'

export const LOOKUP: Rows<'gather' | 'scatterAdd'> = {
  gather: {
    operands: 2,
    infer: ([x, indices], { axis }, op) => {
      requireDType(op, [indices], ['int32'])
      requireAxes(op, x, [axis])
      if (x.shape[axis] === 0 && sizeOf(indices.shape) > 0)
        refuse(op, 'there must be something to gather from', [x, indices], 'gather along an axis that has elements')
      return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype }
    },
  },
  scatterAdd: {
    operands: 2,
    infer: ([updates, indices], { axis, size }, op) => {
      requireDType(op, [updates], ['float32'])
      requireDType(op, [indices], ['int32'])
      const rank = indices.shape.length
      if (!Number.isInteger(axis) || axis < 0 || !sameShape(updates.shape.slice(axis, axis + rank), indices.shape))
        refuse(
          op,
          `the updates must have the indices' shape from axis ${axis} on`,
          [updates, indices],
          'pass the gradient of the matching gather',
        )
      requireShape(op, [size])
      if (size === 0 && sizeOf(indices.shape) > 0)
        refuse(op, 'there must be something to add to', [updates, indices], 'give the axis a size of 1 or more')
      return { shape: [...updates.shape.slice(0, axis), size, ...updates.shape.slice(axis + rank)], dtype: 'float32' }
    },
  },
}
