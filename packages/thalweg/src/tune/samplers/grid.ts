/**
 * Every combination of a few values of each parameter, once. Conditional parameters multiply only the branch that they
 * belong to.
 */
import { ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import { type Dimension, fromUnit, isActive, type Point, searchRange, toSearchScale } from '../dimensions.ts'
import type { Sampler } from './sampler.ts'

export interface GridOptions {
  /** Values of each number, evenly spaced on its scale, both ends among them; by path for some alone. Default 5. */
  readonly points?: number | Readonly<Record<string, number>>
}

const DEFAULT_POINTS = 5

/** @throws ThalwegError `tune/bad-option` */
export function grid(options: GridOptions = {}): Sampler {
  const { points = DEFAULT_POINTS } = options
  checkNames('grid', options, { points })
  for (const count of typeof points === 'number' ? [points] : Object.values(points)) checkPoints(count)
  // A study asks for one configuration after the other of the same space.
  const made = new WeakMap<readonly Dimension[], readonly Point[]>()
  function all(dimensions: readonly Dimension[]): readonly Point[] {
    const known = made.get(dimensions) ?? combinations(dimensions, points)
    made.set(dimensions, known)
    return known
  }
  return {
    name: 'grid',
    options: { points },
    learns: false,
    size: (dimensions) => all(dimensions).length,
    propose: ({ dimensions, trial }) => all(dimensions)[trial % all(dimensions).length],
  }
}

/** The last parameter changes fastest. */
function combinations(
  dimensions: readonly Dimension[],
  points: number | Readonly<Record<string, number>>,
  from: Point = {},
): Point[] {
  const [first, ...rest] = dimensions
  if (!first) return [from]
  if (!isActive(first, from)) return combinations(rest, points, from)
  const count = typeof points === 'number' ? points : (points[first.path] ?? DEFAULT_POINTS)
  return valuesOf(first, count).flatMap((value) => combinations(rest, points, { ...from, [first.path]: value }))
}

/** Distinct values: a short range of integers has fewer than were asked for. */
function valuesOf(dimension: Dimension, count: number): number[] {
  const { domain } = dimension
  if (domain.kind === 'options') return domain.names.map((_, option) => option)
  if (count === 1) return [fromUnit(dimension, 0.5)]
  const [low, high] = searchRange(domain)
  const ends = [domain.low, domain.high].map((end) => (toSearchScale(domain, end) - low) / (high - low))
  const shares = Array.from({ length: count }, (_, i) => ends[0] + (i / (count - 1)) * (ends[1] - ends[0]))
  return [...new Set(shares.map((share) => fromUnit(dimension, share)))]
}

function checkPoints(count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return
  throw new ThalwegError('tune/bad-option', {
    rule: 'grid: points must be an integer of at least 1',
    received: String(count),
    try: 'give points: 5',
  })
}
