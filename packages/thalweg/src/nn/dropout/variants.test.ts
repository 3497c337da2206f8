/** The other kinds of dropout and noise: what becomes of an input, in expectation and in its pattern. */
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../../backend/index.ts'
import { random } from '../../base/index.ts'
import { createEngine, recordStep } from '../../compile/index.ts'
import { Tensor } from '../../tensor/index.ts'
import { forward } from '../forward.ts'
import type { Layer } from '../layer.ts'
import { createStore } from '../store.ts'
import { alphaDropout } from './alpha-dropout.ts'
import { dropPath } from './drop-path.ts'
import { gaussianDropout, gaussianNoise } from './gaussian.ts'
import { spatialDropout } from './spatial-dropout.ts'

const engine = createEngine(referenceBackend())

function run(layer: Layer, shape: readonly number[], values: Float64Array, training = true, step = 1): Float64Array {
  const slots = [
    { name: 'x', shape, dtype: 'float32' },
    { name: 'seed', shape: [2], dtype: 'int32' },
    { name: 'step', shape: [], dtype: 'int32' },
  ] as const
  const plan = engine.compile(
    recordStep(slots, (nodes) => {
      const [x, seed, step] = nodes.map((node) => new Tensor(node))
      return [forward(layer, x, { store: createStore({ engine }), training, random: { seed, step } }).node]
    }),
  )
  plan.run([values, Int32Array.of(7, 0), Int32Array.of(step)])
  const output = Float64Array.from(plan.read(0))
  plan.release()
  return output
}

const ones = (count: number) => new Float64Array(count).fill(1)

function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length }
}

describe('spatial dropout', () => {
  const shape = [40, 3, 2, 50]
  const output = run(spatialDropout({ rate: 0.3 }), shape, ones(12_000))
  const at = (example: number, pixel: number, channel: number) => output[(example * 6 + pixel) * 50 + channel]

  it('drops or keeps whole maps, each example its own', () => {
    let kept = 0
    for (let example = 0; example < 40; example++) {
      for (let channel = 0; channel < 50; channel++) {
        const first = at(example, 0, channel)
        expect([0, 1 / 0.7]).toContain(first)
        for (let pixel = 1; pixel < 6; pixel++) expect(at(example, pixel, channel)).toBe(first)
        if (first > 0) kept++
      }
    }
    expect(Math.abs(kept / 2000 - 0.7)).toBeLessThan(5 * Math.sqrt(0.21 / 2000))
    expect(at(0, 0, 0) + at(1, 0, 0) + at(2, 0, 0) + at(3, 0, 0)).not.toBe(4 * at(0, 0, 0))
  })

  it('needs pixels', () => {
    expect(() => run(spatialDropout(), [2, 3], ones(6))).toThrow(
      /an axis in between\nreceived: \[2,3\]\ntry: use dropout/,
    )
  })
})

it('drop path drops whole examples', () => {
  const output = run(dropPath({ keep: 0.6 }), [1000, 2, 3], ones(6000))
  let kept = 0
  for (let example = 0; example < 1000; example++) {
    const values = new Set(output.subarray(example * 6, example * 6 + 6))
    expect(values.size).toBe(1)
    if (!values.has(0)) kept++
  }
  expect(Math.abs(kept / 1000 - 0.6)).toBeLessThan(5 * Math.sqrt(0.24 / 1000))
  expect(Math.max(...output)).toBe(1 / 0.6)
})

describe('alpha dropout', () => {
  const size = 40_000
  const draw = random(1, 'alpha')
  const values = Float64Array.from({ length: size }, () => draw.normal())

  it.each([0.05, 0.1, 0.5])('of rate %d keeps mean 0 and variance 1', (rate) => {
    const { mean, variance } = moments(run(alphaDropout({ rate }), [200, 200], values))
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(size))
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / size))
  })

  it("drops to the paper's value: PyTorch 1.13's figures for rate 0.1", () => {
    const output = run(alphaDropout({ rate: 0.1 }), [1000, 1], ones(1000))
    const [low, high] = [...new Set(output)].sort((a, b) => a - b)
    expect(low).toBeCloseTo(-1.457738730518132, 12)
    expect(high).toBeCloseTo(1.0832554862072818, 12)
  })
})

describe('Gaussian', () => {
  const size = 40_000

  it('noise has the deviation that it was given, about the input', () => {
    const output = run(gaussianNoise({ deviation: 0.5 }), [200, 200], ones(size).fill(3))
    const { mean, variance } = moments(output)
    expect(Math.abs(mean - 3)).toBeLessThan((5 * 0.5) / Math.sqrt(size))
    expect(Math.abs(variance / 0.25 - 1)).toBeLessThan(5 * Math.sqrt(2 / size))
    // Normal, not uniform or the like: 2.28% lie beyond two deviations, on each side.
    expect(output.filter((value) => value > 4).length / size).toBeCloseTo(0.0228, 2)
    expect(output.filter((value) => value < 2).length / size).toBeCloseTo(0.0228, 2)
  })

  it("dropout has the mean and variance of dropout's masks", () => {
    const { mean, variance } = moments(run(gaussianDropout({ rate: 0.2 }), [200, 200], ones(size)))
    expect(Math.abs(mean - 1)).toBeLessThan((5 * 0.5) / Math.sqrt(size))
    expect(Math.abs(variance / 0.25 - 1)).toBeLessThan(5 * Math.sqrt(2 / size))
  })
})

const layers = [
  spatialDropout({ rate: 0.5 }),
  dropPath({ rate: 0.5 }),
  alphaDropout({ rate: 0.5 }),
  gaussianNoise({ deviation: 1 }),
  gaussianDropout({ rate: 0.5 }),
]

describe.each(layers.map((layer) => [layer.kind, layer] as const))('%s', (_, layer) => {
  it('is another in each step, and nothing at test time', () => {
    const x = ones(120)
    expect(run(layer, [10, 3, 4], x, true, 2)).not.toEqual(run(layer, [10, 3, 4], x, true, 1))
    expect(run(layer, [10, 3, 4], x, false)).toEqual(x)
  })
})

it('refuses what is no probability', () => {
  for (const make of [spatialDropout, dropPath, alphaDropout, gaussianDropout]) {
    expect(() => make({ rate: 1 })).toThrow(`${make.name}: rate must lie in [0, 1)\nreceived: rate 1\ntry: `)
    expect(() => make({ keep: 0 })).toThrow(`${make.name}: keep must lie in (0, 1]\nreceived: keep 0\ntry: `)
  }
  expect(() => gaussianNoise({ deviation: -1 })).toThrow(/gaussianNoise: deviation must be a finite number above 0/)
})
