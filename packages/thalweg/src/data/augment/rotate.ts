/** Rotation about the image's centre, counted clockwise as the image is seen, bilinear. */
import { checkNames } from '../checks.ts'
import { type Augmentation, checkAmount, checkFill } from './augmentation.ts'
import type { Fill } from './image.ts'
import { warp } from './warp.ts'

export interface RotateOptions {
  /** The farthest, either way. */
  readonly degrees: number
  /** What comes in at the corners. Default 0. */
  readonly fill?: Fill
}

/** @throws ThalwegError `data/bad-augmentation` */
export function rotate(options: RotateOptions): Augmentation {
  const { degrees, fill = 0 } = options
  checkNames('rotate', options, { degrees, fill })
  checkAmount('rotate', 'degrees', degrees)
  checkFill('rotate', fill)
  return {
    name: 'rotate',
    options: { degrees, fill },
    needsImages: true,
    apply(image, draws) {
      const angle = (draws.between(-degrees, degrees) * Math.PI) / 180
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
      warp(image, { yy: cosine, yx: -sine, xy: sine, xx: cosine }, fill)
    },
  }
}
