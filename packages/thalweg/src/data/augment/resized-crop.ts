/**
 * Random resized crop: a piece of random area and aspect ratio at a random place, blown up to the image's own size
 * (Szegedy et al., "Going deeper with convolutions", CVPR 2015, section 6). Bilinear. A piece that would be larger than
 * the image is cut down to it.
 */
import { checkNames } from '../checks.ts'
import { type Augmentation, checkInterval, checkOption } from './augmentation.ts'
import { warp } from './warp.ts'

export interface ResizedCropOptions {
  /** Of the piece, as a share of the image's. Default `[0.5, 1]`; the paper has `[0.08, 1]`, for large photographs. */
  readonly area?: readonly [low: number, high: number]
  /** Width by height, as a multiple of the image's. Default `[3/4, 4/3]`. */
  readonly ratio?: readonly [low: number, high: number]
}

/** @throws ThalwegError `data/bad-augmentation` */
export function resizedCrop(options: ResizedCropOptions = {}): Augmentation {
  const { area = [0.5, 1], ratio = [3 / 4, 4 / 3] } = options
  checkNames('resizedCrop', options, { area, ratio })
  checkInterval('resizedCrop', 'area', area)
  checkOption('resizedCrop', 'area', area, area[1] <= 1, 'two shares of at most 1, the lower one first')
  checkInterval('resizedCrop', 'ratio', ratio)
  const [low, high] = ratio.map(Math.log)
  return {
    name: 'resizedCrop',
    options: { area, ratio },
    needsImages: true,
    apply(image, draws) {
      const share = draws.between(...area)
      const stretch = Math.exp(draws.between(low, high))
      const yy = Math.min(1, Math.sqrt(share / stretch))
      const xx = Math.min(1, Math.sqrt(share * stretch))
      const room = { top: (1 - yy) * (image.height / 2), left: (1 - xx) * (image.width / 2) }
      const [top, left] = [draws.between(-room.top, room.top), draws.between(-room.left, room.left)]
      warp(image, { yy, yx: 0, xy: 0, xx, top, left }, 'edge')
    },
  }
}
