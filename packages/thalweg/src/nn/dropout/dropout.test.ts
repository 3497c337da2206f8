import { describe, expect, it } from 'vitest'
import { referenceBackend, wasmBackend } from '../../backend/index.ts'
import { createEngine, type Engine, recordStep } from '../../compile/index.ts'
import { scalar, Tensor, tensor } from '../../tensor/index.ts'
import { dense } from '../dense.ts'
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

describe('it acts like many models that share their weights', () => {
  // Four inputs, three classes: 2^4 models, one for each mask (Goodfellow, Bengio and Courville, section 7.12).
  const p = 0.7
  const x = [0.5, -1, 2, 1.5]
  const weight = [0.3, -0.2, 0.1, 1, 0.4, -0.7, -0.5, 0.9, 0.2, 0.6, -0.8, 0.1]
  const logitsOf = (inputs: readonly number[]) =>
    [0, 1, 2].map((unit) => inputs.reduce((sum, input, i) => sum + input * weight[3 * i + unit], 0))
  const masks = Array.from({ length: 16 }, (_, bits) => x.map((_, i) => (bits >> i) & 1))
  const model = sequential(dropout({ keep: p, scaling: 'inference' }), dense(3, { bias: false }))

  function outputsOf(training: boolean, rows: number): number[][] {
    const store = createStore({ engine: reference })
    store.load({ 'dense1.weight': { shape: [4, 3], dtype: 'float32', data: Float64Array.from(weight) } })
    const random = { seed: tensor(Int32Array.of(1, 0)), step: scalar(1, 'int32') }
    const inputs = tensor(
      Array.from({ length: rows }, () => x),
      [rows, 4],
    )
    const output = forward(model, inputs, { store, training, random }).read(reference)
    return Array.from({ length: rows }, (_, row) => Array.from(output.slice(3 * row, 3 * row + 3)))
  }

  it('training draws each of them, in its share', () => {
    const drawn = outputsOf(true, 4000).map((logits) => logits.map((logit) => logit.toFixed(9)).join())
    for (const mask of masks) {
      const own = logitsOf(x.map((value, i) => value * mask[i]))
        .map((logit) => logit.toFixed(9))
        .join()
      const kept = mask.filter((bit) => bit === 1).length
      const share = p ** kept * (1 - p) ** (4 - kept)
      const times = drawn.filter((logits) => logits === own).length
      expect(Math.abs(times / 4000 - share)).toBeLessThan(5 * Math.sqrt(share / 4000))
    }
  })

  it('test time answers with the geometric mean of them all, each weighing by its share', () => {
    const [logits] = outputsOf(false, 1)
    const mean = [0, 1, 2].map((unit) =>
      masks.reduce((product, mask) => {
        const kept = mask.filter((bit) => bit === 1).length
        const all = logitsOf(x.map((value, i) => value * mask[i])).map(Math.exp)
        return product * (all[unit] / (all[0] + all[1] + all[2])) ** (p ** kept * (1 - p) ** (4 - kept))
      }, 1),
    )
    const normalized = (values: readonly number[]) => values.map((value) => value / values.reduce((a, b) => a + b, 0))
    for (const [unit, value] of normalized(mean).entries()) {
      expect(normalized(logits.map(Math.exp))[unit]).toBeCloseTo(value, 12)
    }
  })
})
