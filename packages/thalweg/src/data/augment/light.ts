/**
 * Brightness and contrast, one draw for the whole image. Brightness is added, contrast multiplies the distance from the
 * image's mean; `range` keeps the result within what the images may hold.
 */
import { checkNames } from '../checks.ts'
import { type Augmentation, checkAmount, checkOption } from './augmentation.ts'

export interface LightOptions {
  /** The largest change, up or down: in the units of the inputs for brightness, as a share for contrast. */
  readonly amount: number
  /** Values beyond are cut off, such as `[0, 1]`. Default: nothing is. */
  readonly range?: readonly [low: number, high: number]
}

/** @throws ThalwegError `data/bad-augmentation` */
export function brightness(options: LightOptions): Augmentation {
  return light('brightness', options, (pixels, change) => {
    for (let i = 0; i < pixels.length; i++) pixels[i] += change
  })
}

/** @throws ThalwegError `data/bad-augmentation` */
export function contrast(options: LightOptions): Augmentation {
  return light('contrast', options, (pixels, change) => {
    let sum = 0
    for (const value of pixels) sum += value
    const mean = sum / pixels.length
    for (let i = 0; i < pixels.length; i++) pixels[i] = mean + (1 + change) * (pixels[i] - mean)
  })
}

function light(name: string, options: LightOptions, change: (pixels: Float32Array, by: number) => void): Augmentation {
  const { amount, range } = options
  checkNames(name, options, { amount, range })
  checkAmount(name, 'amount', amount)
  if (range) checkOption(name, 'range', range, range[0] < range[1], 'two numbers, the lower one first')
  return {
    name,
    options: { amount, ...(range && { range }) },
    needsImages: false,
    apply({ pixels }, draws) {
      change(pixels, draws.between(-amount, amount))
      if (!range) return
      for (let i = 0; i < pixels.length; i++) pixels[i] = Math.min(range[1], Math.max(range[0], pixels[i]))
    },
  }
}
