/**
 * Matrix products and convolutions, straight from their definitions. The three forms of a convolution visit the same
 * (output, image, kernel) triples of places, in the same order; they differ only in which one they write.
 */
import { type Shape, sizeOf } from '../../base/index.ts'
import type { ConvAttributes } from '../../graph/index.ts'
import type { ContractionOp } from '../program.ts'
import { type Evaluate, resultOf } from './value.ts'

/**
 * One channel of the image at one place of the kernel: it meets `count` output channels from place `output` on, and as many
 * weights from place `kernel` on.
 */
type Visit = (output: number, image: number, kernel: number, count: number) => void

/** Visits every product of the image and the kernel, a row of output channels at a time. */
function eachRow(
  image: Shape,
  kernel: Shape,
  output: Shape,
  { strides, padding, dilation, groups }: ConvAttributes,
  visit: Visit,
): void {
  const [batch, height, width, channels] = image
  const [kernelHeight, kernelWidth, groupChannels, outputs] = kernel
  const [, outHeight, outWidth] = output
  const groupOutputs = outputs / groups
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < outHeight; row++)
      for (let column = 0; column < outWidth; column++)
        for (let kernelRow = 0; kernelRow < kernelHeight; kernelRow++) {
          const y = row * strides[0] + kernelRow * dilation[0] - padding[0]
          if (y < 0 || y >= height) continue
          for (let kernelColumn = 0; kernelColumn < kernelWidth; kernelColumn++) {
            const x = column * strides[1] + kernelColumn * dilation[1] - padding[2]
            if (x < 0 || x >= width) continue
            const outputPlace = ((b * outHeight + row) * outWidth + column) * outputs
            const imagePlace = ((b * height + y) * width + x) * channels
            const kernelPlace = (kernelRow * kernelWidth + kernelColumn) * groupChannels * outputs
            for (let group = 0; group < groups; group++)
              for (let c = 0; c < groupChannels; c++) {
                const first = group * groupOutputs
                const from = imagePlace + group * groupChannels + c
                visit(outputPlace + first, from, kernelPlace + c * outputs + first, groupOutputs)
              }
          }
        }
}

export const CONTRACTION: { readonly [Op in ContractionOp]: Evaluate<Op> } = {
  matmul: (node, [a, b]) => {
    const { transposeA, transposeB } = node.attributes
    const rank = node.shape.length
    const [rows, columns] = node.shape.slice(-2)
    const inner = node.inputs[0].shape[transposeA ? rank - 2 : rank - 1]
    const [rowStride, innerStrideA] = transposeA ? [1, rows] : [inner, 1]
    const [innerStrideB, columnStride] = transposeB ? [1, inner] : [columns, 1]
    const result = resultOf(node)
    const batches = sizeOf(node.shape.slice(0, -2))
    for (let batch = 0; batch < batches; batch++)
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < inner; k++) {
          const value = a[batch * rows * inner + row * rowStride + k * innerStrideA]
          const from = batch * inner * columns + k * innerStrideB
          const to = (batch * rows + row) * columns
          for (let column = 0; column < columns; column++)
            result[to + column] += value * b[from + column * columnStride]
        }
    return result
  },

  conv2d: (node, [image, kernel]) => {
    const result = resultOf(node)
    eachRow(node.inputs[0].shape, node.inputs[1].shape, node.shape, node.attributes, (o, i, k, count) => {
      const value = image[i]
      for (let at = 0; at < count; at++) result[o + at] += value * kernel[k + at]
    })
    return result
  },

  conv2dImageGrad: (node, [upstream, kernel]) => {
    const result = resultOf(node)
    eachRow(node.shape, node.inputs[1].shape, node.inputs[0].shape, node.attributes, (o, i, k, count) => {
      let sum = result[i]
      for (let at = 0; at < count; at++) sum += upstream[o + at] * kernel[k + at]
      result[i] = sum
    })
    return result
  },

  conv2dKernelGrad: (node, [image, upstream]) => {
    const result = resultOf(node)
    eachRow(node.inputs[0].shape, node.shape, node.inputs[1].shape, node.attributes, (o, i, k, count) => {
      const value = image[i]
      for (let at = 0; at < count; at++) result[k + at] += value * upstream[o + at]
    })
    return result
  },
}
