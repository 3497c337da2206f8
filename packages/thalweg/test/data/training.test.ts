/** Training on views that differ from epoch to epoch: a resumed run sees what an uninterrupted one does. */
import {
  augmented,
  type Dataset,
  digits,
  fitInputs,
  mixup,
  noise,
  preprocessed,
  shift,
  softLabels,
  split,
} from 'thalweg/data'
import { crossEntropy, dense, flatten, klDivergence, type Loss, sequential } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { decodeCheckpoint, type FitOptions, fit, type Run } from 'thalweg/train'
import { expect, it } from 'vitest'

const parts = split(digits({ size: 60, seed: 1 }), { seed: 1, valid: 0.2, test: 0 })
const scaling = fitInputs(parts.train)

/** Made anew for each run, as a program that is started again makes it. */
function data(): Dataset {
  return preprocessed(augmented(parts.train, [shift({ pixels: 2 }), noise({ deviation: 0.1 })], { seed: 3 }), scaling)
}

async function train(data: Dataset, valid: Dataset, loss: Loss, more: Partial<FitOptions> = {}): Promise<Run> {
  const model = sequential(flatten(), dense(10))
  return fit(model, { train: data, valid, loss, optimizer: adam(), epochs: 3, batchSize: 16, seed: 2, ...more })
}

it('resumes with the same augmented examples, bit for bit', async () => {
  const valid = preprocessed(parts.valid, scaling)
  const saved: Uint8Array[] = []
  const checkpoint = {
    everySteps: 3,
    save: async ({ bytes }: { readonly bytes: Uint8Array }) => {
      saved.push(bytes)
      return undefined
    },
  }
  const whole = await train(data(), valid, crossEntropy(), { checkpoint })
  const plain = await train(preprocessed(parts.train, scaling), valid, crossEntropy())
  expect(plain.store.save()).not.toEqual(whole.store.save())
  for (const bytes of saved.slice(0, -1)) {
    const resume = await decodeCheckpoint(bytes, 'checkpoint')
    const resumed = await train(data(), valid, crossEntropy(), { resume })
    expect(resumed.store.save()).toEqual(whole.store.save())
  }
})

it('learns from soft labels that mixup makes', async () => {
  const valid = preprocessed(softLabels(parts.train), scaling)
  const run = await train(mixup(data(), { alpha: 0.4 }), valid, klDivergence(), { epochs: 8 })
  const losses = run.history.map(({ validLoss = Number.NaN }) => validLoss)
  expect(losses[7]).toBeLessThan(0.7 * losses[0])
})
