/** Ops that fold axes. */
import { reduceShape } from '../../base/index.ts'
import { REDUCE_OPS } from '../op.ts'
import { refuse, requireAxes, requireDType } from '../operands.ts'
import { family, type Infer, type Rows } from './row.ts'

const reduce: { operands: number; infer: Infer<(typeof REDUCE_OPS)[number]> } = {
  operands: 1,
  infer: ([x], { axes }, op) => {
    requireDType(op, [x], ['float32', 'int32'])
    requireAxes(op, x, axes)
    return { shape: reduceShape(x.shape, axes, false), dtype: x.dtype }
  },
}

export const REDUCTION: Rows<(typeof REDUCE_OPS)[number] | 'argmax'> = {
  ...family(REDUCE_OPS, reduce),
  argmax: {
    operands: 1,
    infer: ([x], { axis }, op) => {
      requireDType(op, [x], ['float32', 'int32'])
      requireAxes(op, x, [axis])
      if (x.shape[axis] === 0) refuse(op, 'the axis must have at least one element', [x], 'leave empty batches out')
      return { shape: reduceShape(x.shape, [axis], false), dtype: 'int32' }
    },
  },
}
