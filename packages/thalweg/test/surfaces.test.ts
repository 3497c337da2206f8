/** Surfaces, and optimizers that race on them, through the public subpaths. */
import { referenceBackend } from 'thalweg/backend'
import { createEngine, defaultEngine } from 'thalweg/compile'
import {
  adam,
  beale,
  findSurface,
  gridOfPoints,
  heightGrid,
  himmelblau,
  linearRamp,
  longValley,
  type Optimizer,
  optimizerFor,
  optimizers,
  type Point,
  rosenbrock,
  saddle,
  slopesAt,
  surfaces,
  trajectories,
} from 'thalweg/optim'
import { div, mul, slice, sqrt, square, sub, sum, type Tensor } from 'thalweg/tensor'
import { describe, expect, it } from 'vitest'
import { createDescent } from './descent.ts'

const reference = createEngine(referenceBackend())
const arenas = [
  { name: 'reference', engine: reference },
  { name: 'wasm', engine: defaultEngine() },
]
const names = Object.keys(optimizers)

describe.each(surfaces.map((surface) => [surface.name, surface] as const))('%s', (name, surface) => {
  it('is found by its name', () => expect(findSurface(name)).toBe(surface))

  it('has the slopes that central differences show', () => {
    const points = gridOfPoints(surface.domain, 5, 5).map(([x, y]): Point => [0.91 * x + 0.03, 0.87 * y - 0.02])
    const { slopes } = slopesAt(surface, points, reference)
    const step = 1e-5
    for (const axis of [0, 1]) {
      const beside = (sign: number) =>
        slopesAt(
          surface,
          points.map(([x, y]): Point => (axis === 0 ? [x + sign * step, y] : [x, y + sign * step])),
          reference,
        ).heights
      const [after, before] = [beside(1), beside(-1)]
      for (const index of points.keys()) {
        const measured = (after[index] - before[index]) / (2 * step)
        expect(Math.abs(slopes[2 * index + axis] - measured)).toBeLessThan(1e-6 * (1 + Math.abs(measured)))
      }
    }
  })

  it('is flat and lowest at its minima', () => {
    const { heights } = heightGrid(surface, { columns: 41, rows: 41, engine: reference })
    const lowest = Math.min(...heights)
    for (const minimum of surface.minima) {
      const { heights: here, slopes } = slopesAt(surface, [minimum], reference)
      expect(Math.hypot(...slopes)).toBeLessThan(1e-10)
      expect(here[0]).toBeLessThanOrEqual(lowest + 1e-20)
    }
    if (surface.minima.length === 0) expect(lowest).toBeLessThan(surface.below ?? Number.NaN)
  })

  it('gives float32 the paths of float64, while roundings have not grown', () => {
    const run = (engine: typeof reference) =>
      trajectories(surface, {
        optimizers: Object.fromEntries(['sgd', 'momentum', 'adam'].map((each) => [each, optimizerFor(surface, each)])),
        steps: 10,
        engine,
      }).runs
    const exact = run(reference)
    for (const [index, { paths }] of run(defaultEngine()).entries()) {
      for (const [i, value] of paths.entries()) {
        expect(Math.abs(value - exact[index].paths[i])).toBeLessThan(5e-5 * (1 + Math.abs(value)))
      }
    }
  })
})

it.each([
  [beale, [3, 0], 1.5 ** 2 + 0.75 ** 2 + 0.375 ** 2],
  [rosenbrock, [-1.2, 1], 24.2],
  [himmelblau, [0, 0], 170],
  [longValley, [2, 1], 5.2],
  [saddle, [2, 3], -5],
  [findSurface('rastrigin'), [0.5, 1], 21.25],
] as const)('%# has the height that its formula gives by hand', (surface, point, height) => {
  expect(slopesAt(surface, [point], reference).heights[0]).toBeCloseTo(height, 12)
})

describe.each(arenas)('on $name', ({ engine }) => {
  it.each(names)('%s moves many points as it moves each alone, bit for bit', (name) => {
    const starts: Point[] = [...beale.starts, [-2, 0.5]]
    const racers = { [name]: optimizerFor(beale, name) }
    const [together] = trajectories(beale, { optimizers: racers, starts, steps: 6, engine }).runs
    const alone = starts.map((start) => trajectories(beale, { optimizers: racers, starts: [start], steps: 6, engine }))
    expect(together.paths).toEqual(Float64Array.from(alone.flatMap(({ runs }) => [...runs[0].paths])))
    expect(together.heights).toEqual(Float64Array.from(alone.flatMap(({ runs }) => [...runs[0].heights])))
  })

  it('an optimizer that looks at norms sees each point alone', () => {
    const starts: Point[] = [
      [1, 2],
      [-30, 0.1],
    ]
    const { runs } = trajectories(longValley, { optimizers: { normalized }, starts, steps: 3, engine })
    for (const point of [0, 1]) {
      for (let step = 0; step < 3; step++) {
        const at = 2 * (point * 4 + step)
        const [x, y, nextX, nextY] = runs[0].paths.subarray(at, at + 4)
        expect(Math.hypot(nextX - x, nextY - y)).toBeCloseTo(0.1, 5)
      }
    }
  })

  it('compiles one step for all points, whatever the rates', () => {
    const before = engine.counts.plans
    const learningRate = linearRamp({ learningRate: 0.1, totalSteps: 10 })
    trajectories(saddle, {
      optimizers: { adam: { optimizer: adam(), learningRate } },
      starts: gridOfPoints(saddle.domain, 4, 4),
      steps: 10,
      engine,
    })
    expect(engine.counts.plans).toBe(before + 1)
  })
})

/** Steps of one length, whatever the gradient. */
const normalized: Optimizer = {
  name: 'normalized',
  options: {},
  learningRate: 0.1,
  init: () => ({}),
  update: (gradient, parameter, _, { learningRate }) => ({
    parameter: sub(parameter, mul(div(gradient, sqrt(sum(square(gradient)))), learningRate)),
    state: {},
  }),
}

it.each(names)('%s goes where the step of a training takes it', (name) => {
  const optimizer = optimizerFor(rosenbrock, name)
  const [start] = rosenbrock.starts
  const { runs } = trajectories(rosenbrock, { optimizers: { name: optimizer }, steps: 12, engine: reference })
  const height = (point: Tensor) => sum(rosenbrock.height(slice(point, [0], [1]), slice(point, [1], [1])))
  const descent = createDescent(reference, optimizer, height, start)
  for (let step = 1; step <= 12; step++) {
    expect([...runs[0].paths.subarray(2 * step, 2 * step + 2)]).toEqual(Array.from(descent.update()))
  }
  descent.release()
})
