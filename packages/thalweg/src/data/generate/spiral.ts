/** Interleaved arms of a spiral: no straight line tells them apart. */
import { checkCount, checkNames } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import { type PointsOptions, points } from './points.ts'

export interface SpiralOptions extends PointsOptions {
  /** Number of arms, one class each. Default 3. */
  readonly classes?: number
}

/**
 * Points `[2]` on arms of radius 0 to 1 that turn 4 radians on their way out (after Karpathy's cs231n example).
 * Default noise 0.03.
 *
 * @throws ThalwegError `data/bad-count`, `data/bad-seed`, `data/bad-noise`
 */
export function spiral(options: SpiralOptions = {}): Dataset {
  const { classes = 3, noise = 0.03 } = options
  const { size, seed } = options
  checkNames('spiral', options, { classes, noise, size, seed })
  checkCount('spiral', 'classes', classes, 2)
  return points('spiral', classes, noise, options, (label, radius) => {
    const angle = 4 * radius + (2 * Math.PI * label) / classes
    return [radius * Math.sin(angle), radius * Math.cos(angle)]
  })
}
