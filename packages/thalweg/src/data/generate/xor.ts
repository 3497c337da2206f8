/** The exclusive or of two signs: the smallest problem a linear model cannot learn. */
import { checkNames } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import { type PointsOptions, points } from './points.ts'

/**
 * Points `[2]` in the square [-1, 1]^2, class 1 where x and y have different signs. The noise (default 0.05) moves points
 * after they got their class, so that the border is blurred.
 *
 * @throws ThalwegError `data/bad-count`, `data/bad-seed`, `data/bad-noise`
 */
export function xor(options: PointsOptions = {}): Dataset {
  const { noise = 0.05, size, seed } = options
  checkNames('xor', options, { noise, size, seed })
  return points('xor', 2, noise, options, (label, position, draw) => {
    const x = 2 * position - 1
    const height = draw.uniform()
    const sameSign = label === 0
    return [x, x >= 0 === sameSign ? height : -height]
  })
}
