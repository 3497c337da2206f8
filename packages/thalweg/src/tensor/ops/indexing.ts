/** Elements chosen by int32 indices, which must lie in range (see graph/op.ts). */
import { gatherKernels, provideKernels } from '../../backend/index.ts'
import { checkedAxis } from '../../base/index.ts'
import { createNode } from '../../graph/index.ts'
import { iota } from '../create.ts'
import { compare, reduce, Tensor } from '../tensor.ts'
import { select } from './logic.ts'
import { expandDims } from './shape.ts'

/** `axis` of x is replaced by the axes of `indices`: rows of a table, say. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  provideKernels(gatherKernels)
  return new Tensor(createNode('gather', [x.node, indices.node], { axis: checkedAxis('gather', axis, x.rank) }))
}

/**
 * The adjoint of gather: a tensor with `size` elements along `axis`, to which the updates are added at their indices;
 * repeated indices add up.
 */
export function scatterAdd(updates: Tensor, indices: Tensor, options: { axis?: number; size: number }): Tensor {
  provideKernels(gatherKernels)
  const { axis = 0, size } = options
  const at = checkedAxis('scatterAdd', axis, updates.rank)
  return new Tensor(createNode('scatterAdd', [updates.node, indices.node], { axis: at, size }))
}

/** One element along `axis` for each place: `indices` has the shape of x without that axis, and so has the result. */
export function takeAlong(x: Tensor, indices: Tensor, axis = -1): Tensor {
  const at = checkedAxis('takeAlong', axis, x.rank)
  const chosen = compare('equal', iota(x.shape, at), expandDims(indices, at))
  return reduce('sum', select(chosen, x, 0), { axes: at })
}

/** float32 [...labels, classes]: 1 where the last index equals the label. A label out of range gives only zeros. */
export function oneHot(labels: Tensor, classes: number): Tensor {
  const shape = [...labels.shape, classes]
  return compare('equal', iota(shape, -1), expandDims(labels, -1)).cast('float32')
}
