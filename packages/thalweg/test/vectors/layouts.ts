/** PyTorch's layouts and ours: images NCHW against NHWC, kernels OIHW against HWIO, and their kin. */
import type { VectorTensor } from './load.ts'

/** Axis i of the result is axis `order[i]` of `tensor`. */
export function permuted({ shape, data }: VectorTensor, order: readonly number[]): VectorTensor {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const result = order.map((axis) => shape[axis])
  const values = new Array<number>(data.length)
  const index = new Array<number>(result.length).fill(0)
  for (let i = 0; i < values.length; i++) {
    values[i] = data[order.reduce((offset, axis, position) => offset + index[position] * strides[axis], 0)]
    for (let axis = result.length - 1; axis >= 0; axis--) {
      index[axis]++
      if (index[axis] < result[axis]) break
      index[axis] = 0
    }
  }
  return { shape: result, data: values }
}

/** [batch, channels, ...] to [batch, ..., channels], of any rank. */
export function channelsLast(tensor: VectorTensor): VectorTensor {
  const rank = tensor.shape.length
  if (rank < 3) return tensor
  return permuted(tensor, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1])
}

/** [out, in, ...window] to [...window, in, out]: convolution kernels, and dense weights [out, in] to [in, out]. */
export function kernelLast(tensor: VectorTensor): VectorTensor {
  const rank = tensor.shape.length
  return permuted(tensor, [...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1, 0])
}
