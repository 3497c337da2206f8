import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine, recordStep } from '../compile/index.ts'
import { Tensor } from '../tensor/index.ts'
import { type BatchNormOptions, batchNorm } from './batch-norm.ts'
import { forward } from './forward.ts'
import { createStore, type Store } from './store.ts'

const engine = createEngine(referenceBackend())

function run(
  store: Store,
  options: BatchNormOptions,
  shape: readonly number[],
  data: Float64Array,
  training: boolean,
): number[] {
  const plan = engine.compile(
    recordStep([{ name: 'x', shape, dtype: 'float32' }], ([slot]) => [
      forward(batchNorm(options), new Tensor(slot), { store, training }).node,
    ]),
  )
  plan.run([data])
  const output = [...plan.read(0)]
  plan.release()
  return output
}

/** Mean and biased variance of each channel, written as the paper does. */
function statistics(data: Float64Array, channels: number): { mean: number[]; variance: number[] } {
  const rows = data.length / channels
  const column = (channel: number) => Array.from({ length: rows }, (_, row) => data[row * channels + channel])
  const mean = Array.from({ length: channels }, (_, c) => column(c).reduce((a, b) => a + b, 0) / rows)
  const variance = mean.map((m, c) => column(c).reduce((sum, value) => sum + (value - m) ** 2, 0) / rows)
  return { mean, variance }
}

function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length)
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i] - value)).toBeLessThan(1e-9 * (1 + Math.abs(value)))
  }
}

const batches = fc
  .tuple(fc.constantFrom<readonly number[]>([5, 3], [2, 4, 3, 3], [3, 4, 2], [2, 1]), fc.integer({ min: 1, max: 1000 }))
  .map(([shape, seed]) => {
    const size = shape.reduce((a, b) => a * b, 1)
    return { shape, data: Float64Array.from({ length: size }, (_, i) => 3 + 2 * Math.sin(seed * (i + 1))) }
  })

describe('in training', () => {
  it('normalizes by the batch and moves the running statistics', () => {
    fc.assert(
      fc.property(batches, fc.constantFrom(0, 0.9, 0.99), ({ shape, data }, momentum) => {
        const channels = shape[shape.length - 1]
        const count = data.length / channels
        const store = createStore({ engine })
        const output = run(store, { momentum, epsilon: 1e-3 }, shape, data, true)
        const { mean, variance } = statistics(data, channels)
        near(
          output,
          Array.from(data, (value, i) => (value - mean[i % channels]) / Math.sqrt(variance[i % channels] + 1e-3)),
        )
        const { runningMean, runningVariance } = store.save()
        near(
          runningMean.data,
          mean.map((m) => (1 - momentum) * m),
        )
        near(
          runningVariance.data,
          variance.map((v) => momentum + (1 - momentum) * v * (count / (count - 1))),
        )
        store.release()
      }),
      { numRuns: 40 },
    )
  })

  it('leaves the running variance as it was where a channel has one value', () => {
    const store = createStore({ engine })
    const output = run(store, {}, [1, 2], Float64Array.of(5, -7), true)
    near(output, [0, 0])
    near(store.save().runningVariance.data, [1, 1])
    near(store.save().runningMean.data, [0.5, -0.7])
  })
})

describe('at test time', () => {
  it('uses the running statistics and changes nothing', () => {
    const store = createStore({ engine })
    const data = Float64Array.from({ length: 12 }, (_, i) => i * i)
    run(store, { momentum: 0.5 }, [4, 3], data, true)
    const before = store.save()
    const { data: mean } = before.runningMean
    const { data: variance } = before.runningVariance
    const output = run(store, { momentum: 0.5 }, [4, 3], data, false)
    near(
      output,
      Array.from(data, (value, i) => (value - mean[i % 3]) / Math.sqrt(variance[i % 3] + 1e-5)),
    )
    expect(store.save()).toEqual(before)
  })
})

it('with momentum cumulative keeps the mean over all batches, as the population formula of the article', () => {
  const store = createStore({ engine })
  const means = [0, 0]
  const variances = [0, 0]
  for (const seed of [1, 2, 3]) {
    const data = Float64Array.from({ length: 8 }, (_, i) => 3 + 2 * Math.sin(seed * (i + 1)))
    run(store, { momentum: 'cumulative' }, [4, 2], data, true)
    const { mean, variance } = statistics(data, 2)
    for (const channel of [0, 1]) {
      means[channel] += mean[channel] / 3
      variances[channel] += ((4 / 3) * variance[channel]) / 3
    }
  }
  const { runningMean, runningVariance, batches } = store.save()
  near(runningMean.data, means)
  near(runningVariance.data, variances)
  expect([...batches.data]).toEqual([3])
})

it('takes sequences, images and volumes alike: everything but the last axis is one batch', () => {
  const data = Float64Array.from({ length: 48 }, (_, i) => Math.sin(i + 1))
  const flat = run(createStore({ engine }), {}, [24, 2], data, true)
  for (const shape of [
    [4, 6, 2],
    [2, 4, 3, 2],
    [2, 2, 2, 3, 2],
  ]) {
    near(run(createStore({ engine }), {}, shape, data, true), flat)
  }
})

it('learns gamma and beta unless it is told not to', () => {
  const pathsWith = (options: BatchNormOptions) => {
    const store = createStore({ engine: 'none' })
    const x = new Tensor(recordStep([{ name: 'x', shape: [2, 3], dtype: 'float32' }], (inputs) => inputs).outputs[0])
    forward(batchNorm(options), x, { store, training: false })
    return store.parameters().map(({ path, decay }) => `${path} ${decay}`)
  }
  expect(pathsWith({})).toEqual(['gamma false', 'beta false'])
  expect(pathsWith({ gamma: false })).toEqual(['beta false'])
  expect(pathsWith({ gamma: false, beta: false })).toEqual([])
})

it('refuses what makes no sense, in three lines', () => {
  expect(() => batchNorm({ momentum: 1 })).toThrow(
    /batchNorm: momentum must lie in \[0, 1\)\nreceived: momentum 1\ntry: /,
  )
  expect(() => batchNorm({ epsilon: 0 })).toThrow(/epsilon must be a finite number above 0/)
  expect(() => run(createStore({ engine }), {}, [3], new Float64Array(3), true)).toThrow(/\[batch, channels\]/)
})
