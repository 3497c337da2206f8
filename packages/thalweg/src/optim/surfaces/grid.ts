/** A surface as numbers: its heights over a grid, and its slopes at single points. */
import { defaultEngine, type Engine, recordStep } from '../../compile/index.ts'
import { gradients, sum, Tensor } from '../../tensor/index.ts'
import { heightsOf, type Interval, type Point, type Surface } from './surface.ts'

export interface HeightGrid {
  /** Row by row from the lowest y, from the lowest x on: [rows, columns]. The outermost lie on the edges. */
  readonly heights: Float64Array
  readonly columns: number
  readonly rows: number
  readonly x: Interval
  readonly y: Interval
}

export interface GridOptions {
  readonly columns: number
  readonly rows: number
  /** Default: the surface's domain. */
  readonly x?: Interval
  readonly y?: Interval
  /** Default: the one that training uses. */
  readonly engine?: Engine
}

export function heightGrid(surface: Surface, options: GridOptions): HeightGrid {
  const { columns, rows, x = surface.domain.x, y = surface.domain.y, engine } = options
  const points = gridOfPoints({ x, y }, columns, rows)
  const { heights } = slopesAt(surface, points, engine)
  return { heights, columns, rows, x, y }
}

/** Points on a grid whose outermost lie on the edges of `domain`, row by row from the lowest y. One alone: the middle. */
export function gridOfPoints({ x, y }: Surface['domain'], columns: number, rows: number): Point[] {
  const along = ([low, high]: Interval, index: number, count: number): number =>
    count === 1 ? (low + high) / 2 : low + ((high - low) * index) / (count - 1)
  return Array.from({ length: columns * rows }, (_, index) => [
    along(x, index % columns, columns),
    along(y, Math.floor(index / columns), rows),
  ])
}

export interface Slopes {
  /** [points] */
  readonly heights: Float64Array
  /** [points, 2]: d height / d x, d height / d y. */
  readonly slopes: Float64Array
}

/** Heights and gradients at points, by the rules that training uses. */
export function slopesAt(surface: Surface, points: readonly Point[], engine: Engine = defaultEngine()): Slopes {
  const slots = ['x', 'y'].map((name) => ({ name, shape: [points.length], dtype: 'float32' as const }))
  const plan = engine.compile(
    recordStep(slots, (nodes) => {
      const [x, y] = nodes.map((node) => new Tensor(node))
      const heights = heightsOf(surface, x, y)
      return [heights, ...gradients(sum(heights), [x, y])].map(({ node }) => node)
    }),
  )
  try {
    plan.run([0, 1].map((axis) => Float64Array.from(points, (point) => point[axis])))
    const [heights, alongX, alongY] = [0, 1, 2].map((output) => plan.read(output))
    const slopes = Float64Array.from({ length: 2 * points.length }, (_, i) => (i % 2 ? alongY : alongX)[i >> 1])
    return { heights: Float64Array.from(heights), slopes }
  } finally {
    plan.release()
  }
}
