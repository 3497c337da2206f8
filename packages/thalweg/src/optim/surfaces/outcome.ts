/** What became of a descent. */
import type { Point, Surface } from './surface.ts'

export interface Outcome {
  /**
   * `reached`: came within the tolerance of a minimum and stayed there to the end, or fell below `surface.below`.
   * `diverged`: left for good, or met what is no number. `underway`: neither, so far.
   */
  readonly kind: 'reached' | 'diverged' | 'underway'
  /** The step from which that holds; the number of steps made where it does not. */
  readonly step: number
  /** At the end. */
  readonly height: number
  /** At the end, to the nearest minimum; NaN where none is known. */
  readonly distance: number
}

export interface Descended {
  /** [points, steps + 1, 2] */
  readonly paths: Float64Array
  /** [points, steps + 1] */
  readonly heights: Float64Array
  readonly point: number
  readonly steps: number
  readonly tolerance: number
}

/** Who is further from the middle of the domain than this many domains will not come back. */
const FAR = 100

export function judge(surface: Surface, { paths, heights, point, steps, tolerance }: Descended): Outcome {
  const first = point * (steps + 1)
  const at = (step: number): Point => [paths[2 * (first + step)], paths[2 * (first + step) + 1]]
  const end = { height: heights[first + steps], distance: distanceToMinimum(surface, at(steps)) }

  const { below } = surface
  if (below !== undefined) {
    const left = heights.subarray(first, first + steps + 1).findIndex((height) => height < below)
    // What happens further down a slope without an end is no one's fault.
    if (left >= 0) return { kind: 'reached', step: left, ...end }
  }
  for (let step = 0; step <= steps; step++) {
    if (isLost(surface, at(step))) return { kind: 'diverged', step, ...end }
  }
  let settled = steps + 1
  while (settled > 0 && distanceToMinimum(surface, at(settled - 1)) <= tolerance) settled--
  return settled <= steps ? { kind: 'reached', step: settled, ...end } : { kind: 'underway', step: steps, ...end }
}

function distanceToMinimum({ minima }: Surface, [x, y]: Point): number {
  if (minima.length === 0) return Number.NaN
  return Math.min(...minima.map(([left, bottom]) => Math.hypot(x - left, y - bottom)))
}

function isLost({ domain }: Surface, [x, y]: Point): boolean {
  const share = (value: number, [low, high]: readonly [number, number]): number =>
    Math.abs(value - (low + high) / 2) / (high - low)
  // Comparing this way round, NaN is lost too.
  return !(share(x, domain.x) <= FAR && share(y, domain.y) <= FAR)
}
