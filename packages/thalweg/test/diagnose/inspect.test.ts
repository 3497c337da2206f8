/** What `inspect` measures, held to what can be worked out by hand. */
import { referenceBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { arrays } from 'thalweg/data'
import { inspect } from 'thalweg/diagnose'
import {
  batchNorm,
  constant,
  createStore,
  crossEntropy,
  dense,
  dropout,
  type Model,
  relu,
  sequential,
  sigmoid,
  tanh,
} from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { add, tanh as tanhOf } from 'thalweg/tensor'
import { fit } from 'thalweg/train'
import { describe, expect, it } from 'vitest'

const engine = createEngine(referenceBackend())

/** Four examples of two values: y is their sum. */
const four = arrays({ inputs: [1, 2, 3, 4, -1, 0, 0, 0], inputShape: [2], numbers: [3, 7, -1, 0] })

describe('inspect', () => {
  it('has the activations and gradients of a linear unit', async () => {
    const model = sequential(dense(1, { initializer: constant(2) }))
    const { layers, parameters, loss, examples } = await inspect(model, four, { engine })
    // Outputs 2 (a + b): 6, 14, -2, 0, where 3, 7, -1, 0 are wanted.
    const outputs = [6, 14, -2, 0]
    const errors = [3, 7, -1, 0]
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length
    expect(examples).toBe(4)
    expect(loss).toBeCloseTo(mean(errors.map((error) => error ** 2)), 12)
    expect(layers).toHaveLength(1)
    const [{ activations, gradients, silent, saturated, outputShape }] = layers
    expect(activations).toMatchObject({ count: 4, nonFinite: 0, min: -2, max: 14, zeros: 0.25 })
    expect(activations.mean).toBeCloseTo(mean(outputs), 12)
    expect(activations.deviation ** 2).toBeCloseTo(mean(outputs.map((y) => (y - mean(outputs)) ** 2)), 12)
    expect(activations.histogram.counts.reduce((a, b) => a + b)).toBe(4)
    expect([activations.histogram.edges[0], activations.histogram.edges.at(-1)]).toEqual([-2, 14])
    // d (y - t)^2 / d y of each example, whatever the batch.
    expect(gradients).toMatchObject({ min: -2, max: 14, zeros: 0.25 })
    expect([silent, saturated, outputShape]).toEqual([0, undefined, [1]])
    const [weight, bias] = parameters
    expect([weight.path, weight.layer, weight.shape]).toEqual(['dense1.weight', 'dense1', [2, 1]])
    expect(weight.values).toMatchObject({ mean: 2, deviation: 0, min: 2, max: 2 })
    // The optimizer's: of the mean. 2/4 (3*1 + 7*3 + 1*1 + 0) and 2/4 (3*2 + 7*4).
    expect([weight.gradients.min, weight.gradients.max]).toEqual([12.5, 17])
    expect(bias.gradients.mean).toBeCloseTo(2 * mean(errors), 12)
  })

  it('says what is saturated and what is silent', async () => {
    const model = sequential(
      dense(3, { initializer: constant(1), biasInitializer: constant(-6), name: 'down' }),
      relu(),
      dense(2, { initializer: constant(1) }),
      tanh(),
      sigmoid(),
      dense(1),
    )
    const { layers } = await inspect(model, four, { engine })
    const of = (path: string) => layers.find((layer) => layer.path === path)
    // Only 3 + 4 - 6 is above 0.
    expect(of('relu1')).toMatchObject({ silent: 0, saturated: undefined })
    expect(of('relu1')?.activations.zeros).toBe(0.75)
    // tanh of 0, 0, 0 and 3; sigmoid of that lies within its middle.
    expect(of('tanh1')?.saturated).toBe(0.25)
    expect(of('sigmoid1')?.saturated).toBe(0)
    const silent = sequential(dense(3, { biasInitializer: constant(-99) }), relu(), dense(1))
    expect((await inspect(silent, four, { engine })).layers[1].silent).toBe(1)
  })

  it('looks at layers called by hand and at parameters of the model itself, and knows a second use', async () => {
    const shared = dense(2, { name: 'shared' })
    const model: Model = (x, scope) => {
      const offset = scope.parameter('offset', [2], constant(1), { decay: false })
      const block = sequential(shared, tanh())
      return scope.call(dense(1, { name: 'head' }), scope.call(shared, add(scope.call(block, x), tanhOf(offset))))
    }
    const { layers, parameters } = await inspect(model, four, { engine })
    expect(layers.map(({ path, use }) => [path, use])).toEqual([
      ['sequential1.shared', 1],
      ['sequential1.tanh1', 1],
      ['sequential1.shared', 2],
      ['head', 1],
    ])
    expect(parameters.find(({ path }) => path === 'offset')).toMatchObject({ layer: '', shape: [2] })
  })

  it('sees what the first step of a fit sees, and changes nothing', async () => {
    const data = arrays({
      inputs: new Float32Array(80).map((_, i) => Math.sin(i)),
      labels: [...Array(40).keys()].map((i) => i % 2),
    })
    const model = sequential(dense(6), batchNorm(), relu(), dropout({ rate: 0.5 }), dense(2))
    const store = createStore({ seed: 3, engine })
    const { loss, layers } = await inspect(model, data, { engine, seed: 3, store, batchSize: 16 })
    const states = store.save()
    expect([...states['batchNorm1.runningMean'].data]).toEqual([0, 0, 0, 0, 0, 0])
    expect(layers.find(({ kind }) => kind === 'batchNorm')?.activations.mean).toBeCloseTo(0, 6)
    let first = Number.NaN
    await fit(model, {
      train: data,
      loss: crossEntropy(),
      optimizer: sgd({ learningRate: 0 }),
      epochs: 1,
      batchSize: 16,
      seed: 3,
      engine,
      stepEvents: 1,
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 1) first = event.loss
      },
    })
    expect(loss).toBeCloseTo(first, 12)
    const calm = await inspect(model, data, { engine, seed: 3, training: false })
    expect(calm.layers.find(({ kind }) => kind === 'dropout')?.activations.zeros).toBeLessThan(0.6)
  })

  it('can give all histograms of a kind one range', async () => {
    const model = sequential(dense(5), tanh(), dense(1))
    const { layers } = await inspect(model, four, { engine, range: 'shared', bins: 8 })
    const edges = layers.map(({ activations }) => activations.histogram.edges)
    expect(edges[0]).toHaveLength(9)
    expect(edges[1]).toEqual(edges[0])
    expect(edges[2]).toEqual(edges[0])
    expect(layers[0].gradients.histogram.edges).not.toEqual(edges[0])
  })

  it('looks at some layers alone, and shares a range among those', async () => {
    const model = sequential(dense(5, { initializer: constant(9) }), tanh(), dense(1))
    const options = { engine, range: 'shared', layers: ['tanh1'] } as const
    const { layers, parameters } = await inspect(model, four, options)
    expect(layers.map(({ path }) => path)).toEqual(['tanh1'])
    expect(layers[0].activations.histogram.edges.at(-1)).toBeLessThanOrEqual(1)
    expect(parameters).toHaveLength(4)
    await expect(inspect(model, four, { engine, layers: ['tanh2'] })).rejects.toThrow(/received: 'tanh2'\ntry: did you/)
  })

  it('refuses no bins', async () => {
    await expect(inspect(sequential(dense(1)), four, { bins: 0 })).rejects.toThrow(
      /inspect: bins must be a whole number of at least 1/,
    )
  })
})
