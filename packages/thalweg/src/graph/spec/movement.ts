/** Ops that put elements elsewhere. */
import { formatShape, sizeOf } from '../../base/index.ts'
import { refuse, requireAxes, requireShape } from '../operands.ts'
import type { Rows } from './row.ts'

export const MOVEMENT: Rows<'broadcast' | 'reshape' | 'transpose' | 'slice' | 'flip' | 'pad' | 'concat'> = {
  broadcast: {
    operands: 1,
    infer: ([x], { shape }, op) => {
      requireShape(op, shape, [x])
      const offset = shape.length - x.shape.length
      const fits =
        offset >= 0 && x.shape.every((dimension, axis) => dimension === 1 || dimension === shape[offset + axis])
      if (!fits)
        refuse(
          op,
          'a size must stay the same or grow from 1',
          [x],
          'insert axes of size 1 where the value is to repeat',
          `to ${formatShape(shape)}`,
        )
      return { shape, dtype: x.dtype }
    },
  },
  reshape: {
    operands: 1,
    infer: ([x], { shape }, op) => {
      requireShape(op, shape, [x])
      if (sizeOf(shape) !== sizeOf(x.shape))
        refuse(
          op,
          'the number of elements must stay the same',
          [x],
          `give a shape of ${sizeOf(x.shape)} elements`,
          `to ${formatShape(shape)}`,
        )
      return { shape, dtype: x.dtype }
    },
  },
  transpose: {
    operands: 1,
    infer: ([x], { permutation }, op) => {
      if (permutation.length !== x.shape.length)
        refuse(
          op,
          'the permutation must name every axis once',
          [x],
          `list each of 0..${x.shape.length - 1} once`,
          `permutation [${permutation}]`,
        )
      requireAxes(op, x, permutation)
      return { shape: permutation.map((axis) => x.shape[axis]), dtype: x.dtype }
    },
  },
  slice: {
    operands: 1,
    infer: ([x], { start, size, step }, op) => {
      const rank = x.shape.length
      const also = `start [${start}], size [${size}], step [${step}]`
      if (start.length !== rank || size.length !== rank || step.length !== rank)
        refuse(op, 'start, size and step must name every axis', [x], `give ${rank} numbers each`, also)
      const inside = size.every((count, axis) => {
        const last = start[axis] + Math.max(count - 1, 0) * step[axis]
        const whole = [start[axis], count, step[axis]].every(Number.isInteger)
        return (
          whole &&
          count >= 0 &&
          step[axis] >= 1 &&
          start[axis] >= 0 &&
          (count === 0 ? start[axis] <= x.shape[axis] : last < x.shape[axis])
        )
      })
      if (!inside) refuse(op, 'the slice must lie inside the value', [x], 'take fewer elements, or start earlier', also)
      return { shape: size, dtype: x.dtype }
    },
  },
  flip: {
    operands: 1,
    infer: ([x], { axes }, op) => {
      requireAxes(op, x, axes)
      return x
    },
  },
  pad: {
    operands: 1,
    infer: ([x], { low, high, interior }, op) => {
      const rank = x.shape.length
      const also = `low [${low}], high [${high}], interior [${interior}]`
      const complete = [low, high, interior].every(
        (list) => list.length === rank && list.every((n) => Number.isInteger(n) && n >= 0),
      )
      if (!complete)
        refuse(op, 'low, high and interior must be 0 or more for every axis', [x], `give ${rank} numbers each`, also)
      const shape = x.shape.map((n, axis) => low[axis] + high[axis] + n + Math.max(n - 1, 0) * interior[axis])
      return { shape, dtype: x.dtype }
    },
  },
  concat: {
    operands: 'some',
    infer: (parts, { axis }, op) => {
      const [first] = parts
      requireAxes(op, first, [axis])
      const agree = parts.every(
        ({ shape, dtype }) =>
          dtype === first.dtype &&
          shape.length === first.shape.length &&
          shape.every((n, i) => i === axis || n === first.shape[i]),
      )
      if (!agree)
        refuse(
          op,
          `parts must agree in dtype and in every axis but ${axis}`,
          parts,
          'reshape or cast the part that differs',
        )
      const total = parts.reduce((sum, { shape }) => sum + shape[axis], 0)
      return { shape: first.shape.map((n, i) => (i === axis ? total : n)), dtype: first.dtype }
    },
  },
}
