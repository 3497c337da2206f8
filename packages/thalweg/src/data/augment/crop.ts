/**
 * Random crop: the image is padded on all sides and a piece of its own size is cut out at a random place (He et al.,
 * "Deep residual learning", CVPR 2016, section 4.2, with 4 pixels for CIFAR-10).
 */
import { checkNames } from '../checks.ts'
import { type Augmentation, checkFill, checkOption } from './augmentation.ts'
import type { Fill } from './image.ts'
import { move } from './move.ts'

export interface CropOptions {
  /** Pixels on each side. */
  readonly padding: number
  /** What the padding is. Default 0. */
  readonly fill?: Fill
}

/** @throws ThalwegError `data/bad-augmentation` */
export function crop(options: CropOptions): Augmentation {
  const { padding, fill = 0 } = options
  checkNames('crop', options, { padding, fill })
  checkOption('crop', 'padding', padding, Number.isSafeInteger(padding) && padding >= 0, 'an integer of at least 0')
  checkFill('crop', fill)
  return {
    name: 'crop',
    options: { padding, fill },
    needsImages: true,
    apply(image, draws) {
      const top = draws.integer(0, 2 * padding)
      move(image, padding - top, padding - draws.integer(0, 2 * padding), fill)
    },
  }
}
