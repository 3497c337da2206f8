/** Starting points as they are typed: `1,1.5`, several apart by semicolons, or `grid:5` for 5 by 5 over the domain. */
import { gridOfPoints, type Point, type Surface } from 'thalweg/optim'
import { usage } from '../errors.ts'

/** A grid this fine is a picture of lines on lines. */
const LARGEST_GRID = 25

/** The surface's usual start where nothing is typed. */
export function startsFrom(text: string | undefined, surface: Surface): readonly Point[] {
  if (text === undefined) return surface.starts.slice(0, 1)
  const grid = /^grid:(\d+)$/.exec(text)
  if (grid) {
    const count = Number(grid[1])
    if (count >= 1 && count <= LARGEST_GRID) return insideGrid(surface.domain, count)
  }
  const points = text.split(';').map((pair) => pair.split(',').map((part) => (part.trim() === '' ? NaN : Number(part))))
  const read = points.flatMap(([x, y, ...more]): Point[] =>
    more.length === 0 && Number.isFinite(x) && Number.isFinite(y) ? [[x, y]] : [],
  )
  if (read.length === points.length) return read
  throw usage('bad-value', {
    rule: `--starts must be points 'x,y' apart by semicolons, or 'grid:n' with n from 1 to ${LARGEST_GRID}`,
    received: text === '' ? 'nothing' : text,
    try: `--starts ${surface.starts[0]?.join(',') ?? '1,1'}, or --starts grid:5`,
  })
}

/** In the middles of n by n fields, so that no start lies on an edge of the picture. */
function insideGrid({ x, y }: Surface['domain'], count: number): Point[] {
  const half = ([low, high]: readonly [number, number]): number => (high - low) / (2 * count)
  const inner = {
    x: [x[0] + half(x), x[1] - half(x)] as const,
    y: [y[0] + half(y), y[1] - half(y)] as const,
  }
  return gridOfPoints(inner, count, count)
}
