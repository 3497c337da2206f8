/** Values that come from no other value, or from counters: constants, literals, iota, random; and indexing. */
import { philox4x32, type Shape, sizeOf, ThalwegError } from '../../base/index.ts'
import { castNumber, type Evaluate, resultOf, type Values } from './value.ts'

type LeafOp = 'constant' | 'literal' | 'iota' | 'random'

const TO_UNIT = 2 ** -24

export const LEAVES: { readonly [Op in LeafOp]: Evaluate<Op> } = {
  constant: (node) => resultOf(node).fill(castNumber(node.attributes.value, node.dtype)),

  literal: (node) => {
    const { data, dtype } = node.attributes
    const result = resultOf(node)
    for (let i = 0; i < result.length; i++) result[i] = castNumber(data[i], dtype)
    return result
  },

  iota: (node) => {
    const { shape, axis } = node.attributes
    const inner = sizeOf(shape.slice(axis + 1))
    const result = resultOf(node)
    for (let i = 0; i < result.length; i++) result[i] = Math.floor(i / inner) % shape[axis]
    return result
  },

  random: (node, [seed, step]) => {
    const result = resultOf(node)
    const block = new Uint32Array(4)
    const stream = node.attributes.stream >>> 0
    for (let i = 0; i < result.length; i++) {
      philox4x32(block, (i >> 4) * 4 + (i & 3), step[0] >>> 0, stream, 1, seed[0] >>> 0, seed[1] >>> 0)
      result[i] = (block[(i >> 2) & 3] >>> 8) * TO_UNIT
    }
    return result
  },
}

function requireInRange(op: string, indices: Values, size: number): void {
  const wrong = indices.findIndex((index: number) => index < 0 || index >= size)
  if (wrong < 0) return
  throw new ThalwegError('backend/index-out-of-range', {
    rule: `${op}: indices must lie in 0..${size - 1}`,
    received: `index ${indices[wrong]} at position ${wrong}`,
    try: 'check the labels or indices against the size of the axis they select from',
  })
}

/** `[outer, size, inner]`: what stands before, along and after `axis` in row-major order. */
function around(shape: Shape, axis: number): [outer: number, size: number, inner: number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))]
}

export const INDICES: { readonly [Op in 'gather' | 'scatterAdd']: Evaluate<Op> } = {
  gather: (node, [x, indices]) => {
    const [outer, size, inner] = around(node.inputs[0].shape, node.attributes.axis)
    requireInRange('gather', indices, size)
    const result = resultOf(node)
    let place = 0
    for (let before = 0; before < outer; before++)
      for (const index of indices)
        for (let after = 0; after < inner; after++) result[place++] = x[(before * size + index) * inner + after]
    return result
  },

  scatterAdd: (node, [updates, indices]) => {
    const [outer, size, inner] = around(node.shape, node.attributes.axis)
    requireInRange('scatterAdd', indices, size)
    const result = resultOf(node)
    let place = 0
    for (let before = 0; before < outer; before++)
      for (const index of indices)
        for (let after = 0; after < inner; after++) result[(before * size + index) * inner + after] += updates[place++]
    return result
  },
}
