/** Folding axes away. Without `axes` all of them fold; with `keepDims` they stay as size 1. */
import { argmaxKernels, provideKernels } from '../../backend/index.ts'
import { checkedAxis } from '../../base/index.ts'
import { createNode } from '../../graph/index.ts'
import { binary, foldedCount, mean as meanOf, type ReduceOptions, reduce, Tensor, unary } from '../tensor.ts'
import { finite, select } from './logic.ts'

export function sum(x: Tensor, options?: ReduceOptions): Tensor {
  return reduce('sum', x, options)
}

export function mean(x: Tensor, options?: ReduceOptions): Tensor {
  return meanOf(x, options)
}

export function max(x: Tensor, options?: ReduceOptions): Tensor {
  return reduce('reduceMax', x, options)
}

export function min(x: Tensor, options?: ReduceOptions): Tensor {
  return reduce('reduceMin', x, options)
}

/** Mean square distance from the mean (divided by the count, not by the count less one). */
export function variance(x: Tensor, options: ReduceOptions = {}): Tensor {
  const centre = meanOf(x, { ...options, keepDims: true })
  const distance = binary('sub', x, centre)
  return binary('div', reduce('sum', binary('mul', distance, distance), options), foldedCount(x, options.axes))
}

/** int32 index of the first largest element along `axis`, which is removed; the first NaN counts as largest. */
export function argmax(x: Tensor, axis = -1): Tensor {
  provideKernels(argmaxKernels)
  return new Tensor(createNode('argmax', [x.node], { axis: checkedAxis('argmax', axis, x.rank) }))
}

/** A largest value that can be subtracted without harm: 0 where it is infinite. No gradient flows through it. */
function shift(x: Tensor, axes: ReduceOptions['axes']): Tensor {
  const largest = reduce('reduceMax', x, axes === undefined ? { keepDims: true } : { axes, keepDims: true })
  return select(finite(largest), largest, 0).stopGradient()
}

/** log(sum(exp(x))), shifted by the largest x so that nothing overflows. */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const largest = shift(x, options.axes)
  const sums = reduce('sum', unary('exp', binary('sub', x, largest)), options)
  const back = options.keepDims === true ? largest : largest.reshape(sums.shape)
  return binary('add', unary('log', sums), back)
}

/** exp(x) / sum(exp(x)) along `axis`. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const powers = unary('exp', binary('sub', x, shift(x, axis)))
  return binary('div', powers, reduce('sum', powers, { axes: axis, keepDims: true }))
}

/** log(softmax(x)), without computing the softmax. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const shifted = binary('sub', x, shift(x, axis))
  return binary('sub', shifted, unary('log', reduce('sum', unary('exp', shifted), { axes: axis, keepDims: true })))
}
