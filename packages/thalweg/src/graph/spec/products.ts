/** Matrix products and convolutions, with the gradients of the latter. */
import { formatShape, sameShape, ThalwegError } from '../../base/index.ts'
import { refuse, requireDType, requireGroups, requireRank, requireUpstream } from '../operands.ts'
import { convImage } from '../window.ts'
import type { Rows } from './row.ts'

export const PRODUCTS: Rows<'matmul' | 'conv2d' | 'conv2dImageGrad' | 'conv2dKernelGrad'> = {
  matmul: {
    operands: 2,
    infer: ([a, b], { transposeA, transposeB }, op) => {
      requireDType(op, [a, b], ['float32'])
      const rank = a.shape.length
      if (rank < 2 || b.shape.length !== rank || !sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)))
        refuse(
          op,
          'operands must be matrices with the same batch axes',
          [a, b],
          'reshape a vector to one row or column, or broadcast the batch axes',
        )
      const [rows, innerA] = transposeA ? [a.shape[rank - 1], a.shape[rank - 2]] : a.shape.slice(-2)
      const [innerB, columns] = transposeB ? [b.shape[rank - 1], b.shape[rank - 2]] : b.shape.slice(-2)
      if (innerA !== innerB)
        throw new ThalwegError('graph/invalid-operation', {
          rule: 'matmul: inner dimensions must agree',
          received: `a ${formatShape(a.shape)}${transposeA ? ' transposed' : ''}, b ${formatShape(b.shape)}${transposeB ? ' transposed' : ''}`,
          try: `give b ${innerA} ${transposeB ? 'columns' : 'rows'}, or check the output size of the layer before it`,
        })
      return { shape: [...a.shape.slice(0, -2), rows, columns], dtype: 'float32' }
    },
  },
  conv2d: {
    operands: 2,
    infer: (operands, attributes, op) => {
      const [image, kernel] = operands
      requireDType(op, operands, ['float32'])
      requireRank(op, [image], 4, '[batch, height, width, channels]')
      requireRank(op, [kernel], 4, '[height, width, channels, outputs]')
      const [batch, height, width, channels] = image.shape
      const [kernelHeight, kernelWidth, kernelChannels, outputs] = kernel.shape
      requireGroups(op, operands, attributes.groups, channels, outputs)
      if (kernelChannels * attributes.groups !== channels)
        refuse(
          op,
          'the kernel must have as many channels as the image has per group',
          operands,
          `give the kernel ${channels / attributes.groups} channels`,
          `groups ${attributes.groups}`,
        )
      const out = convImage(op, operands, [height, width], [kernelHeight, kernelWidth], attributes)
      return { shape: [batch, ...out, outputs], dtype: 'float32' }
    },
  },
  conv2dImageGrad: {
    operands: 2,
    infer: (operands, attributes, op) => {
      const [upstream, kernel] = operands
      requireDType(op, operands, ['float32'])
      requireRank(op, operands, 4, 'as conv2d gives and takes them')
      const [kernelHeight, kernelWidth, kernelChannels, outputs] = kernel.shape
      const { imageSize, groups } = attributes
      requireGroups(op, operands, groups, outputs)
      const out = convImage(op, operands, imageSize, [kernelHeight, kernelWidth], attributes)
      requireUpstream(op, operands, upstream, [upstream.shape[0], ...out, outputs])
      return { shape: [upstream.shape[0], ...imageSize, kernelChannels * groups], dtype: 'float32' }
    },
  },
  conv2dKernelGrad: {
    operands: 2,
    infer: (operands, attributes, op) => {
      const [image, upstream] = operands
      requireDType(op, operands, ['float32'])
      requireRank(op, operands, 4, 'as conv2d gives and takes them')
      const [batch, height, width, channels] = image.shape
      const outputs = upstream.shape[3]
      const { kernelSize, groups } = attributes
      requireGroups(op, operands, groups, channels, outputs)
      const out = convImage(op, operands, [height, width], kernelSize, attributes)
      requireUpstream(op, operands, upstream, [batch, ...out, outputs])
      return { shape: [...kernelSize, channels / groups, outputs], dtype: 'float32' }
    },
  },
}
