/**
 * Cutout: a square is blotted out, its centre anywhere in the image, so that parts of it may lie outside (DeVries and
 * Taylor, "Improved regularization of convolutional neural networks with cutout", 2017).
 */
import { checkNames } from '../checks.ts'
import { type Augmentation, checkOption, checkProbability } from './augmentation.ts'

export interface CutoutOptions {
  /** Side of the square, in pixels. */
  readonly size: number
  /** Default 0; the mean of the data does no harm to its statistics. */
  readonly fill?: number
  /** Default 1. */
  readonly probability?: number
}

/** @throws ThalwegError `data/bad-augmentation` */
export function cutout(options: CutoutOptions): Augmentation {
  const { size, fill = 0, probability = 1 } = options
  checkNames('cutout', options, { size, fill, probability })
  checkOption('cutout', 'size', size, Number.isSafeInteger(size) && size >= 1, 'an integer of at least 1')
  checkOption('cutout', 'fill', fill, Number.isFinite(fill), 'a finite number')
  checkProbability('cutout', probability)
  return {
    name: 'cutout',
    options: { size, fill, probability },
    needsImages: true,
    apply({ pixels, height, width, channels }, draws) {
      if (!draws.chance(probability)) return
      const top = draws.integer(0, height - 1) - (size >> 1)
      const left = draws.integer(0, width - 1) - (size >> 1)
      const [first, last] = [Math.max(0, left), Math.min(width, left + size)]
      for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) {
        pixels.fill(fill, (y * width + first) * channels, (y * width + last) * channels)
      }
    },
  }
}
