import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../../backend/index.ts'
import { random } from '../../base/index.ts'
import { createEngine } from '../../compile/index.ts'
import { arrays, type Dataset, inOrder } from '../../data/index.ts'
import {
  batchMoments,
  batchNorm,
  conv2d,
  createStore,
  crossEntropy,
  dense,
  dropout,
  flatten,
  forward,
  type Model,
  relu,
  type Store,
  sequential,
  tanh,
} from '../../nn/index.ts'
import { compiled, type Tensor, tensor } from '../../tensor/index.ts'
import { compareStatistics } from './compare.ts'
import { orderEffect } from './order-effect.ts'
import { populationStatistics } from './population.ts'

const engine = createEngine(referenceBackend())

/** Two clouds, the first class first: in order of the classes unless somebody shuffles. */
function clouds(size: number, width = 3, distance = 3): Dataset {
  const draw = random(5, 'clouds')
  const labels = Int32Array.from({ length: size }, (_, i) => (i < size / 2 ? 0 : 1))
  const inputs = Float32Array.from({ length: size * width }, (_, i) => {
    return draw.normal() + distance * labels[Math.floor(i / width)]
  })
  return arrays({ name: 'clouds', inputs, inputShape: [width], labels })
}

function storeFor(model: Model, shape: readonly number[]): Store {
  const store = createStore({ engine, seed: 3 })
  forward(model, tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape), { store, training: false })
  return store
}

/** All inputs as one batch [size, ...]. */
function whole(dataset: Dataset): { data: Float32Array; shape: readonly number[] } {
  const width = dataset.inputShape.reduce((a, b) => a * b, 1)
  const data = new Float32Array(dataset.size * width)
  dataset.fill(
    Int32Array.from({ length: dataset.size }, (_, i) => i),
    data,
    new Int32Array(dataset.size),
  )
  return { data, shape: [dataset.size, ...dataset.inputShape] }
}

/** What a batch norm is given when all of `data` is one batch that everything normalizes by. */
function givenTo(path: string, model: Model, store: Store, data: Float32Array, shape: readonly number[]) {
  let seen: Tensor | undefined
  const values = compiled(
    (x) => {
      forward(model, x, {
        store,
        training: (layer) => layer.kind === 'batchNorm',
        assign: () => undefined,
        observe(call) {
          if (call.path === path) seen = call.input
        },
      })
      return seen ?? x
    },
    { engine },
  )({ data, shape })
  return { values, shape: seen?.shape ?? [] }
}

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected[i])))
  }
}

const deep = sequential(dense(4), batchNorm(), tanh(), dropout({ rate: 0.4 }), dense(3), batchNorm(), relu(), dense(2))
const wide: Model = (x, scope) => {
  const [one, two] = [scope.call(dense(3), x), scope.call(dense(3), tanh(x))]
  const both = scope.call(batchNorm(), one).add(scope.call(batchNorm(), two))
  return scope.call(dense(2), scope.call(batchNorm(), relu(both)))
}

describe('exact statistics', () => {
  // With all examples as one batch, normalizing by the batch is normalizing by the population, layer after layer.
  it.each([
    ['a deep net', deep, ['batchNorm1', 'batchNorm2']],
    ['a net with branches', wide, ['batchNorm1', 'batchNorm2', 'batchNorm3']],
  ] as const)('of %s are those of all examples together, in unequal batches too', async (_, model, paths) => {
    const dataset = clouds(50)
    const store = storeFor(model, [1, 3])
    const { data, shape } = whole(dataset)
    for (const batchSize of [50, 7]) {
      const { layers } = await populationStatistics({ model, store }, dataset, { batchSize, write: false })
      expect(layers.map(({ path }) => path)).toEqual(paths)
      for (const { path, mean, variance, count } of layers) {
        const given = givenTo(path, model, store, data, shape)
        const expected = batchMoments(given.values, given.shape)
        near(mean, expected.mean, 1e-12)
        near(variance, expected.variance, 1e-12)
        expect(count).toBe(50)
      }
    }
  })

  it('of a convolution count every place of every example', async () => {
    const draw = random(2, 'pixels')
    const inputs = Float32Array.from({ length: 9 * 5 * 4 }, () => draw.uniform())
    const images = arrays({ inputs, inputShape: [5, 4, 1], labels: new Int32Array(9), classes: ['a', 'b'] })
    const model = sequential(conv2d(3, 2), batchNorm(), relu(), flatten(), dense(2))
    const store = storeFor(model, [1, 5, 4, 1])
    const { layers } = await populationStatistics({ model, store }, images, { batchSize: 4 })
    const given = givenTo('batchNorm1', model, store, inputs, [9, 5, 4, 1])
    const { mean, variance } = batchMoments(given.values, given.shape)
    near(layers[0].mean, mean, 1e-12)
    near(layers[0].variance, variance, 1e-12)
    expect(layers[0].count).toBe(9 * 4 * 3)
    expect([...store.save()['batchNorm1.runningMean'].data]).toEqual([...layers[0].mean])
  })
})

describe('statistics by the article', () => {
  it('are the mean of the means and of the unbiased variances of batches, in the order that was asked for', async () => {
    const dataset = clouds(10)
    const store = storeFor(deep, [1, 3])
    const before = store.save()
    const { layers } = await populationStatistics({ model: deep, store }, dataset, {
      mode: 'article',
      batchSize: 4,
      order: inOrder(),
      write: false,
    })
    const { data } = whole(dataset)
    const cuts = [
      [0, 4],
      [4, 8],
      [8, 10],
    ]
    for (const [i, { path, mean, variance }] of layers.entries()) {
      const batches = cuts.map(([from, to]) => {
        const { values, shape } = givenTo(path, deep, store, data.slice(from * 3, to * 3), [to - from, 3])
        return batchMoments(values, shape)
      })
      const channels = [4, 3][i]
      for (let channel = 0; channel < channels; channel++) {
        const mu = batches.reduce((sum, batch) => sum + batch.mean[channel] / 3, 0)
        const v = batches.reduce((sum, { variance, count }) => sum + (variance[channel] * count) / (count - 1) / 3, 0)
        expect(mean[channel]).toBeCloseTo(mu, 12)
        expect(variance[channel]).toBeCloseTo(v, 12)
      }
    }
    expect(store.save()).toEqual(before)
  })
})

describe('on random batches and on sorted ones', () => {
  const dataset = clouds(512)
  const trained = { model: deep, store: storeFor(deep, [1, 3]) }

  it('agree, and do not', async () => {
    const random = await compareStatistics(trained, dataset, { batchSize: 64 })
    const sorted = await compareStatistics(trained, dataset, { batchSize: 64, order: inOrder() })
    for (const [i, { path, articleToExact, order }] of random.layers.entries()) {
      expect(articleToExact.mean.max).toBeLessThan(0.05)
      expect(articleToExact.deviation.max).toBeLessThan(0.05)
      expect(order?.ratio).toBeLessThan(order?.threshold ?? 0)
      expect(sorted.layers[i].path).toBe(path)
      expect(sorted.layers[i].exact).toEqual({ ...random.layers[i].exact })
    }
    expect(sorted.layers[0].articleToExact.deviation.average).toBeGreaterThan(0.2)
    expect(sorted.layers[0].order?.lost).toBeGreaterThan(0.3)
    expect(random.findings).toEqual([])
    expect(sorted.findings).toMatchObject([{ code: 'batches-not-random', severity: 'warning' }])
  })

  it('are compared by what they do, in a table', async () => {
    const loss = crossEntropy()
    const before = trained.store.save()
    const report = await compareStatistics(trained, dataset, { loss, order: inOrder() })
    expect(trained.store.save()).toEqual(before)
    const exact = createStore({ engine })
    exact.load(before)
    await populationStatistics({ model: deep, store: exact }, dataset)
    const again = await compareStatistics({ model: deep, store: exact }, dataset, { loss })
    expect(again.metrics?.moving).toEqual(report.metrics?.exact)
    expect(again.layers[1].movingToExact).toMatchObject({ mean: { max: 0 }, deviation: { max: 0 } })
    expect(String(report)).toMatch(
      /average \(largest\) over channels\nlayer .*order\nbatchNorm1 .*\nbatchNorm2 .*\nmoving {3}loss .*\narticle {2}loss .*\nexact {4}loss .*accuracy .*\nwarning: batchNorm.* no random samples.*\n {2}try: shuffle/,
    )
  })

  it('show in as many batches as are asked for', async () => {
    const options = { order: inOrder(), batchSize: 8, batches: 4 }
    const [first] = await orderEffect(trained, dataset, options)
    expect(first.lost).toBeLessThan(0.2) // all of one class
    const few = await orderEffect(trained, dataset, { batchSize: 512 })
    expect(few).toEqual([])
  })
})

it('has nothing to do without batch norm, and refuses what it cannot do', async () => {
  const model = sequential(dense(2))
  const store = storeFor(model, [1, 3])
  const dataset = clouds(8)
  expect((await populationStatistics({ model, store }, dataset)).layers).toEqual([])
  const wrong: object = { mode: 'moving' }
  await expect(populationStatistics({ model, store }, dataset, wrong)).rejects.toThrow(
    'populationStatistics: mode must be exact or article\nreceived: mode moving\ntry: ',
  )
  await expect(populationStatistics({ model, store }, dataset, { batchSize: 0 })).rejects.toThrow(/batchSize 0/)
  const trained = { model: deep, store: storeFor(deep, [1, 3]) }
  await expect(populationStatistics(trained, { ...dataset, size: 0 })).rejects.toThrow(/must have at least one example/)
  await expect(populationStatistics(trained, dataset, { mode: 'article', batchSize: 1 })).rejects.toThrow(
    /a batch of more than one value/,
  )
})
