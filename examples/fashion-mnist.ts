/**
 * Fashion-MNIST from the toolbox: three blocks of convolutions with batch norm, images shifted and mirrored at random,
 * softened labels, decoupled weight decay, one cycle of the learning rate.
 *
 *   thalweg train examples/fashion-mnist.ts --data DIR --seed 1     DIR: the four files, as published
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  assembleNamed,
  augmented,
  type FileRole,
  fashionMnist,
  fitInputs,
  flip,
  type NamedFiles,
  preprocessed,
  shift,
  split,
} from 'thalweg/data'
import {
  batchNorm,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  globalAveragePool2d,
  type Layer,
  maxPool2d,
  relu,
  sequential,
} from 'thalweg/nn'
import { adamw, oneCycle } from 'thalweg/optim'
import { defineExperiment } from 'thalweg/train'

const EPOCHS = 12
const BATCH = 64
const HELD_OUT = 2000

/** The bias would be subtracted again by batch norm: it is left out. */
const block = (filters: number): Layer[] => [conv2d(filters, 3, { padding: 'same', bias: false }), batchNorm(), relu()]

async function read(folder: string | undefined): Promise<NamedFiles> {
  if (folder === undefined) throw new Error('give the folder with the four files: --data DIR')
  const of = async (role: FileRole): Promise<NamedFiles[FileRole]> => {
    const name = fashionMnist.files.find((file) => file.role === role)?.file ?? role
    return { file: name, bytes: await readFile(join(folder, name)) }
  }
  return {
    trainImages: await of('trainImages'),
    trainLabels: await of('trainLabels'),
    testImages: await of('testImages'),
    testLabels: await of('testLabels'),
  }
}

export default defineExperiment({
  name: 'fashion-mnist-recipe',
  async data({ seed, folder }) {
    const { train: all, test } = await assembleNamed(fashionMnist, await read(folder))
    const { train, valid } = split(all, { seed, valid: Math.min(0.1, HELD_OUT / all.size), test: 0 })
    const preprocessing = fitInputs(train)
    return {
      train: preprocessed(augmented(train, [flip(), shift({ pixels: 2 })], { seed }), preprocessing),
      valid: preprocessed(valid, preprocessing),
      test: preprocessed(test, preprocessing),
      preprocessing,
    }
  },
  model: sequential(
    ...block(32),
    maxPool2d(2),
    ...block(64),
    ...block(64),
    maxPool2d(2),
    ...block(128),
    globalAveragePool2d(),
    dropout({ rate: 0.2 }),
    dense(10),
  ),
  loss: crossEntropy({ labelSmoothing: 0.05 }),
  optimizer: adamw({ learningRate: 0.005, weightDecay: 0.02 }),
  schedule: oneCycle({ maxLearningRate: 0.005, totalSteps: EPOCHS * Math.ceil((60_000 - HELD_OUT) / BATCH) }),
  epochs: EPOCHS,
  batchSize: BATCH,
})
