/** The first number that is none, however it came about. */
import { arrays, type Dataset } from 'thalweg/data'
import { advise, fix } from 'thalweg/diagnose'
import { createStore, dense, meanSquaredError, relu, sequential, sigmoid, tanh, zeros } from 'thalweg/nn'
import { adam, sgd } from 'thalweg/optim'
import * as t from 'thalweg/tensor'
import { type Finding, type FitOptions, fit } from 'thalweg/train'
import { expect, it } from 'vitest'
import { clouds, recipe, slope } from './patients.ts'

async function death(model: Parameters<typeof fit>[0], options: Partial<FitOptions>): Promise<Finding | undefined> {
  const found: Finding[] = []
  const onEvent: FitOptions['onEvent'] = (event) => {
    if (event.type === 'finding') found.push(event)
  }
  await expect(fit(model, { ...recipe(), babysit: advise(), ...options, onEvent })).rejects.toThrow(/finite/)
  return found.find(({ code }) => code === 'non-finite')
}

const model = () => sequential(dense(16), relu(), dense(4))

function spoilt(dataset: Dataset): Dataset {
  return {
    ...dataset,
    fill(rows, inputs, targets, epoch) {
      dataset.fill(rows, inputs, targets, epoch)
      const at = rows.indexOf(77)
      if (at >= 0 && epoch === 1) inputs[8 * at + 5] = Number.NaN
    },
  }
}

it('lies in the data: example and feature are named', async () => {
  const { origin } = (await death(model(), { train: spoilt(clouds()) })) ?? {}
  expect(origin).toMatchObject({ op: 'input', part: 'forward', example: 77, epoch: 2, value: Number.NaN })
  expect(origin?.place[1]).toBe(5)
  // Where it is known what the example was read from, that is said instead.
  const source = { leftOut: [], place: (example: number) => ({ file: 'clouds.csv', line: 2 * example }) }
  const finding = await death(model(), { train: { ...spoilt(clouds()), source } })
  expect(finding?.message).toMatch(/^in step \d+, epoch 2, the input itself is NaN \(line 154 of clouds\.csv, place/)
})

it('lies in a weight: its path and place are named', async () => {
  const store = createStore({ seed: 1 })
  await fit(model(), { ...recipe(), epochs: 1, store })
  const weights = store.save()
  weights['dense2.weight'].data[6] = Number.POSITIVE_INFINITY
  store.load(weights)
  const { origin } = (await death(model(), { store })) ?? {}
  expect(origin).toMatchObject({ op: 'variable', layer: 'dense2.weight', place: [1, 2], step: 1 })
})

it('lies in a weight that a saturated unit hides: the loss stays finite, and it is said all the same, once', async () => {
  const hiding = sequential(dense(16), sigmoid(), dense(4))
  const store = createStore({ seed: 1 })
  await fit(hiding, { ...recipe(), epochs: 1, store })
  const weights = store.save()
  weights['dense1.weight'].data[6] = Number.POSITIVE_INFINITY
  store.load(weights)
  const found: Finding[] = []
  const onEvent: FitOptions['onEvent'] = (event) => {
    if (event.type === 'finding' && event.code === 'non-finite') found.push(event)
  }
  await fit(hiding, { ...recipe(), babysit: advise(), store, onEvent })
  expect(found).toHaveLength(1)
  expect(found[0].origin).toMatchObject({ op: 'variable', layer: 'dense1.weight', place: [0, 6], step: 1 })
})

it('lies in an operation: layer, example and operand are named', async () => {
  const numbers = arrays({
    inputs: Float32Array.from({ length: 256 }, (_, i) => (i === 200 ? -3 : 1 + (i % 7))),
    inputShape: [1],
    numbers: new Float32Array(256).fill(1),
  })
  const log = { kind: 'logarithm', options: {}, forward: (x: t.Tensor) => t.log(x) }
  const options = { train: numbers, loss: meanSquaredError(), optimizer: sgd({ learningRate: 1e-3 }) }
  const finding = await death(sequential(log, dense(1)), options)
  expect(finding).toMatchObject({ layer: 'logarithm1', cause: 'log was given a value outside of its domain' })
  expect(finding?.origin).toMatchObject({ op: 'log', part: 'forward', layer: 'logarithm1', example: 200, from: [-3] })
})

it('comes of the rate: steps that outgrow float32', async () => {
  const options = { train: slope(), loss: meanSquaredError(), optimizer: sgd({ learningRate: 1e30 }) }
  const finding = await death(sequential(dense(8), dense(1)), options)
  expect(finding?.cause).toMatch(/learning rate is too high/)
  expect(finding?.patches[0]).toEqual({ kind: 'learning-rate', factor: 0.1 })
  expect(finding?.origin?.from.some((value) => Math.abs(value) > 1e15)).toBe(true)
})

it('lies in the loss: that is named, and the example', async () => {
  const numbers = Float32Array.from({ length: 64 }, (_, i) => (i === 40 ? 1e20 : 1))
  const train = arrays({ inputs: new Float32Array(64).fill(1), inputShape: [1], numbers })
  const model = sequential(dense(8), tanh(), dense(1))
  const finding = await death(model, { train, loss: meanSquaredError(), optimizer: sgd({ learningRate: 1e-3 }) })
  expect(finding).toMatchObject({ layer: 'loss', origin: { part: 'forward', layer: 'loss', example: 40 } })
  expect(finding?.message).toMatch(/mul in the loss gives Infinity .*\(example 40/)
})

it('lies in a gradient: the example that brings most to it is named, however wide the layer', async () => {
  // As many inputs as a batch has examples: the gradient of the weights looks like one row for each.
  const inputs = Float32Array.from({ length: 32 * 32 }, (_, i) => (i === 20 * 32 + 5 ? 3e38 : 1))
  const train = arrays({ inputs, inputShape: [32], numbers: new Float32Array(32).fill(-1000) })
  const model = sequential(dense(16, { initializer: zeros() }), dense(1))
  const options = { train, loss: meanSquaredError(), optimizer: sgd({ learningRate: 1e-9 }) }
  const finding = await death(model, options)
  expect(finding?.origin).toMatchObject({ part: 'backward', layer: 'dense1', example: 20, isOfAll: true })
  expect(finding?.origin?.place[0]).toBe(5)
  expect(finding?.message).toMatch(/most of it from example 20/)
})

it('lies beside the weights: the sum of an optimizer is named, and the parameter', async () => {
  const train = arrays({
    inputs: new Float32Array(8).fill(1),
    inputShape: [1],
    numbers: new Float32Array(8).fill(1.2e19),
  })
  const finding = await death(sequential(dense(1)), {
    train,
    batchSize: 1,
    loss: meanSquaredError(),
    optimizer: adam({ learningRate: 1e-3 }),
    checkpoint: { save: async () => undefined },
  })
  expect(finding).toMatchObject({ layer: 'dense1.weight', origin: { op: 'state', value: Number.POSITIVE_INFINITY } })
  expect(finding?.message).toMatch(/adam/)
})

it('lies in the rate itself', async () => {
  const finding = await death(model(), { optimizer: sgd({ learningRate: 1e39 }) })
  expect(finding).toMatchObject({
    layer: 'learningRate',
    message: expect.stringMatching(/the learning rate itself is Infinity/),
  })
})

it('cannot be named where the data had it once: that is said, and what to do about such data', async () => {
  const all = clouds()
  let fills = 0
  const once: Dataset = {
    ...all,
    fill(rows, inputs, targets, epoch) {
      all.fill(rows, inputs, targets, epoch)
      if (++fills === 40) inputs[7] = Number.NaN
    },
  }
  const finding = await death(model(), { train: once, epochs: 9 })
  expect(finding).toMatchObject({ cause: expect.stringMatching(/^data that had other values/), patches: [] })
  expect(finding?.origin).toBeUndefined()
  expect(finding?.message).toMatch(/^a value is not finite after step \d+, and no layer or example can be named: /)
  expect(finding?.try).not.toMatch(/rate/)
})

it('is not claimed of weights that are huge and finite', async () => {
  const store = createStore({ seed: 1 })
  const hiding = sequential(dense(16), sigmoid(), dense(4))
  await fit(hiding, { ...recipe(), epochs: 1, store })
  const weights = store.save()
  // Its square is beyond float32.
  weights['dense1.weight'].data[6] = 1e30
  store.load(weights)
  const { findings } = await fit(hiding, { ...recipe(), babysit: advise(), store })
  expect(findings.map(({ code }) => code)).not.toContain('non-finite')
})

it('comes before any update: no rate is advised, and a babysitter that mends tries none', async () => {
  const never = { kind: 'never', options: {}, forward: (x: t.Tensor) => t.log(t.sub(t.mul(t.abs(x), -1), 1)) }
  const events: string[] = []
  let finding: Finding | undefined
  const run = fit(sequential(dense(16), never, dense(4)), {
    ...recipe(),
    babysit: fix(),
    onEvent(event) {
      events.push(event.type)
      if (event.type === 'finding' && event.code === 'non-finite') finding = event
    },
  })
  await expect(run).rejects.toThrow(/step 1, epoch 1\ntry: check that inputs .* before any update$/)
  expect(finding).toMatchObject({ patches: [], cause: expect.stringContaining('no learning rate helps') })
  expect(finding?.try).not.toMatch(/rate/)
  expect(events).not.toContain('mend')
})
