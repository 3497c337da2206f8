/**
 * Fashion-MNIST from the toolbox: three pairs of convolutions, each with batch norm, then a dense layer that still knows
 * where in the picture things are; images mirrored at random, decoupled weight decay, one cycle of the learning rate.
 *
 *   thalweg train examples/fashion-mnist.ts --data DIR --seed 1                  DIR: the four files, as published
 *   thalweg train examples/fashion-mnist.ts --data DIR --seed 1 --ensemble 5
 *
 * Seed 1: 94.2 % of the 10,000 test images, 10.5 minutes on two cores (Node 24); five networks together 94.7 %.
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
  split,
} from 'thalweg/data'
import { batchNorm, conv2d, crossEntropy, dense, flatten, type Layer, maxPool2d, relu, sequential } from 'thalweg/nn'
import { adamw, oneCycle } from 'thalweg/optim'
import { defineExperiment } from 'thalweg/train'

const EPOCHS = 11
const BATCH = 128
const HELD_OUT = 2000

const block = (filters: number): Layer[] => [conv2d(filters, 3, { padding: 'same' }), batchNorm(), relu()]
const pair = (filters: number): Layer[] => [...block(filters), ...block(filters)]

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
      train: preprocessed(augmented(train, [flip()], { seed }), preprocessing),
      valid: preprocessed(valid, preprocessing),
      test: preprocessed(test, preprocessing),
      preprocessing,
    }
  },
  model: sequential(
    ...pair(24),
    maxPool2d(2),
    ...pair(48),
    maxPool2d(2),
    ...pair(96),
    maxPool2d(2),
    flatten(),
    dense(256),
    batchNorm(),
    relu(),
    dense(10),
  ),
  loss: crossEntropy(),
  optimizer: adamw({ learningRate: 0.005, weightDecay: 0.1 }),
  schedule: oneCycle({ maxLearningRate: 0.005, totalSteps: EPOCHS * Math.ceil((60_000 - HELD_OUT) / BATCH) }),
  epochs: EPOCHS,
  batchSize: BATCH,
})
