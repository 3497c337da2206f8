/**
 * The geometry of sliding windows, without code: convolutions forward, and their gradients by the image, as the same kind
 * of sum. A result pixel at row `first + i * step` is a sum over taps; a tap reads the source at row `i * advance + offset`,
 * zero outside of the source. Forward there is one phase; the gradient of a convolution with stride s has s * s of them, each
 * with the taps that reach its pixels, so that nothing is multiplied by the zeros between strided pixels.
 */
import type { Shape } from '../../../base/index.ts'
import type { Attributes } from '../../../graph/index.ts'

type Pair = readonly [height: number, width: number]

export interface Tap {
  /** Position in the kernel. */
  readonly kernel: Pair
  /** Position in the source, relative to the pixel's. */
  readonly offset: Pair
}

export interface Phase {
  /** Rows and columns of the result: `first`, `first + step`, ..., `count` of them. */
  readonly first: Pair
  readonly count: Pair
  readonly taps: readonly Tap[]
}

export interface Window {
  readonly images: number
  readonly source: Pair
  readonly channels: number
  readonly result: Pair
  readonly resultChannels: number
  readonly kernel: Pair
  readonly groups: number
  /** Pixels of the result from one of a phase to the next. */
  readonly step: Pair
  /** The same in the source. */
  readonly advance: Pair
  readonly phases: readonly Phase[]
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

/** Image [B, H, W, C], kernel [kernelHeight, kernelWidth, C / groups, O] -> [B, H', W', O]. */
export function forwardWindow(
  [images, height, width, channels]: Shape,
  [kernelHeight, kernelWidth]: Shape,
  [, outHeight, outWidth, outputs]: Shape,
  { strides, dilation, padding, groups }: Attributes['conv2d'],
): Window {
  const taps = range(kernelHeight).flatMap((y) =>
    range(kernelWidth).map((x): Tap => {
      return { kernel: [y, x], offset: [y * dilation[0] - padding[0], x * dilation[1] - padding[2]] }
    }),
  )
  return {
    images,
    source: [height, width],
    channels,
    result: [outHeight, outWidth],
    resultChannels: outputs,
    kernel: [kernelHeight, kernelWidth],
    groups,
    step: [1, 1],
    advance: strides,
    phases: [{ first: [0, 0], count: [outHeight, outWidth], taps }],
  }
}

/** Upstream [B, H', W', O], kernel [kernelHeight, kernelWidth, C / groups, O] -> [B, H, W, C]. */
export function imageGradWindow(
  [images, outHeight, outWidth, outputs]: Shape,
  [kernelHeight, kernelWidth, groupChannels]: Shape,
  { strides, dilation, padding, groups, imageSize }: Attributes['conv2dImageGrad'],
): Window {
  const phases = range(Math.min(strides[0], imageSize[0])).flatMap((y) =>
    range(Math.min(strides[1], imageSize[1])).map((x): Phase => {
      const rows = tapsAlong(y + padding[0], kernelHeight, strides[0], dilation[0])
      const columns = tapsAlong(x + padding[2], kernelWidth, strides[1], dilation[1])
      return {
        first: [y, x],
        count: [Math.ceil((imageSize[0] - y) / strides[0]), Math.ceil((imageSize[1] - x) / strides[1])],
        taps: rows.flatMap((row) =>
          columns.map((column): Tap => {
            return { kernel: [row.kernel, column.kernel], offset: [row.offset, column.offset] }
          }),
        ),
      }
    }),
  )
  return {
    images,
    source: [outHeight, outWidth],
    channels: outputs,
    result: imageSize,
    resultChannels: groupChannels * groups,
    kernel: [kernelHeight, kernelWidth],
    groups,
    step: strides,
    advance: [1, 1],
    phases,
  }
}

/**
 * Along one axis: the kernel positions that reach a phase, by rising offset. Pixel `position` of the padded image was read
 * by output `(position - kernel * dilation) / stride`, where that is a whole number.
 */
function tapsAlong(
  position: number,
  size: number,
  stride: number,
  dilation: number,
): { kernel: number; offset: number }[] {
  return range(size)
    .reverse()
    .map((kernel) => ({ kernel, offset: (position - kernel * dilation) / stride }))
    .filter(({ offset }) => Number.isInteger(offset))
}

/** Lowest and highest offset of all taps along an axis (0 for height, 1 for width). */
export function reach({ phases }: Window, axis: 0 | 1): readonly [low: number, high: number] {
  const offsets = phases.flatMap(({ taps }) => taps.map(({ offset }) => offset[axis]))
  return offsets.length === 0 ? [0, 0] : [Math.min(...offsets), Math.max(...offsets)]
}
