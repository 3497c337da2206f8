/** What `fit` refuses before its first step, because nothing would come of it. */
import { wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { arrays, moons } from 'thalweg/data'
import { batchNorm, conv2d, crossEntropy, dense, flatten, type Model, sequential } from 'thalweg/nn'
import { type Average, adam, decoupledDecay, ema, lookahead, sgd, swa } from 'thalweg/optim'
import { defineExperiment, fit, rangeTest } from 'thalweg/train'
import { expect, it } from 'vitest'
import { rejects, throwsError } from '../tune/fails.ts'
import { reference } from './runs.ts'

const train = moons({ size: 20 })
const model = sequential(dense(2))
const recipe = { train, loss: crossEntropy(), optimizer: adam(), epochs: 4, batchSize: 8, engine: reference() }

it('options by names that it does not have', async () => {
  const asked: object = { epoch: 3 }
  const error = await rejects('train/unknown-option', () => fit(model, { ...recipe, ...asked }))
  expect(error.message).toBe(
    'fit: the option must be one of those that it has\nreceived: epoch\ntry: did you mean "epochs"?',
  )
  const elsewhere: object = { learningRate: 0.1 }
  expect((await rejects('train/unknown-option', () => fit(model, { ...recipe, ...elsewhere }))).try).toMatch(
    'optimizer',
  )
  const patience: object = { patience: 2, minimumDelta: 1 }
  await rejects('train/unknown-option', () => fit(model, { ...recipe, earlyStopping: { patience: 2, ...patience } }))
  const { engine: _, train: data, ...rest } = recipe
  const experiment = { data: { train: data }, model, ...rest }
  expect(defineExperiment(experiment)).toBe(experiment)
  const typo: object = { batchsize: 3 }
  const refused = throwsError('train/unknown-option', () => defineExperiment({ ...experiment, ...typo }))
  expect(refused.try).toBe('did you mean "batchSize"?')
})

// 20 examples in batches of 8 are 3 updates an epoch, 2 where two batches make one.
it.each<[Average, object, string]>([
  [swa({ startEpoch: 40 }), {}, 'startEpoch 40, 4 epochs in all'],
  [swa({ startEpoch: 4 }), {}, 'startEpoch 4, 4 epochs in all'],
  [swa({ startStep: 12 }), {}, 'startStep 12, 12 updates in all'],
  [swa({ startStep: 9 }), { accumulate: 2 }, 'startStep 9, 8 updates in all'],
  [ema(), { epochs: 1, batchSize: 'all' }, '{"decay":0.999,"beginning":"correct"}, 1 epoch in all'],
])('an average that would be the last weights: %#', async (average, more, received) => {
  const error = await rejects('train/bad-option', () => fit(model, { ...recipe, average, ...more }))
  const rule = `fit: average ${average.name} must take in more than the last weights`
  expect([error.rule, error.received]).toEqual([rule, received])
})

it.each([swa({ startEpoch: 3 }), swa({ startStep: 11 }), ema()])('and no other average: %#', async (average) => {
  expect((await fit(model, { ...recipe, average })).epochs).toBe(4)
})

it('a lookahead whose slow weights would never move, also of a group, and no other', async () => {
  const ahead = (syncSteps: number) => decoupledDecay(lookahead(sgd(), { syncSteps }))
  const error = await rejects('train/bad-option', () => fit(model, { ...recipe, optimizer: ahead(13) }))
  expect(error.message).toBe(
    'fit: lookahead must act before the run ends\nreceived: syncSteps 13, 12 updates in all\n' +
      'try: give syncSteps at most 12, leave lookahead out, or train for longer',
  )
  const groups = [{ match: /weight$/, optimizer: lookahead(ahead(13)) }]
  await rejects('train/bad-option', () => fit(model, { ...recipe, groups }))
  expect((await fit(model, { ...recipe, optimizer: ahead(12) })).epochs).toBe(4)
  // A range test has the steps that it is asked for, whatever an epoch has.
  const range = { ...recipe, seeds: 1, steps: 20 }
  await rejects('train/bad-option', () => rangeTest(model, { ...range, optimizer: ahead(21) }))
  expect((await rangeTest(model, { ...range, optimizer: ahead(20) })).rates).toHaveLength(20)
})

it("the article's statistics of batches that have no variance, and no others", async () => {
  const statistics = 'article' as const
  const normal = sequential(dense(3), batchNorm(), dense(2))
  let events = 0
  const onEvent = () => void events++
  const act = () => fit(normal, { ...recipe, batchSize: 1, statistics, onEvent })
  expect((await rejects('train/bad-option', act)).message).toBe(
    "fit: statistics 'article' needs batches of at least two values per channel\n" +
      'received: batches of 1 example, 1 value per channel in batchNorm1\n' +
      "try: give batchSize 2 or more, or statistics: 'exact'",
  )
  expect(events).toBe(0)
  const ends = async (made: Model, options: object) =>
    (await fit(made, { ...recipe, epochs: 1, statistics, ...options })).interrupted
  // A last batch of one beside larger ones, images whose pixels vary, and a model without batch norm.
  expect(await ends(normal, { batchSize: 19 })).toBe(false)
  const images = arrays({
    inputs: Float32Array.from({ length: 16 }, (_, i) => i),
    inputShape: [2, 2, 1],
    labels: [0, 1, 0, 1],
  })
  const convolution = sequential(conv2d(2, 2, { padding: 'same' }), batchNorm(), flatten(), dense(2))
  expect(await ends(convolution, { train: images, batchSize: 1 })).toBe(false)
  expect(await ends(model, { batchSize: 1 })).toBe(false)
})

it('more weights than there is room for, before the first is drawn', async () => {
  let drawn = 0
  const initializer = (shape: readonly number[]) => {
    drawn++
    return new Float64Array(shape.reduce((a, b) => a * b, 1))
  }
  const layers = Array.from({ length: 4 }, () => dense(12_000, { initializer }))
  const engine = createEngine(wasmBackend({ threads: 1 }))
  const options = { ...recipe, engine }
  const error = await rejects('backend/out-of-memory', () => fit(sequential(...layers, dense(2)), options))
  expect(error.received).toBe(
    '4.83 GiB for 432096002 parameters under adam, the largest dense2.weight [12000,12000], where there is room for 4.00 GiB',
  )
  expect(drawn).toBe(0)
})

it('first weights that the machine has no memory for', async () => {
  const initializer = () => new Float64Array(2 ** 52)
  const error = await rejects('backend/out-of-memory', () => fit(sequential(dense(2, { initializer })), recipe))
  expect(error.message).toMatch(
    /^dense1.weight \[2,2\]: the machine must have the memory for it.*\nreceived: .+\ntry: /,
  )
})

it('an engine that is none', async () => {
  const asked: object = { engine: 'wasm' }
  await rejects('compile/not-an-engine', () => fit(model, { ...recipe, ...asked }))
})
