/** Shift: every direction and distance up to `pixels`, in whole pixels, so nothing is blurred. */
import { checkNames } from '../checks.ts'
import { type Augmentation, checkFill, checkOption } from './augmentation.ts'
import type { Fill } from './image.ts'
import { move } from './move.ts'

export interface ShiftOptions {
  /** The farthest, up or down and to either side; or `[vertical, horizontal]`. */
  readonly pixels: number | readonly [vertical: number, horizontal: number]
  /** What comes in at the edges. Default 0. */
  readonly fill?: Fill
}

/** @throws ThalwegError `data/bad-augmentation` */
export function shift(options: ShiftOptions): Augmentation {
  const { pixels, fill = 0 } = options
  checkNames('shift', options, { pixels, fill })
  const [vertical, horizontal] = typeof pixels === 'number' ? [pixels, pixels] : pixels
  const isGood = [vertical, horizontal].every((count) => Number.isSafeInteger(count) && count >= 0)
  checkOption('shift', 'pixels', pixels, isGood, 'one or two integers of at least 0')
  checkFill('shift', fill)
  return {
    name: 'shift',
    options: { pixels: [vertical, horizontal], fill },
    needsImages: true,
    apply(image, draws) {
      const down = draws.integer(-vertical, vertical)
      move(image, down, draws.integer(-horizontal, horizontal), fill)
    },
  }
}
