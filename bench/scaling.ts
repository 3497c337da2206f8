/**
 * How time grows with one size at a time: batch, width, depth, image, threads. Work is counted (work.ts); where time grows
 * faster, something is wrong, or something has left the cache.
 */
import { availableParallelism } from 'node:os'
import type { ContenderOptions } from './contender.ts'
import { race } from './race.ts'
import { operationsOf } from './work.ts'
import type { LayerSpec, Workload } from './workloads.ts'
import { WORKLOADS } from './workloads.ts'

export interface ScalingPoint {
  /** The size, or the number of threads. */
  readonly value: number
  /** Of a step, when the machine leaves it alone: the tenth percentile. Undefined where it could not be had. */
  readonly milliseconds: number | undefined
  readonly compileMs?: number | undefined
  /** Floating-point operations of a step; with threads, of each of them. */
  readonly operations: number
}

export interface ScalingCurve {
  readonly name: string
  /** What grows. */
  readonly axis: string
  readonly contender: string
  readonly points: readonly ScalingPoint[]
}

interface Sweep {
  readonly name: string
  readonly axis: string
  readonly values: readonly number[]
  /** What is run for a value, and on how many threads. */
  readonly at: (value: number) => { readonly workload: Workload; readonly threads: number }
}

const doublings = (from: number, to: number): number[] =>
  Array.from({ length: Math.floor(Math.log2(to / from)) + 1 }, (_, i) => from * 2 ** i)

function workload(name: string): Workload {
  const found = WORKLOADS.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no workload ${name}`)
  return found
}

function sized(sweep: Omit<Sweep, 'at'>, at: (value: number) => Workload): Sweep {
  return { ...sweep, at: (value) => ({ workload: at(value), threads: 1 }) }
}

function hidden(layers: number, units: number): LayerSpec[] {
  return Array.from({ length: layers }, (): LayerSpec[] => [{ kind: 'dense', units }, { kind: 'relu' }]).flat()
}

const ROUNDS = 6

const threadCounts = Array.from({ length: availableParallelism() }, (_, i) => i + 1)

export const SWEEPS: readonly Sweep[] = [
  ...['mlp', 'cnn'].map((name) =>
    sized({ name, axis: 'batch', values: doublings(1, 1024) }, (batch) => ({ ...workload(name), batch })),
  ),
  sized({ name: 'wide', axis: 'width', values: doublings(32, 2048) }, (width) => ({
    ...workload('wide'),
    layers: [...hidden(2, width), { kind: 'dense', units: 10 }],
  })),
  sized({ name: 'deep', axis: 'depth', values: doublings(1, 128) }, (depth) => ({
    ...workload('deep'),
    layers: [...hidden(depth, 64), { kind: 'dense', units: 10 }],
  })),
  sized({ name: 'cnn', axis: 'image', values: doublings(8, 128) }, (side) => ({
    ...workload('cnn'),
    batch: 16,
    inputShape: [side, side, 1],
  })),
  ...['wide', 'cnn', 'resnet20'].map((name): Sweep => {
    return { name, axis: 'threads', values: threadCounts, at: (threads) => ({ workload: workload(name), threads }) }
  }),
]

export interface ScalingOptions {
  /** Measured seconds for each point. */
  readonly seconds: number
  readonly warmUp: number
  readonly patience: number
}

/** All sizes of a curve take turns, as contenders do. */
export async function scale(sweep: Sweep, contender: ContenderOptions, options: ScalingOptions): Promise<ScalingCurve> {
  const entries = sweep.values.map((value) => ({ contender, ...sweep.at(value) }))
  const measured = await race(entries, { ...options, rounds: ROUNDS })
  const points = measured.map(({ fastest, compileMs }, at): ScalingPoint => {
    const { workload, threads } = entries[at]
    return {
      value: sweep.values[at],
      milliseconds: fastest,
      compileMs,
      operations: operationsOf(workload) / threads,
    }
  })
  return { name: sweep.name, axis: sweep.axis, contender: contender.name, points }
}

/** What counts as growing faster than work: the clock wobbles, and a cache is left behind here and there. */
const TOLERATED = 1.25

/**
 * For each point, time per operation over the least of all smaller sizes: 1 where cost grows as work does, less where it
 * grows more slowly, since what a step costs at any rate weighs less in a larger one.
 */
export function growth(points: readonly ScalingPoint[]): (number | undefined)[] {
  let least = Number.POSITIVE_INFINITY
  return points.map(({ milliseconds, operations }) => {
    if (milliseconds === undefined) return undefined
    const cost = milliseconds / operations
    const grown = Number.isFinite(least) ? cost / least : 1
    least = Math.min(least, cost)
    return grown
  })
}

/**
 * The slope of the logarithm of a figure over that of the size, by least squares through the upper half of the points that
 * have one (two at least): what is proportional to size has 1. Undefined where fewer than two do.
 */
export function exponent(
  points: readonly ScalingPoint[],
  of: (point: ScalingPoint) => number | undefined,
): number | undefined {
  const places = points.flatMap((point) => {
    const found = of(point)
    return found === undefined ? [] : [[Math.log(point.value), Math.log(found)] as const]
  })
  const upper = places.slice(-Math.max(2, Math.ceil(places.length / 2)))
  if (upper.length < 2) return undefined
  const mean = (axis: 0 | 1): number => upper.reduce((sum, place) => sum + place[axis], 0) / upper.length
  const [x, y] = [mean(0), mean(1)]
  const along = upper.reduce((sum, place) => sum + (place[0] - x) * (place[1] - y), 0)
  return along / upper.reduce((sum, place) => sum + (place[0] - x) ** 2, 0)
}

export function growsTooFast(grown: number | undefined): boolean {
  return grown !== undefined && grown > TOLERATED
}
