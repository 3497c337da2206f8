/**
 * Optimizers racing on a surface: the paths of each from every starting point, and what became of them. Nothing is drawn
 * here; the command `thalweg surfaces` makes tables and pictures of it.
 */
import { ThalwegError } from '../../base/index.ts'
import { defaultEngine, type Engine } from '../../compile/index.ts'
import type { Optimizer } from '../optimizer.ts'
import type { Schedule } from '../schedules/schedule.ts'
import { createDescent } from './descent.ts'
import { judge, type Outcome } from './outcome.ts'
import { checkPoints, type Point, type Surface } from './surface.ts'

/** An optimizer whose learning rate or momentum changes on the way. */
export interface Racer {
  readonly optimizer: Optimizer
  /** Default: the optimizer's own rate throughout. */
  readonly learningRate?: Schedule
  /** Default: the optimizer's own momentum throughout. Optimizers without one do not look at it. */
  readonly momentum?: Schedule
}

export interface TrajectoriesOptions {
  /** By the name under which each runs. */
  readonly optimizers: Readonly<Record<string, Optimizer | Racer>>
  /** Default: the surface's own. */
  readonly starts?: readonly Point[]
  /** Updates. Default 200. */
  readonly steps?: number
  /** How near to a minimum counts as reaching it. Default: a hundredth of the domain's shorter side. */
  readonly tolerance?: number
  /** Default: the one that training uses. `createEngine(referenceBackend())` computes in float64. */
  readonly engine?: Engine
}

export interface Trajectory {
  /** As it was named in the options. */
  readonly name: string
  readonly optimizer: Optimizer
  /** [points, steps + 1, 2]: where each point was before any step, after one, and so on. */
  readonly paths: Float64Array
  /** [points, steps + 1]: its heights there. */
  readonly heights: Float64Array
  /** For each point. */
  readonly outcomes: readonly Outcome[]
}

export interface Trajectories {
  readonly surface: Surface
  readonly starts: readonly Point[]
  readonly steps: number
  readonly tolerance: number
  /** In the order of the options. */
  readonly runs: readonly Trajectory[]
}

/**
 * Lets every optimizer go down from every start. A step of all starts together is one run of one plan, and each point
 * moves bit for bit as it would alone.
 *
 * @throws ThalwegError `optim/bad-surface` for starts that are no points or heights that are not one a point,
 * `optim/bad-option` for steps or a tolerance that make no sense
 */
export function trajectories(surface: Surface, options: TrajectoriesOptions): Trajectories {
  const { optimizers, starts = surface.starts, steps = 200, engine = defaultEngine() } = options
  const tolerance = options.tolerance ?? defaultTolerance(surface)
  checkPoints(surface.name, starts)
  checkCount('steps', steps, Number.isSafeInteger(steps) && steps >= 1)
  checkCount('tolerance', tolerance, tolerance > 0)
  const runs = Object.entries(optimizers).map(([name, entry]): Trajectory => {
    const racer: Racer = 'optimizer' in entry ? entry : { optimizer: entry }
    const { optimizer } = racer
    const { paths, heights } = descend(engine, surface, racer, starts, steps)
    const outcomes = starts.map((_, point) => judge(surface, { paths, heights, point, steps, tolerance }))
    return { name, optimizer, paths, heights, outcomes }
  })
  return { surface, starts, steps, tolerance, runs }
}

function descend(
  engine: Engine,
  surface: Surface,
  { optimizer, learningRate, momentum }: Racer,
  starts: readonly Point[],
  steps: number,
): { readonly paths: Float64Array; readonly heights: Float64Array } {
  const paths = new Float64Array(starts.length * (steps + 1) * 2)
  const heights = new Float64Array(starts.length * (steps + 1))
  const descent = createDescent(engine, { surface, optimizer, starts, hasMomentum: momentum !== undefined })
  try {
    // A step tells where the points were before it, so the last one is made for its report alone.
    for (let step = 0; step <= steps; step++) {
      const rate = learningRate?.(step) ?? optimizer.learningRate
      const position = descent.step(rate, momentum?.(step))
      for (let point = 0; point < starts.length; point++) {
        const at = point * (steps + 1) + step
        paths[2 * at] = position.x[point]
        paths[2 * at + 1] = position.y[point]
        heights[at] = position.heights[point]
      }
    }
  } finally {
    descent.release()
  }
  return { paths, heights }
}

function defaultTolerance({ domain: { x, y } }: Surface): number {
  return Math.min(x[1] - x[0], y[1] - y[0]) / 100
}

function checkCount(option: string, value: number, isFine: boolean): void {
  if (isFine) return
  throw new ThalwegError('optim/bad-option', {
    rule: `trajectories: ${option} must be ${option === 'steps' ? 'a whole number of at least 1' : 'a number above 0'}`,
    received: `${option} ${value}`,
    try: option === 'steps' ? 'give steps 200' : 'give tolerance 0.05, or leave it out',
  })
}
