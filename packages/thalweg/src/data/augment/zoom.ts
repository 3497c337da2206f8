/** Zoom about the image's centre, bilinear: above 1 things get larger, below 1 smaller. */
import { checkNames } from '../checks.ts'
import { type Augmentation, checkFill, checkInterval } from './augmentation.ts'
import type { Fill } from './image.ts'
import { warp } from './warp.ts'

export interface ZoomOptions {
  /** The factor is drawn from between, log-uniformly, so that halving is as likely as doubling. */
  readonly factors: readonly [low: number, high: number]
  /** What comes in at the edges when things get smaller. Default 0. */
  readonly fill?: Fill
}

/** @throws ThalwegError `data/bad-augmentation` */
export function zoom(options: ZoomOptions): Augmentation {
  const { factors, fill = 0 } = options
  checkNames('zoom', options, { factors, fill })
  checkInterval('zoom', 'factors', factors)
  checkFill('zoom', fill)
  const [low, high] = factors.map(Math.log)
  return {
    name: 'zoom',
    options: { factors, fill },
    needsImages: true,
    apply(image, draws) {
      const inverse = Math.exp(-draws.between(low, high))
      warp(image, { yy: inverse, yx: 0, xy: 0, xx: inverse }, fill)
    },
  }
}
