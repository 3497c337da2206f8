/**
 * An experiment file: everything a run needs, under one name. The command line trains it, keeps checkpoints, and lets
 * you change a thing or two without touching the file.
 *
 *   thalweg train examples/experiment.ts
 *   thalweg train examples/experiment.ts --epochs 50 --optimizer rmsprop --seed 7
 */
import { fitInputs, preprocessed, spiral, split } from 'thalweg/data'
import { crossEntropy, dense, elu, sequential } from 'thalweg/nn'
import { adamw } from 'thalweg/optim'
import { defineExperiment } from 'thalweg/train'

export default defineExperiment({
  name: 'three-arms',

  // A function of the run's seed: another --seed draws other points and splits them differently.
  data({ seed }) {
    const { train, valid, test } = split(spiral({ size: 900, seed }), { seed })
    const preprocessing = fitInputs(train)
    return {
      train: preprocessed(train, preprocessing),
      valid: preprocessed(valid, preprocessing),
      test: preprocessed(test, preprocessing),
      preprocessing,
    }
  },

  model: sequential(dense(32), elu(), dense(32), elu(), dense(3)),
  loss: crossEntropy({ labelSmoothing: 0.02 }),
  optimizer: adamw({ learningRate: 0.02, weightDecay: 0.01 }),
  epochs: 30,
  batchSize: 32,
})
