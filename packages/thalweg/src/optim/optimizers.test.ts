/** What every optimizer must do, as a table; their trajectories are held to PyTorch's in test/vectors. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDescent, type Surface } from '../../test/descent.ts'
import { referenceBackend } from '../backend/index.ts'
import { createEngine } from '../compile/index.ts'
import { add, mul, slice, square, sub, sum, type Tensor, tensor } from '../tensor/index.ts'
import { adadelta } from './adadelta.ts'
import { adagrad } from './adagrad.ts'
import { adam, adamw } from './adam.ts'
import { adamax } from './adamax.ts'
import { lamb } from './lamb.ts'
import { lion } from './lion.ts'
import { lookahead } from './lookahead.ts'
import { momentum } from './momentum.ts'
import { muon } from './muon.ts'
import { nadam } from './nadam.ts'
import { nesterov } from './nesterov.ts'
import type { Optimizer } from './optimizer.ts'
import { radam } from './radam.ts'
import { createOptimizer, type OptimizerName, optimizers } from './registry.ts'
import { rmsprop } from './rmsprop.ts'
import { rprop } from './rprop.ts'
import { sgd } from './sgd.ts'

const engine = createEngine(referenceBackend())

const parabola: Surface = (point) => sum(mul(square(sub(point, tensor([1, -2, 3]))), tensor([1, 4, 0.5])))
const rosenbrock: Surface = (point) => {
  const [x, y] = [0, 1].map((axis) => slice(point, [axis], [1]))
  return sum(add(square(sub(1, x)), mul(square(sub(y, square(x))), 100)))
}

/** Rates that suit these surfaces; with them every optimizer must get near the bottom. */
const fit: readonly (readonly [string, Optimizer, Optimizer])[] = [
  ['sgd', sgd({ learningRate: 0.1 }), sgd({ learningRate: 1.5e-3 })],
  ['sgd with momentum', sgd({ learningRate: 0.05, momentum: 0.9 }), sgd({ learningRate: 3e-4, momentum: 0.9 })],
  ['sgd with nesterov', nag(0.05), nag(3e-4)],
  ['momentum', momentum({ learningRate: 0.05 }), momentum({ learningRate: 3e-4 })],
  ['nesterov', nesterov({ learningRate: 0.05 }), nesterov({ learningRate: 3e-4 })],
  ['adagrad', adagrad({ learningRate: 1 }), adagrad({ learningRate: 0.5 })],
  ['adagrad of the article', articleAdagrad(1), articleAdagrad(0.5)],
  ['adadelta', adadelta({ epsilon: 1e-3 }), adadelta()],
  ['rmsprop', rmsprop({ learningRate: 0.02 }), rmsprop({ learningRate: 3e-3 })],
  [
    'rmsprop centered',
    rmsprop({ learningRate: 0.02, centered: true }),
    rmsprop({ learningRate: 0.01, rho: 0.99, centered: true }),
  ],
  ['adam', adam({ learningRate: 0.1 }), adam({ learningRate: 0.05 })],
  ['adam with amsgrad', adam({ learningRate: 0.1, amsgrad: true }), adam({ learningRate: 0.05, amsgrad: true })],
  ['adamw', adamw({ learningRate: 0.1, weightDecay: 1e-4 }), adamw({ learningRate: 0.05, weightDecay: 1e-5 })],
  ['adamax', adamax({ learningRate: 0.1 }), adamax({ learningRate: 0.1 })],
  ['nadam', nadam({ learningRate: 0.1 }), nadam({ learningRate: 0.05 })],
  ['radam', radam({ learningRate: 0.1 }), radam({ learningRate: 0.05 })],
  ['rprop', rprop(), rprop()],
  ['lion', lion({ learningRate: 0.03 }), lion({ learningRate: 0.005 })],
  ['lamb', lamb({ learningRate: 0.02, weightDecay: 0 }), lamb({ learningRate: 0.03, weightDecay: 0 })],
  ['muon', muon({ learningRate: 0.1, weightDecay: 0 }), muon({ learningRate: 0.05, weightDecay: 0 })],
  ['lookahead', lookahead(adam({ learningRate: 0.2 })), lookahead(adam({ learningRate: 0.1 }))],
]

function nag(learningRate: number): Optimizer {
  return sgd({ learningRate, momentum: 0.9, nesterov: true })
}

function articleAdagrad(learningRate: number): Optimizer {
  return adagrad({ learningRate, epsilon: 1e-8, epsilonInside: true })
}

function descend(
  optimizer: Optimizer,
  height: Surface,
  start: readonly number[],
  updates: number,
  slowUpdates = 0,
): number[] {
  const descent = createDescent(engine, optimizer, height, start)
  let point: ArrayLike<number> = start
  for (let i = 0; i < updates; i++) point = descent.update(optimizer.learningRate * (i < slowUpdates ? 0.01 : 1))
  descent.release()
  return Array.from(point)
}

describe.each(fit)('%s', (_, onParabola, onRosenbrock) => {
  it('finds the bottom of a parabola', () => {
    const [x, y, z] = descend(onParabola, parabola, [0, 0, 0], 400)
    expect((x - 1) ** 2 + (y + 2) ** 2 + (z - 3) ** 2).toBeLessThan(0.01)
  })

  it('gets far along the valley of Rosenbrock', () => {
    // A short warm-up: RAdam begins as plain momentum, and the walls of the valley are steep.
    const [x, y] = descend(onRosenbrock, rosenbrock, [-1.2, 1], 1000, 6)
    expect((1 - x) ** 2 + 100 * (y - x * x) ** 2).toBeLessThan(1)
  })

  it('compiles one step and no more, whatever the rate', () => {
    const before = { ...engine.counts }
    const descent = createDescent(engine, onParabola, parabola, [0, 0, 0])
    descent.update()
    const after = { ...engine.counts }
    for (const rate of [0.1, 0.01, 0]) descent.update(rate)
    expect(engine.counts).toEqual(after)
    expect(after.plans).toBe(before.plans + 1)
    descent.release()
  })

  it('stays where the gradient is 0, without NaN', () => {
    const flat: Surface = (point) => sum(mul(point, 0))
    const plain = createOptimizer(onParabola.name, { ...onParabola.options, ...still(onParabola) })
    expect(descend(plain, flat, [1.5, -2], 3)).toEqual([1.5, -2])
  })
})

/** A shrinking of the weights would move them all the same. */
function still({ options }: Optimizer): Record<string, number> {
  return 'weightDecay' in options ? { weightDecay: 0 } : {}
}

describe('rates', () => {
  it('act at once where the rate scales the step, later where it is inside the velocity', () => {
    const slope: Surface = (point) => sum(point)
    const points = [sgd({ momentum: 0.5 }), momentum({ momentum: 0.5 })].map((optimizer) => {
      const descent = createDescent(engine, optimizer, slope, [0])
      descent.update(1)
      const point = descent.update(0)[0]
      descent.release()
      return point
    })
    expect(points).toEqual([-1, -1.5])
  })

  it('scale all of the steps of rprop', () => {
    const slope: Surface = (point) => sum(point)
    const descent = createDescent(engine, rprop({ learningRate: 0.1 }), slope, [0])
    expect(descent.update(0.05)[0]).toBeCloseTo(-0.05, 12)
    expect(descent.update(0.1)[0]).toBeCloseTo(-0.05 - 0.12, 12)
    descent.release()
  })
})

describe('equalities', () => {
  const settings = fc.record({
    rate: fc.double({ min: 1e-4, max: 0.02, noNaN: true }),
    kept: fc.constantFrom(0, 0.5, 0.9),
  })

  it('the article and PyTorch agree on momentum at a fixed rate', () => {
    fc.assert(
      fc.property(settings, ({ rate, kept }) => {
        const ours = descend(momentum({ learningRate: rate, momentum: kept }), parabola, [0, 0, 0], 20)
        const theirs = descend(sgd({ learningRate: rate, momentum: kept }), parabola, [0, 0, 0], 20)
        for (const [i, value] of theirs.entries()) expect(ours[i]).toBeCloseTo(value, 10)
      }),
      { numRuns: 10 },
    )
  })

  it('the article and PyTorch agree on Nesterov, seen from the point of landing', () => {
    fc.assert(
      fc.property(settings, ({ rate, kept }) => {
        const descent = createDescent(engine, nesterov({ learningRate: rate, momentum: kept }), parabola, [0, 0, 0])
        for (let i = 0; i < 20; i++) descent.update()
        const velocity = descent.state('velocity')
        const point = descent.update(0)
        descent.release()
        // After the 20th update the landing point is w - kept * v; the 21st, of rate 0, goes there.
        const theirs =
          kept === 0
            ? descend(sgd({ learningRate: rate }), parabola, [0, 0, 0], 20)
            : descend(sgd({ learningRate: rate, momentum: kept, nesterov: true }), parabola, [0, 0, 0], 20)
        expect(velocity.length).toBe(3)
        for (const [i, value] of theirs.entries()) expect(point[i]).toBeCloseTo(value, 10)
      }),
      { numRuns: 10 },
    )
  })

  it("nadam's corrections are Dozat's", () => {
    const descent = createDescent(engine, nadam({ learningRate: 0.01 }), (point) => sum(mul(square(point), 3)), [2])
    const share = (t: number) => 0.9 * (1 - 0.5 * 0.96 ** (t * 0.004))
    let [w, m, v, product] = [2, 0, 0, 1]
    for (let t = 1; t <= 30; t++) {
      const g = 6 * w
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      product *= share(t)
      const mean = (share(t + 1) * m) / (1 - product * share(t + 1)) + ((1 - share(t)) * g) / (1 - product)
      w -= (0.01 * mean) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8)
      expect(descent.update()[0]).toBeCloseTo(w, 12)
    }
    descent.release()
  })
})

describe('rounding', () => {
  it('cannot make the variance of centered rmsprop negative', () => {
    for (const slope of [0.1, 0.3, 0.7]) {
      const optimizer = rmsprop({ rho: 0.5, centered: true })
      const [point] = descend(optimizer, (x) => mul(sum(x), slope), [0], 100)
      expect(Number.isFinite(point)).toBe(true)
    }
  })

  it("leaves radam's window exact from its first steps to its full length", () => {
    const [rate, beta1, beta2] = [0.01, 0.9, 0.95]
    const optimizer = radam({ learningRate: rate, beta1, beta2 })
    const descent = createDescent(engine, optimizer, (point) => sum(mul(square(point), 3)), [2])
    const longest = 2 / (1 - beta2) - 1
    let [w, m, v] = [2, 0, 0]
    for (let t = 1; t <= 80; t++) {
      const g = 6 * w
      m = beta1 * m + (1 - beta1) * g
      v = beta2 * v + (1 - beta2) * g * g
      const length = longest - (2 * t * beta2 ** t) / (1 - beta2 ** t)
      const ratio = ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length)
      const scale = length > 5 ? (Math.sqrt(ratio) * Math.sqrt(1 - beta2 ** t)) / (Math.sqrt(v) + 1e-8) : 1
      w -= (rate * m * scale) / (1 - beta1 ** t)
      expect(descent.update()[0]).toBeCloseTo(w, 12)
    }
    descent.release()
  })
})

describe('weight decay', () => {
  const flat: Surface = (point) => sum(mul(point, 0))
  const decaying = [
    ['sgd', sgd({ learningRate: 0.1, weightDecay: 0.5 })],
    ['adamw', adamw({ learningRate: 0.1, weightDecay: 0.5 })],
    ['lion', lion({ learningRate: 0.1, weightDecay: 0.5 })],
  ] as const

  it.each(decaying)('of %s shrinks by rate times decay', (_, optimizer) => {
    expect(descend(optimizer, flat, [2, -4], 1)).toEqual([1.9, -3.8])
  })

  const decoupled = new Set(['adamw', 'lion', 'lamb', 'muon'])
  const penalizing = Object.keys(optimizers).filter(
    (name) => !decoupled.has(name) && 'weightDecay' in createOptimizer(name).options,
  )

  it.each(penalizing)('of %s is the gradient of a penalty', (name) => {
    const penalty: Surface = (point) => mul(sum(square(point)), 0.5 * 0.3)
    const decaying = descend(createOptimizer(name, { weightDecay: 0.3 }), parabola, [2, 1, -1], 10)
    const explicit = descend(createOptimizer(name), (point) => add(parabola(point), penalty(point)), [2, 1, -1], 10)
    for (const [i, value] of explicit.entries()) expect(decaying[i]).toBeCloseTo(value, 12)
  })

  it.each(Object.keys(optimizers))('of %s leaves out a parameter that says no', (name) => {
    const { options } = createOptimizer(name)
    if (!('weightDecay' in options)) return
    const descent = createDescent(engine, createOptimizer(name, { weightDecay: 0.5 }), flat, [2, -4], { decay: 0 })
    expect(Array.from(descent.update())).toEqual([2, -4])
    descent.release()
  })
})

it("adagrad's effective rate only falls", () => {
  const descent = createDescent(engine, adagrad({ learningRate: 0.5 }), parabola, [0, 0, 0])
  let last = [0, 0, 0]
  for (let i = 0; i < 30; i++) {
    descent.update()
    const squares = Array.from(descent.state('squares'))
    for (const [axis, value] of squares.entries()) expect(value).toBeGreaterThanOrEqual(last[axis])
    last = squares
  }
  descent.release()
})

describe('hyperparameters', () => {
  const bad: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ...Object.keys(optimizers).map((name) => [name, { learningRate: -1 }, 'learningRate'] as const),
    ...Object.keys(optimizers).map((name) => [name, { learningRate: Number.NaN }, 'learningRate'] as const),
    ['sgd', { momentum: 1 }, 'momentum'],
    ['sgd', { dampening: 2 }, 'dampening'],
    ['sgd', { nesterov: true }, 'nesterov'],
    ['sgd', { weightDecay: -1e-4 }, 'weightDecay'],
    ['momentum', { momentum: -0.1 }, 'momentum'],
    ['nesterov', { momentum: 1 }, 'momentum'],
    ['adagrad', { epsilon: 0 }, 'epsilon'],
    ['adagrad', { rateDecay: -1 }, 'rateDecay'],
    ['adagrad', { initialAccumulator: -1 }, 'initialAccumulator'],
    ['adadelta', { rho: 1 }, 'rho'],
    ['adadelta', { epsilon: -1e-6 }, 'epsilon'],
    ['rmsprop', { rho: -0.5 }, 'rho'],
    ['rmsprop', { momentum: 1.5 }, 'momentum'],
    ['adam', { beta1: 1 }, 'beta1'],
    ['adam', { beta2: -0.1 }, 'beta2'],
    ['adam', { epsilon: 0 }, 'epsilon'],
    ['adamw', { weightDecay: Number.POSITIVE_INFINITY }, 'weightDecay'],
    ['adamax', { beta2: 1 }, 'beta2'],
    ['nadam', { momentumDecay: -1 }, 'momentumDecay'],
    ['radam', { beta2: 0 }, 'beta2'],
    ['rprop', { shrink: 1 }, 'shrink'],
    ['rprop', { grow: 1 }, 'grow'],
    ['rprop', { largestStep: 1e-9 }, 'largestStep'],
    ['lion', { beta2: 1 }, 'beta2'],
    ['lion', { weightDecay: -1 }, 'weightDecay'],
    ['lamb', { epsilon: 0 }, 'epsilon'],
    ['muon', { momentum: 1 }, 'momentum'],
    ['muon', { iterations: 0 }, 'iterations'],
    ['muon', { scale: 'big' }, 'scale'],
  ]

  it.each(bad)('%s refuses %j in three lines', (name, options, option) => {
    const act = () => createOptimizer(name, options)
    expect(act).toThrow(new RegExp(`^${name}: ${option} .*\\nreceived: ${option} .*\\ntry: .+$`))
  })
})

describe('the registry', () => {
  it.each(Object.keys(optimizers))('makes %s from its own options again', (name) => {
    const made = createOptimizer(name)
    expect(made.name).toBe(name)
    expect(made.options.learningRate).toBe(made.learningRate)
    expect(createOptimizer(name, made.options).options).toEqual(made.options)
    expect(JSON.parse(JSON.stringify(made.options))).toEqual(made.options)
  })

  it.each(Object.keys(optimizers))('%s takes no option under a wrong name, nor a number in their place', (name) => {
    const make = optimizers[name as OptimizerName] as (options?: unknown) => Optimizer
    expect(() => make({ lr: 1 })).toThrow(
      /the option must be one of .*\nreceived: lr\ntry: did you mean "learningRate"\?$/,
    )
    expect(() => make({ learningrate: 1 })).toThrow(/try: did you mean "learningRate"\?$/)
    expect(() => make(0.1)).toThrow(/options must be given by name\nreceived: 0.1\ntry: write .*learningRate: 0.1/)
    expect(make({ learningRate: undefined }).options).toEqual(make().options)
  })

  it('refuses unknown names, options and kinds of values', () => {
    expect(() => createOptimizer('adm')).toThrow(/received: 'adm'\ntry: did you mean "adam"/)
    expect(() => createOptimizer('xyz')).toThrow(/try: choose one of the optimizers: sgd, momentum/)
    expect(() => createOptimizer('toString')).toThrow(/must be one of those that exist/)
    expect(() => createOptimizer('adam', { lr: 0.1 })).toThrow(/received: lr\ntry: did you mean "learningRate"\?/)
    expect(() => createOptimizer('adam', { beta1: 'high' })).toThrow(
      /adam: beta1 must be a number\nreceived: beta1 "high"/,
    )
  })
})

it('Nesterov in the article looks ahead by its momentum', () => {
  const seen: Tensor[] = []
  const descent = createDescent(
    engine,
    nesterov({ learningRate: 0.1, momentum: 0.5 }),
    (point) => {
      seen.push(point)
      return sum(mul(square(point), 0.5))
    },
    [1],
  )
  // By hand: v = 0.1, w = 0.9; then g = 0.9 - 0.05, v = 0.05 + 0.085, w = 0.765.
  expect(descent.update()[0]).toBeCloseTo(0.9, 14)
  expect(descent.update()[0]).toBeCloseTo(0.765, 14)
  expect(seen).toHaveLength(1)
  descent.release()
})
