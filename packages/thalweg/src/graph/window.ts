/** Windows that slide over images: how large what they give is, in convolutions and in pooling. */
import type { Shape } from '../base/index.ts'
import type { ConvAttributes, OpName, PoolAttributes, WindowAttributes } from './op.ts'
import { refuse, requireDType, requireRank, type ValueType } from './operands.ts'

/** Output size of a window sliding along one axis, floor division: `(size + padding - extent) / stride + 1`. */
export function windowedSize(size: number, padding: number, extent: number, stride: number): number {
  return Math.floor((size + padding - extent) / stride) + 1
}

/** Extent of a dilated kernel along one axis. */
export function dilatedExtent(size: number, dilation: number): number {
  return (size - 1) * dilation + 1
}

/** Height and width of what a convolution gives. */
export function convImage(
  op: OpName,
  operands: readonly ValueType[],
  [height, width]: readonly number[],
  [kernelHeight, kernelWidth]: readonly number[],
  attributes: ConvAttributes,
): [number, number] {
  const [dilationHeight, dilationWidth] = attributes.dilation
  const extent: [number, number] = [
    dilatedExtent(kernelHeight, dilationHeight),
    dilatedExtent(kernelWidth, dilationWidth),
  ]
  return windowedImage(op, operands, [height, width], extent, attributes)
}

/** Shape of what pooling gives. */
export function pooled(
  op: OpName,
  operands: readonly ValueType[],
  image: ValueType,
  attributes: PoolAttributes,
): Shape {
  requireRank(op, [image], 4, '[batch, height, width, channels]')
  requireDType(op, [image], ['float32'])
  const [batch, height, width, channels] = image.shape
  const { window, padding } = attributes
  if (height === 0 || width === 0)
    refuse(
      op,
      'the image must have at least one row and column',
      operands,
      'pool before the image has shrunk to nothing',
    )
  if (padding[0] >= window[0] || padding[1] >= window[0] || padding[2] >= window[1] || padding[3] >= window[1])
    refuse(
      op,
      'padding must be smaller than the window',
      operands,
      'use less padding, or a larger window',
      `window ${window}, padding ${padding}`,
    )
  const [outHeight, outWidth] = windowedImage(op, operands, [height, width], window, attributes)
  return [batch, outHeight, outWidth, channels]
}

/** Height and width of the result of a sliding window whose extent is `extent`. */
function windowedImage(
  op: OpName,
  operands: readonly ValueType[],
  [height, width]: readonly number[],
  extent: readonly [number, number],
  { strides, padding: [top, bottom, left, right] }: WindowAttributes,
): [number, number] {
  const whole = [...strides, ...extent].every((n) => Number.isInteger(n) && n >= 1)
  const also = `image ${height}x${width}, window ${extent.join('x')}, strides ${strides.join('x')}, padding ${[top, bottom, left, right]}`
  if (!whole)
    refuse(
      op,
      'window sizes, strides and dilation must be whole numbers, 1 or more',
      operands,
      'use 1 where you want no effect',
      also,
    )
  if (![top, bottom, left, right].every((n) => Number.isInteger(n) && n >= 0))
    refuse(op, 'padding must be whole numbers, 0 or more', operands, 'slice the image to cut it', also)
  const outHeight = windowedSize(height, top + bottom, extent[0], strides[0])
  const outWidth = windowedSize(width, left + right, extent[1], strides[1])
  if (outHeight < 1 || outWidth < 1)
    refuse(
      op,
      'the window must fit into the padded image',
      operands,
      'use a smaller window, more padding, or one pooling layer fewer',
      also,
    )
  return [outHeight, outWidth]
}
