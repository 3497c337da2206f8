import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { random } from '../base/index.ts'
import { createEngine } from '../compile/index.ts'
import { arrays, type Dataset } from '../data/index.ts'
import {
  batchNorm,
  conv2d,
  dense,
  flatten,
  type Model,
  meanSquaredError,
  relu,
  sequential,
  smallRandom,
  tanh,
} from '../nn/index.ts'
import { sgd } from '../optim/index.ts'
import { add, mul, relu as reluOf } from '../tensor/index.ts'
import { fit } from './fit.ts'
import { lsuv } from './lsuv.ts'

const engine = createEngine(referenceBackend())

/** Normal inputs of deviation 3, so that nothing has unit variance by itself. */
function noise(shape: readonly number[], scale = 3): Dataset {
  const source = random(4)
  const inputs = new Float32Array(shape.reduce((a, b) => a * b)).map(() => scale * source.normal())
  return arrays({ inputs, inputShape: shape.slice(1), numbers: new Float32Array(shape[0]), names: ['y'] })
}

const flat = noise([64, 20])

describe('lsuv', () => {
  it('gives each layer unit variance where the plain start does not', async () => {
    const model = sequential(...Array.from({ length: 6 }, () => [dense(30), tanh()]).flat(), dense(1))
    const { layers, store, examples } = await lsuv(model, flat, { engine, seed: 1 })
    expect(examples).toBe(64)
    expect(layers.map(({ path }) => path)).toEqual(Array.from({ length: 7 }, (_, i) => `dense${i + 1}`))
    for (const { initialVariance, variance, converged } of layers) {
      expect(Math.abs(initialVariance - 1)).toBeGreaterThan(0.1)
      expect(Math.abs(variance - 1)).toBeLessThanOrEqual(0.1)
      expect(converged).toBe(true)
    }
    // What it left stands in the store: measured again, there is nothing to do.
    const again = await lsuv(model, flat, { engine, seed: 1, store })
    expect(again.layers.every(({ iterations, scale }) => iterations === 0 && scale === 1)).toBe(true)
  })

  it('leaves the directions orthogonal: only the scale of each matrix moved', async () => {
    const { store, layers } = await lsuv(sequential(dense(12)), flat, { engine })
    const { data } = store.save()['dense1.weight']
    const dot = (i: number, j: number) =>
      Array.from({ length: 20 }, (_, k) => data[k * 12 + i] * data[k * 12 + j]).reduce((a, b) => a + b)
    expect(dot(0, 0)).toBeCloseTo(layers[0].scale ** 2, 10)
    expect(dot(3, 7)).toBeCloseTo(0, 10)
  })

  it('takes convolutions, with batch norm between as in training', async () => {
    const model = sequential(conv2d(4, 3, { bias: false }), batchNorm(), relu(), conv2d(5, 3), flatten(), dense(2))
    const images = noise([16, 7, 7, 2])
    const { layers, store } = await lsuv(model, images, { engine })
    expect(layers.map(({ path }) => path)).toEqual(['conv1', 'conv2', 'dense1'])
    expect(layers.every(({ converged }) => converged)).toBe(true)
    // Nothing but weights moves.
    expect([...store.save()['batchNorm1.runningMean'].data]).toEqual([0, 0, 0, 0])
  })

  it('takes a model written by hand, and a layer that is used twice where it is used first', async () => {
    const shared = dense(20, { name: 'shared' })
    const model: Model = (x, scope) => {
      const once = reluOf(scope.call(shared, x))
      return scope.call(dense(1, { name: 'head' }), add(reluOf(scope.call(shared, once)), once))
    }
    const { layers } = await lsuv(model, flat, { engine })
    expect(layers.map(({ path }) => path)).toEqual(['shared', 'head'])
    expect(layers.every(({ converged }) => converged)).toBe(true)
  })

  it('says so where no scale helps', async () => {
    const dead = sequential(dense(4, { initializer: smallRandom() }), relu(), dense(3))
    const zeros = noise([8, 5], 0)
    const { layers } = await lsuv(dead, zeros, { engine })
    expect(layers[0]).toMatchObject({ variance: 0, iterations: 0, converged: false })
  })

  it('is where fit goes on from', async () => {
    const model = sequential(dense(8), tanh(), dense(1))
    const { store } = await lsuv(model, flat, { engine })
    const before = store.save()['dense1.weight'].data
    const options = { train: flat, loss: meanSquaredError(), optimizer: sgd({ learningRate: 0 }), epochs: 1, engine }
    const run = await fit(model, { ...options, store })
    expect(run.store.save()['dense1.weight'].data).toEqual(before)
  })

  it('refuses what cannot work', async () => {
    const model = sequential(dense(2))
    await expect(lsuv(model, flat, { engine, tolerance: 0 })).rejects.toThrow(
      /lsuv: tolerance must be a number above 0/,
    )
    await expect(lsuv(model, flat, { engine, batchSize: 1.5 })).rejects.toThrow(/batchSize must be a whole number/)
    const broken = sequential((x) => mul(x, Number.NaN), dense(2))
    await expect(lsuv(broken, flat, { engine })).rejects.toThrow(/lsuv: dense1 must give finite numbers/)
  })
})
