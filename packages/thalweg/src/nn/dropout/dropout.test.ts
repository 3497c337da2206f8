import { describe, expect, it } from 'vitest'
import { referenceBackend, wasmBackend } from '../../backend/index.ts'
import { createEngine, type Engine, recordStep } from '../../compile/index.ts'
import { Tensor } from '../../tensor/index.ts'
import { forward } from '../forward.ts'
import type { Model } from '../layer.ts'
import { sequential } from '../sequential.ts'
import { createStore } from '../store.ts'
import { dropout } from './dropout.ts'

const reference = createEngine(referenceBackend())
const size = 20_000

/** What becomes of ones. */
function maskOf(model: Model, step: number, seed = 1, training = true, engine: Engine = reference): Float64Array {
  const slots = [
    { name: 'x', shape: [200, 100], dtype: 'float32' },
    { name: 'seed', shape: [2], dtype: 'int32' },
    { name: 'step', shape: [], dtype: 'int32' },
  ] as const
  const plan = engine.compile(
    recordStep(slots, (nodes) => {
      const [x, seed, step] = nodes.map((node) => new Tensor(node))
      return [forward(model, x, { store: createStore({ engine }), training, random: { seed, step } }).node]
    }),
  )
  plan.run([new Float64Array(size).fill(1), Int32Array.of(seed, 0), Int32Array.of(step)])
  const output = Float64Array.from(plan.read(0))
  plan.release()
  return output
}

function kept(mask: Float64Array): number {
  return mask.filter((value) => value !== 0).length / size
}

describe('in training', () => {
  it.each([0.1, 0.5, 0.8])('drops a share of %d and scales up the rest', (rate) => {
    const mask = maskOf(sequential(dropout({ rate })), 1)
    const deviation = Math.sqrt((rate * (1 - rate)) / size)
    expect(Math.abs(kept(mask) - (1 - rate))).toBeLessThan(5 * deviation)
    for (const value of new Set(mask)) expect([0, 1 / (1 - rate)]).toContain(value)
  })

  it('drops others in another step, under another seed and in another layer; the same ones in the same', () => {
    const once = maskOf(sequential(dropout()), 1)
    expect(maskOf(sequential(dropout()), 1)).toEqual(once)
    for (const other of [maskOf(sequential(dropout()), 2), maskOf(sequential(dropout()), 1, 2)]) {
      // Independent masks agree in half of the places.
      const agreement = other.filter((value, i) => value === once[i]).length / size
      expect(Math.abs(agreement - 0.5)).toBeLessThan(0.02)
    }
    expect(Math.abs(kept(maskOf(sequential(dropout(), dropout()), 1)) - 0.25)).toBeLessThan(0.02)
    const shared = dropout()
    expect(Math.abs(kept(maskOf(sequential(shared, shared), 1)) - 0.25)).toBeLessThan(0.02)
  })

  it('of rate 0 does nothing', () => {
    expect(kept(maskOf(dropout({ rate: 0 }), 1))).toBe(1)
  })
})

it('drops the same values on every backend', () => {
  const model = sequential(dropout({ rate: 0.5 }))
  expect(maskOf(model, 3, 9, true, createEngine(wasmBackend()))).toEqual(maskOf(model, 3, 9))
})

it('does nothing at test time', () => {
  expect(new Set(maskOf(sequential(dropout()), 1, 1, false))).toEqual(new Set([1]))
})

it('refuses a rate that is no probability of dropping', () => {
  for (const rate of [1, -0.1, 1.5, Number.NaN]) {
    expect(() => dropout({ rate })).toThrow(
      `dropout: rate must lie in [0, 1)\nreceived: rate ${rate}\ntry: give the probability of dropping`,
    )
  }
  for (const keep of [0, -0.1, 1.5, Number.NaN]) {
    expect(() => dropout({ keep })).toThrow(
      `dropout: keep must lie in (0, 1]\nreceived: keep ${keep}\ntry: give the probability of keeping`,
    )
  }
  const both: object = { rate: 0.2, keep: 0.8 }
  expect(() => dropout(both)).toThrow(/must be given once, as rate or as keep\nreceived: rate 0.2 and keep 0.8\ntry: /)
  const scaling: object = { scaling: 'test' }
  expect(() => dropout(scaling)).toThrow(/scaling must be one of training, inference\nreceived: scaling test/)
})

describe("the article's form", () => {
  const p = 0.8
  const article = dropout({ keep: p, scaling: 'inference' })

  it('masks with rand < p in training and scales by p at test time', () => {
    const mask = maskOf(article, 1)
    expect(new Set(mask)).toEqual(new Set([0, 1]))
    expect(Math.abs(kept(mask) - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / size))
    expect(new Set(maskOf(article, 1, 1, false))).toEqual(new Set([p]))
  })

  it('agrees with the inverted form: the same masks, and the same means up to the factor p', () => {
    const inverted = dropout({ keep: p })
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value / size, 0)
    expect(maskOf(inverted, 1).map((value) => value * p)).toEqual(maskOf(article, 1))
    const bound = 5 * Math.sqrt((1 - p) / p / size)
    // In each form, training gives in expectation what test time gives.
    expect(Math.abs(mean(maskOf(inverted, 2)) - mean(maskOf(inverted, 2, 1, false)))).toBeLessThan(bound)
    expect(Math.abs(mean(maskOf(article, 2)) - mean(maskOf(article, 2, 1, false)))).toBeLessThan(bound * p)
  })
})
