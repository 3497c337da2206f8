/** What the pictures of optimizers are there to show (the article's 7.5 and 7.6), as figures; and races of one's own. */
import {
  adam,
  beale,
  createOptimizer,
  defineSurface,
  linearRamp,
  longValley,
  momentum,
  optimizerFor,
  optimizers,
  type Schedule,
  saddle,
  sgd,
  trajectories,
} from 'thalweg/optim'
import { add, mean, mul, sin, square } from 'thalweg/tensor'
import { describe, expect, it } from 'vitest'

const names = Object.keys(optimizers)

/** Everything that divides by the size of gradients, or looks at their sign alone. */
const adaptive = names.filter((name) => !['sgd', 'momentum', 'nesterov'].includes(name))

describe('in the long valley', () => {
  it('momentum is at the bottom before plain descent at its best rate is half way', () => {
    // Above 2 / 10 the steep side throws it out; these are 0.9, 0.95 and 0.99 of that.
    const plain = Object.fromEntries([0.18, 0.19, 0.198].map((rate) => [`sgd ${rate}`, sgd({ learningRate: rate })]))
    const { runs } = trajectories(longValley, {
      optimizers: { momentum: momentum({ learningRate: 0.05 }), ...plain },
      steps: 400,
    })
    const [fast, ...slow] = runs.map(({ outcomes: [outcome] }) => outcome)
    expect(fast).toMatchObject({ kind: 'reached' })
    for (const { kind, step } of slow) {
      if (kind === 'reached') expect(step).toBeGreaterThan(2 * fast.step)
      else expect(kind).toBe('underway')
    }
  })
})

describe('at the saddle', () => {
  const race = (start: number) => {
    const racers = Object.fromEntries(names.map((name) => [name, optimizerFor(saddle, name)]))
    const { runs } = trajectories(saddle, { optimizers: racers, starts: [[1, start]], steps: 400 })
    return Object.fromEntries(runs.map(({ name, outcomes }) => [name, outcomes[0]]))
  }

  it('every adaptive method leaves long before plain descent, at one rate for all', () => {
    const left = race(1e-6)
    expect(left.sgd).toMatchObject({ kind: 'reached' })
    for (const name of adaptive) {
      expect([name, left[name].kind]).toEqual([name, 'reached'])
      expect([name, left[name].step < 0.75 * left.sgd.step]).toEqual([name, true])
    }
  })

  it('plain descent stays the longer the nearer it began; adaptive methods hardly notice', () => {
    const [near, nearer] = [race(1e-4), race(1e-8)]
    expect(nearer.sgd.step).toBeGreaterThan(near.sgd.step + 80)
    expect(nearer.adam.step).toBeLessThan(near.adam.step + 5)
    expect(nearer.rmsprop.step).toBeLessThan(near.rmsprop.step + 5)
  })
})

describe("on Beale's function", () => {
  /** Who does not get there in 400 steps from (1, 1) at one rate throughout, why, and what helps. */
  const others: Readonly<Record<string, { because: string; steps?: number; learningRate?: Schedule }>> = {
    radam: { because: 'its first steps are plain momentum, so the walls allow only a small rate', steps: 1000 },
    lion: {
      because: 'all of its steps are of one length, so it ends near a minimum only with a rate that falls',
      steps: 1000,
      learningRate: linearRamp({ learningRate: 0.05, startFactor: 1, endFactor: 0, totalSteps: 1000 }),
    },
  }

  it.each(names)('%s reaches the minimum from the standard start', (name) => {
    const { steps = 400, learningRate } = others[name] ?? {}
    const racer = { optimizer: optimizerFor(beale, name), ...(learningRate && { learningRate }) }
    const { runs } = trajectories(beale, { optimizers: { racer }, starts: [[1, 1]], steps, tolerance: 0.09 })
    expect(runs[0].outcomes[0]).toMatchObject({ kind: 'reached' })
    expect(runs[0].outcomes[0].height).toBeLessThan(0.05)
  })
})

it('momentum may be raised on the way', () => {
  const optimizer = momentum({ learningRate: 0.05 })
  const { runs } = trajectories(longValley, {
    optimizers: {
      steady: optimizer,
      same: { optimizer, momentum: () => 0.9 },
      // The article's advice: 0.5 while gradients are large, 0.9 once they have calmed down.
      raised: { optimizer, momentum: (step) => (step < 20 ? 0.5 : 0.9) },
    },
  })
  const [steady, same, raised] = runs.map(({ paths }) => paths)
  expect(same).toEqual(steady)
  expect(raised.subarray(0, 4)).toEqual(steady.subarray(0, 4))
  // Across the valley it swings less, for as long as it is held back.
  const swing = (path: Float64Array): number =>
    Math.max(...path.filter((_, i) => i % 2 === 1 && i > 8 && i < 40).map(Math.abs))
  expect(swing(raised)).toBeLessThan(0.5 * swing(steady))
  expect(runs[2].outcomes[0].kind).toBe('reached')
})

describe('an outcome', () => {
  it('tells who diverged, and when', () => {
    const { runs } = trajectories(longValley, {
      optimizers: { wild: sgd({ learningRate: 1 }), calm: sgd({ learningRate: 0.01 }) },
      steps: 1000,
    })
    const [wild, calm] = runs.map(({ outcomes: [outcome] }) => outcome)
    // Every step across the valley multiplies by 1 - 10: 1.2 is 100 domains away after three.
    expect(wild).toMatchObject({ kind: 'diverged', step: 3 })
    expect(calm).toMatchObject({ kind: 'underway', step: 1000 })
    expect(calm.distance).toBeCloseTo(9 * 0.999 ** 1000, 3)
    expect(calm.height).toBeCloseTo(0.05 * calm.distance ** 2, 4)
  })

  it('counts from when a path stays, not from when it passes by', () => {
    const { runs } = trajectories(longValley, {
      optimizers: { momentum: momentum({ learningRate: 0.05, momentum: 0.95 }) },
      starts: [[-9, 0]],
      tolerance: 0.5,
    })
    const [{ paths, outcomes }] = runs
    const x = (step: number): number => Math.abs(paths[2 * step])
    const firstVisit = Array.from({ length: 201 }, (_, step) => step).find((step) => x(step) <= 0.5) ?? Number.NaN
    expect(firstVisit).toBeLessThan(outcomes[0].step)
    expect(x(outcomes[0].step - 1)).toBeGreaterThan(0.5)
    for (let step = outcomes[0].step; step <= 200; step++) expect(x(step)).toBeLessThanOrEqual(0.5)
  })
})

describe("a surface of one's own", () => {
  const domain = { x: [-2, 2], y: [-2, 2] } as const
  const waves = defineSurface({ name: 'waves', domain, height: (x, y) => add(square(x), sin(mul(y, 3))) })

  it('needs a height and a domain', () => {
    const { starts, runs } = trajectories(waves, { optimizers: { adam: adam({ learningRate: 0.05 }) } })
    expect(starts).toHaveLength(4)
    for (const [point, [, y]] of starts.entries()) {
      const [x, end] = runs[0].paths.subarray(2 * (point * 201 + 200), 2 * (point * 201 + 201))
      expect(x).toBeCloseTo(0, 2)
      // Down to the nearest trough of sin 3y: at -pi/6 + k 2pi/3.
      expect(Math.sin(3 * end)).toBeCloseTo(-1, 3)
      expect(Math.abs(end - y)).toBeLessThan(Math.PI / 3)
      expect(runs[0].outcomes[point].distance).toBeNaN()
    }
  })

  it('is refused in three lines where it is none', () => {
    const empty = { x: [1, 1], y: [0, 1] } as const
    expect(() => defineSurface({ domain: empty, height: (x) => x })).toThrow(
      /surface: the domain .*\nreceived: x \[1, 1\]/,
    )
    expect(() => defineSurface({ domain, starts: [[0, Number.NaN]], height: (x) => x })).toThrow(/received: \[0,NaN\]/)
    const coupled = defineSurface({ name: 'mean', domain, height: (x, y) => mean(add(x, y)) })
    const racers = { sgd: createOptimizer('sgd') }
    expect(() => trajectories(coupled, { optimizers: racers })).toThrow(
      /mean: the height must give one float32 for each point\nreceived: float32 \[\] for points \[4\]/,
    )
    expect(() => trajectories(waves, { optimizers: racers, starts: [] })).toThrow(/received: no points/)
    expect(() => trajectories(waves, { optimizers: racers, steps: 0.5 })).toThrow(/received: steps 0.5/)
    expect(() => trajectories(waves, { optimizers: racers, tolerance: -1 })).toThrow(/received: tolerance -1/)
  })
})
