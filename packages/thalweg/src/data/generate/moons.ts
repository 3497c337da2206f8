/** Two half moons that reach into each other. */
import { checkNames } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import { type PointsOptions, points } from './points.ts'

/**
 * Points `[2]` on two half circles of radius 1, the second one turned over and moved to (1, 0.5). Default noise 0.1.
 *
 * @throws ThalwegError `data/bad-count`, `data/bad-seed`, `data/bad-noise`
 */
export function moons(options: PointsOptions = {}): Dataset {
  const { noise = 0.1, size, seed } = options
  checkNames('moons', options, { noise, size, seed })
  return points('moons', 2, noise, options, (label, position) => {
    const x = Math.cos(Math.PI * position)
    const y = Math.sin(Math.PI * position)
    return label === 0 ? [x, y] : [1 - x, 0.5 - y]
  })
}
