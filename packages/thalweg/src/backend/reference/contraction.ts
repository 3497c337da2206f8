/**
 * Matrix products and convolutions, straight from their definitions. The three forms of a convolution visit the same
 * (output, image, kernel) triples of places; they differ only in which one they write.
 */
import { type Shape, sizeOf } from '../../base/index.ts'
import type { ConvAttributes } from '../../graph/index.ts'
import type { ContractionOp } from '../program.ts'
import { type Evaluate, resultOf } from './value.ts'

/** Calls `visit(output, image, kernel)` with the place of every product `image * kernel` that goes into `output`. */
function eachProduct(
  image: Shape,
  kernel: Shape,
  output: Shape,
  { strides, padding, dilation, groups }: ConvAttributes,
  visit: (output: number, image: number, kernel: number) => void,
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
            for (let o = 0; o < outputs; o++) {
              const firstChannel = Math.floor(o / groupOutputs) * groupChannels
              for (let c = 0; c < groupChannels; c++)
                visit(outputPlace + o, imagePlace + firstChannel + c, kernelPlace + c * outputs + o)
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
        for (let column = 0; column < columns; column++) {
          const fromA = batch * rows * inner + row * rowStride
          const fromB = batch * inner * columns + column * columnStride
          let sum = 0
          for (let k = 0; k < inner; k++) sum += a[fromA + k * innerStrideA] * b[fromB + k * innerStrideB]
          result[(batch * rows + row) * columns + column] = sum
        }
    return result
  },

  conv2d: (node, [image, kernel]) => {
    const result = resultOf(node)
    eachProduct(node.inputs[0].shape, node.inputs[1].shape, node.shape, node.attributes, (o, i, k) => {
      result[o] += image[i] * kernel[k]
    })
    return result
  },

  conv2dImageGrad: (node, [upstream, kernel]) => {
    const result = resultOf(node)
    eachProduct(node.shape, node.inputs[1].shape, node.inputs[0].shape, node.attributes, (o, i, k) => {
      result[i] += upstream[o] * kernel[k]
    })
    return result
  },

  conv2dKernelGrad: (node, [image, upstream]) => {
    const result = resultOf(node)
    eachProduct(node.inputs[0].shape, node.shape, node.inputs[1].shape, node.attributes, (o, i, k) => {
      result[k] += image[i] * upstream[o]
    })
    return result
  },
}
