/** A circle inside a circle. */
import { checkNames } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import { type PointsOptions, points } from './points.ts'

/**
 * Points `[2]` on two circles about the origin: class 0 of radius 1, class 1 of radius 0.5. Default noise 0.08.
 *
 * @throws ThalwegError `data/bad-count`, `data/bad-seed`, `data/bad-noise`
 */
export function circles(options: PointsOptions = {}): Dataset {
  const { noise = 0.08, size, seed } = options
  checkNames('circles', options, { noise, size, seed })
  return points('circles', 2, noise, options, (label, position) => {
    const radius = label === 0 ? 1 : 0.5
    const angle = 2 * Math.PI * position
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })
}
