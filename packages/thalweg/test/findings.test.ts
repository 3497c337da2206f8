/** What `fit` finds before it trains: both ways, as events and in the run. */

import { random } from 'thalweg/base'
import { arrays, inOrder, shuffled } from 'thalweg/data'
import { advise } from 'thalweg/diagnose'
import { batchNorm, crossEntropy, dense, fold, relu, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { type Checkpoint, decodeCheckpoint, fit, type TrainEvent } from 'thalweg/train'
import { expect, it } from 'vitest'

/** Two clouds, one class after the other. */
const draw = random(1, 'sorted')
const labels = Int32Array.from({ length: 256 }, (_, i) => Math.floor(i / 128))
const inputs = Float32Array.from({ length: 512 }, (_, i) => draw.normal() + 3 * labels[i >> 1])
const train = arrays({ name: 'sorted', inputs, inputShape: [2], labels })
const options = { train, loss: crossEntropy(), optimizer: sgd({ learningRate: 0.1 }), epochs: 1, batchSize: 32 }

it('warns of batches that are no random samples, and not of shuffled ones', async () => {
  const model = sequential(dense(4), batchNorm(), relu(), dense(2))
  const events: TrainEvent[] = []
  const sorted = await fit(model, { ...options, order: inOrder(), onEvent: (event) => void events.push(event) })
  expect(sorted.findings).toMatchObject([{ code: 'batches-not-random', severity: 'warning', layer: 'batchNorm1' }])
  expect(events.filter(({ type }) => type === 'finding')).toEqual(sorted.findings)
  expect(events.findIndex(({ type }) => type === 'finding')).toBe(events.findIndex(({ type }) => type === 'start') + 1)
  expect((await fit(model, { ...options, order: shuffled() })).findings).toEqual([])
  // Without batch norm nothing relies on it.
  expect((await fit(sequential(dense(4), relu(), dense(2)), { ...options, order: inOrder() })).findings).toEqual([])
})

it('notes a bias that batch norm takes off; the run folds as it is', async () => {
  const run = await fit(sequential(dense(4, { bias: true }), batchNorm(), relu(), dense(2)), options)
  expect(run.findings).toMatchObject([{ code: 'bias-before-batch-norm', severity: 'info', layer: 'dense1' }])
  expect(fold(run).folded).toMatchObject([{ batchNorm: 'batchNorm1', into: 'dense1', bias: true }])
})

it('tells of each thing once in a run, however many sittings it takes', async () => {
  const model = sequential(dense(4, { bias: true }), batchNorm(), relu(), dense(2))
  let bytes: Uint8Array | undefined
  async function save(checkpoint: Checkpoint): Promise<undefined> {
    bytes = checkpoint.bytes
  }
  const watched = { ...options, order: inOrder(), babysit: advise() }
  const first = await fit(model, { ...watched, checkpoint: { save } })
  const codes = first.findings.map(({ code }) => code)
  expect(codes).toEqual(expect.arrayContaining(['bias-before-batch-norm', 'batches-not-random', 'sorted-examples']))

  const events: TrainEvent[] = []
  const resume = await decodeCheckpoint(bytes ?? new Uint8Array(), 'checkpoint')
  const onEvent = (event: TrainEvent): void => void events.push(event)
  const later = await fit(model, { ...watched, epochs: 2, resume, onEvent })
  expect(later.findings.slice(0, codes.length)).toEqual(first.findings)
  const again = events.filter((event) => event.type === 'finding' && codes.includes(event.code))
  expect(again).toEqual([])
})
