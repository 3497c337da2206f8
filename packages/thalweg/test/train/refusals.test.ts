/** What `fit` refuses before its first step, because nothing would come of it. */
import { arrays, moons } from 'thalweg/data'
import { batchNorm, conv2d, crossEntropy, dense, flatten, type Model, sequential } from 'thalweg/nn'
import { type Average, adam, ema, swa } from 'thalweg/optim'
import { defineExperiment, fit } from 'thalweg/train'
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
  [swa({ startEpoch: 40 }), {}, 'startEpoch 40, 4 epochs'],
  [swa({ startStep: 13 }), {}, 'startStep 13, 12 updates in all'],
  [swa({ startStep: 9 }), { accumulate: 2 }, 'startStep 9, 8 updates in all'],
])('an average that would never begin: %#', async (average, more, received) => {
  const error = await rejects('train/bad-option', () => fit(model, { ...recipe, average, ...more }))
  expect([error.rule, error.received]).toEqual(['fit: average swa must begin before the run ends', received])
})

it.each([swa({ startEpoch: 4 }), swa({ startStep: 12 }), ema()])('and no other average: %#', async (average) => {
  expect((await fit(model, { ...recipe, average })).epochs).toBe(4)
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
