/** Normal noise on every value (Sietsma and Dow 1991); for any inputs, not only images. */
import { checkNames } from '../checks.ts'
import { type Augmentation, checkAmount } from './augmentation.ts'

export interface NoiseOptions {
  /** Standard deviation, in the units of the inputs. */
  readonly deviation: number
}

/** @throws ThalwegError `data/bad-augmentation` */
export function noise(options: NoiseOptions): Augmentation {
  const { deviation } = options
  checkNames('noise', options, { deviation })
  checkAmount('noise', 'deviation', deviation)
  return {
    name: 'noise',
    options: { deviation },
    needsImages: false,
    apply({ pixels }, draws) {
      for (let i = 0; i < pixels.length; i++) pixels[i] += deviation * draws.normal()
    },
  }
}
