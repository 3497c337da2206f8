/** One example as an augmentation sees it: pixels that are changed in place. */
import { formatShape, type Shape, ThalwegError } from '../../base/index.ts'

export interface Image {
  /** `[height, width, channels]`, a view into the batch. */
  pixels: Float32Array
  readonly height: number
  readonly width: number
  readonly channels: number
  /** As long as `pixels`, for whatever an augmentation must keep while it writes. */
  readonly scratch: Float32Array
}

/** What stands beyond the edges: a value, the nearest pixel, or the image mirrored at its edge pixels. */
export type Fill = number | 'edge' | 'reflect'

/** An image of this shape; a missing channel axis is one channel, and a plain list of values is one row. */
export function imageOf(shape: Shape): Image {
  const [height, width, channels = 1] = shape.length === 1 ? [1, shape[0]] : shape
  const scratch = new Float32Array(height * width * channels)
  return { pixels: scratch, height, width, channels, scratch }
}

/** The place inside that stands for place `at` of an axis of `size`, or -1 where the fill is a value. */
export function placeInside(at: number, size: number, fill: Fill): number {
  if (at >= 0 && at < size) return at
  if (typeof fill === 'number') return -1
  if (fill === 'edge') return at < 0 ? 0 : size - 1
  const period = 2 * (size - 1)
  if (period === 0) return 0
  const around = ((at % period) + period) % period
  return around < size ? around : period - around
}

/** Whether examples of this shape are images. */
export function isImageShape(shape: Shape): boolean {
  return shape.length === 2 || shape.length === 3
}

/** @throws ThalwegError `data/not-images` */
export function checkImages(operation: string, dataset: string, shape: Shape): void {
  if (isImageShape(shape)) return
  throw new ThalwegError('data/not-images', {
    rule: `${operation}: examples of ${dataset} must be images, [height, width] or [height, width, channels]`,
    received: `examples ${formatShape(shape)}`,
    try: 'augment images before they are flattened or projected, or leave this augmentation out',
  })
}
