/** Mirror images: left becomes right, or top becomes bottom. Not for digits, letters or anything that is not its mirror image. */
import { checkNames } from '../checks.ts'
import { type Augmentation, checkOption, checkProbability } from './augmentation.ts'
import type { Image } from './image.ts'

export interface FlipOptions {
  /** Default `horizontal`: left becomes right. */
  readonly direction?: 'horizontal' | 'vertical'
  /** Default 0.5. */
  readonly probability?: number
}

/** @throws ThalwegError `data/bad-augmentation` */
export function flip(options: FlipOptions = {}): Augmentation {
  const { direction = 'horizontal', probability = 0.5 } = options
  checkNames('flip', options, { direction, probability })
  const isGood = direction === 'horizontal' || direction === 'vertical'
  checkOption('flip', 'direction', direction, isGood, "'horizontal' or 'vertical'")
  checkProbability('flip', probability)
  return {
    name: 'flip',
    options: { direction, probability },
    needsImages: true,
    apply(image, draws) {
      if (draws.chance(probability)) mirror(image, direction === 'horizontal')
    },
  }
}

function mirror({ pixels, scratch, height, width, channels }: Image, isHorizontal: boolean): void {
  scratch.set(pixels)
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = isHorizontal ? y * width + (width - 1 - x) : (height - 1 - y) * width + x
      for (let c = 0; c < channels; c++, to++) pixels[to] = scratch[from * channels + c]
    }
  }
}
