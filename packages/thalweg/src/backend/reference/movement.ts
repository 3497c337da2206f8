/** Ops that only move elements. */
import { stridesOf } from '../../base/index.ts'
import { castNumber, type Evaluate, resultOf, type Values } from './value.ts'
import { placesOf } from './walk.ts'

type MovementOp = 'broadcast' | 'reshape' | 'transpose' | 'slice' | 'flip' | 'pad' | 'concat'

function takeAt(result: Values, from: Values, places: Int32Array): Values {
  for (let i = 0; i < places.length; i++) result[i] = from[places[i]]
  return result
}

export const MOVEMENT: { readonly [Op in MovementOp]: Evaluate<Op> } = {
  broadcast: (node, [x]) => {
    const { shape } = node.inputs[0]
    const added = node.shape.length - shape.length
    const own = stridesOf(shape)
    const strides = node.shape.map((_, axis) => (axis < added || shape[axis - added] === 1 ? 0 : own[axis - added]))
    return takeAt(resultOf(node), x, placesOf(node.shape, strides))
  },

  reshape: (_, [x]) => x,

  transpose: (node, [x]) => {
    const own = stridesOf(node.inputs[0].shape)
    const strides = node.attributes.permutation.map((axis) => own[axis])
    return takeAt(resultOf(node), x, placesOf(node.shape, strides))
  },

  slice: (node, [x]) => {
    const { start, step } = node.attributes
    const own = stridesOf(node.inputs[0].shape)
    const offset = start.reduce((sum, first, axis) => sum + first * own[axis], 0)
    const strides = own.map((stride, axis) => stride * step[axis])
    return takeAt(resultOf(node), x, placesOf(node.shape, strides, offset))
  },

  flip: (node, [x]) => {
    const { axes } = node.attributes
    const own = stridesOf(node.shape)
    const offset = axes.reduce((sum, axis) => sum + own[axis] * (node.shape[axis] - 1), 0)
    const strides = own.map((stride, axis) => (axes.includes(axis) ? -stride : stride))
    return takeAt(resultOf(node), x, placesOf(node.shape, strides, offset))
  },

  pad: (node, [x]) => {
    const { low, interior, value } = node.attributes
    const own = stridesOf(node.shape)
    const offset = low.reduce((sum, before, axis) => sum + before * own[axis], 0)
    const strides = own.map((stride, axis) => stride * (interior[axis] + 1))
    const places = placesOf(node.inputs[0].shape, strides, offset)
    const result = resultOf(node).fill(castNumber(value, node.dtype))
    for (let i = 0; i < places.length; i++) result[places[i]] = x[i]
    return result
  },

  concat: (node, parts) => {
    const { axis } = node.attributes
    const strides = stridesOf(node.shape)
    const result = resultOf(node)
    let start = 0
    parts.forEach((part, position) => {
      const { shape } = node.inputs[position]
      const places = placesOf(shape, strides, start * strides[axis])
      for (let i = 0; i < places.length; i++) result[places[i]] = part[i]
      start += shape[axis]
    })
    return result
  },
}
