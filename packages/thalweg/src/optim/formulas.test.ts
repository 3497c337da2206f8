/** The newer optimizers against their papers' formulas, worked out by hand in float64; scheduled momentum against PyTorch. */
import { describe, expect, it } from 'vitest'
import { createDescent, type Surface } from '../../test/descent.ts'
import { referenceBackend } from '../backend/index.ts'
import { createEngine } from '../compile/index.ts'
import { mul, square, sub, sum, tensor } from '../tensor/index.ts'
import { adam, adamw } from './adam.ts'
import { decoupledDecay } from './decoupled-decay.ts'
import { lamb } from './lamb.ts'
import { lion } from './lion.ts'
import { lookahead } from './lookahead.ts'
import { momentum } from './momentum.ts'
import { nesterov } from './nesterov.ts'
import type { Optimizer } from './optimizer.ts'
import { createOptimizer } from './registry.ts'
import { sgd } from './sgd.ts'

const engine = createEngine(referenceBackend())
const [targets, curvatures] = [
  [1, -2, 3],
  [1, 4, 0.5],
]
const parabola: Surface = (point) => sum(mul(square(sub(point, tensor(targets))), tensor(curvatures)))

function slopes(w: readonly number[]): number[] {
  return w.map((value, i) => 2 * curvatures[i] * (value - targets[i]))
}

function norm(values: readonly number[]): number {
  return Math.hypot(...values)
}

function expectPath(optimizer: Optimizer, start: readonly number[], points: readonly (readonly number[])[], decay = 1) {
  const descent = createDescent(engine, optimizer, parabola, start, { decay })
  for (const point of points) {
    const got = descent.update()
    for (const [i, value] of point.entries()) expect(got[i]).toBeCloseTo(value, 12)
  }
  descent.release()
}

describe('lion', () => {
  it('steps along the sign of a mean that the newest gradient weighs more in', () => {
    const [rate, beta1, beta2, weightDecay] = [0.3, 0.7, 0.95, 0.2]
    let w = [0.5, -1, 2.5]
    let m = [0, 0, 0]
    const points = Array.from({ length: 12 }, () => {
      const g = slopes(w)
      const along = m.map((mean, i) => Math.sign(beta1 * mean + (1 - beta1) * g[i]))
      m = m.map((mean, i) => beta2 * mean + (1 - beta2) * g[i])
      w = w.map((value, i) => value - rate * (along[i] + weightDecay * value))
      return w
    })
    expectPath(lion({ learningRate: rate, beta1, beta2, weightDecay }), [0.5, -1, 2.5], points)
  })
})

describe('lamb', () => {
  function byHand(start: readonly number[], weightDecay: number, adapts: boolean): number[][] {
    const [rate, beta1, beta2, epsilon] = [0.05, 0.9, 0.99, 1e-6]
    let [w, m, v] = [start.slice(), [0, 0, 0], [0, 0, 0]]
    return Array.from({ length: 12 }, (_, index) => {
      const g = slopes(w)
      m = m.map((mean, i) => beta1 * mean + (1 - beta1) * g[i])
      v = v.map((mean, i) => beta2 * mean + (1 - beta2) * g[i] ** 2)
      const t = index + 1
      const step = m.map((mean, i) => {
        const root = Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon
        return mean / (1 - beta1 ** t) / root + weightDecay * w[i]
      })
      const ratio = adapts && norm(w) > 0 && norm(step) > 0 ? norm(w) / norm(step) : 1
      w = w.map((value, i) => value - rate * ratio * step[i])
      return w
    })
  }
  const options = { learningRate: 0.05, beta2: 0.99, weightDecay: 0.1 }

  it('scales the step of a parameter by its norm over that of the step', () => {
    expectPath(lamb(options), [0.5, -1, 2.5], byHand([0.5, -1, 2.5], 0.1, true))
  })

  it('begins at zeros with a plain step', () => {
    expectPath(lamb(options), [0, 0, 0], byHand([0, 0, 0], 0.1, true))
  })

  it('leaves parameters without decay to Adam', () => {
    expectPath(lamb(options), [0.5, -1, 2.5], byHand([0.5, -1, 2.5], 0, false), 0)
  })
})

describe('lookahead', () => {
  it('pulls the slow weights after the fast ones, and the fast ones back', () => {
    const inner = sgd({ learningRate: 0.05, momentum: 0.9 })
    let [fast, slow, v] = [
      [0.5, -1, 2.5],
      [0.5, -1, 2.5],
      [0, 0, 0],
    ]
    const points = Array.from({ length: 14 }, (_, index) => {
      const g = slopes(fast)
      v = v.map((velocity, i) => 0.9 * velocity + g[i])
      fast = fast.map((value, i) => value - 0.05 * v[i])
      if ((index + 1) % 4 === 0) {
        slow = slow.map((value, i) => value + 0.8 * (fast[i] - value))
        fast = slow
      }
      return fast
    })
    expectPath(lookahead(inner, { syncSteps: 4, slowShare: 0.8 }), [0.5, -1, 2.5], points)
  })

  it('takes gradients where the inner one looks ahead to', () => {
    expect(lookahead(nesterov()).lookahead).toBeDefined()
    expect(lookahead(sgd()).lookahead).toBeUndefined()
  })
})

describe('decoupled decay', () => {
  it('around Adam is AdamW', () => {
    const [ours, theirs] = [decoupledDecay(adam(), { weightDecay: 0.3 }), adamw({ weightDecay: 0.3 })].map(
      (optimizer) => createDescent(engine, optimizer, parabola, [2, 1, -1]),
    )
    for (let step = 0; step < 20; step++) {
      const expected = theirs.update(0.1)
      for (const [i, value] of Array.from(ours.update(0.1)).entries()) expect(value).toBeCloseTo(expected[i], 12)
    }
    for (const each of [ours, theirs]) each.release()
  })

  it('leaves out a parameter that says no', () => {
    const optimizer = decoupledDecay(sgd(), { weightDecay: 0.5 })
    const descent = createDescent(engine, optimizer, (point) => sum(mul(point, 0)), [2, -4], { decay: 0 })
    expect(Array.from(descent.update())).toEqual([2, -4])
    descent.release()
  })
})

describe('one around another', () => {
  it('is made again from its name and options', () => {
    const made = lookahead(decoupledDecay(sgd({ momentum: 0.9 }), { weightDecay: 0.1 }), { syncSteps: 6 })
    const again = createOptimizer(made.name, JSON.parse(JSON.stringify(made.options)))
    expect(again.options).toEqual(made.options)
    expect(again.momentum).toBe(0.9)
    expect(createOptimizer(made.name, { ...made.options, learningRate: 0.5 }).learningRate).toBe(0.5)
  })

  it('refuses an inside that is none, and options that it does not have', () => {
    expect(() => createOptimizer('lookahead', { optimizer: 'adam' })).toThrow(
      /lookahead: optimizer must be .*\nreceived: optimizer "adam"\ntry: give optimizer/,
    )
    expect(() => lookahead(sgd(), { k: 5 } as never)).toThrow(/received: k\ntry: did you mean "syncSteps"/)
    expect(() => lookahead(sgd(), { slowShare: 0 })).toThrow(/slowShare must lie in \(0, 1\]/)
    expect(() => decoupledDecay(sgd(), { weightDecay: -1 })).toThrow(/decoupledDecay: weightDecay/)
  })
})

describe('a momentum that changes', () => {
  // PyTorch 1.13 in float64, whose param_groups were given these before each of six steps from 0.
  const shares = [0.95, 0.9, 0.85, 0.9, 0.95, 0.5]
  const cases: readonly (readonly [string, Optimizer, readonly number[]])[] = [
    ['adam', adam({ learningRate: 0.1 }), [0.554111183137305, -0.5718559230646382, 0.5767187366381136]],
    [
      'adamw',
      adamw({ learningRate: 0.1, weightDecay: 0.1 }),
      [0.5412409622831301, -0.5584911082293406, 0.5632301347741702],
    ],
    [
      'sgd with nesterov',
      sgd({ learningRate: 0.02, momentum: 0.9, nesterov: true }),
      [0.629953435818951, -2.641034162288968, 1.049958098399998],
    ],
  ]

  it.each(cases)('acts at once in %s, and compiles nothing', (_, optimizer, expected) => {
    const descent = createDescent(engine, optimizer, parabola, [0, 0, 0], { scheduled: true })
    const before = { ...engine.counts }
    let point: ArrayLike<number> = []
    for (const share of shares) point = descent.update(optimizer.learningRate, share)
    expect(engine.counts).toEqual(before)
    descent.release()
    for (const [i, value] of expected.entries()) expect(point[i]).toBeCloseTo(value, 12)
  })

  it("is the article's gamma", () => {
    const [heavy, ahead] = [momentum({ learningRate: 0.02 }), nesterov({ learningRate: 0.02 })].map((optimizer) =>
      createDescent(engine, optimizer, parabola, [0, 0, 0], { scheduled: true }),
    )
    let [w, v, u, z] = [0, 0, 0, 0]
    for (const gamma of shares) {
      v = gamma * v + 0.02 * 2 * (w - 1)
      w -= v
      z = gamma * z + 0.02 * 2 * (u - gamma * z - 1)
      u -= z
      expect(heavy.update(0.02, gamma)[0]).toBeCloseTo(w, 12)
      expect(ahead.update(0.02, gamma)[0]).toBeCloseTo(u, 12)
    }
    for (const each of [heavy, ahead]) each.release()
  })

  it('has nowhere to act without a velocity', () => {
    expect(sgd().momentum).toBeUndefined()
    expect(sgd({ momentum: 0.5 }).momentum).toBe(0.5)
  })
})
