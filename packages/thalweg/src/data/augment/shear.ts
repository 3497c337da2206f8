/** Shear: rows slide along each other, as in slanted handwriting. Bilinear. */
import { checkNames } from '../checks.ts'
import { type Augmentation, checkFill, checkOption } from './augmentation.ts'
import type { Fill } from './image.ts'
import { warp } from './warp.ts'

export interface ShearOptions {
  /** The largest slant of a vertical line, either way, below 90. */
  readonly degrees: number
  /** What comes in at the edges. Default 0. */
  readonly fill?: Fill
}

/** @throws ThalwegError `data/bad-augmentation` */
export function shear(options: ShearOptions): Augmentation {
  const { degrees, fill = 0 } = options
  checkNames('shear', options, { degrees, fill })
  checkOption('shear', 'degrees', degrees, degrees >= 0 && degrees < 90, 'a number of at least 0 and below 90')
  checkFill('shear', fill)
  return {
    name: 'shear',
    options: { degrees, fill },
    needsImages: true,
    apply(image, draws) {
      const slope = Math.tan((draws.between(-degrees, degrees) * Math.PI) / 180)
      warp(image, { yy: 1, yx: 0, xy: slope, xx: 1 }, fill)
    },
  }
}
