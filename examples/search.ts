/**
 * A search file: an experiment for each point of a space. The command line tries some, keeps what it found, and writes the
 * best one as an experiment file of its own.
 *
 *   thalweg tune examples/search.ts
 *   thalweg tune examples/search.ts --sampler random --trials 40 --workers 2
 */
import { fitInputs, preprocessed, spiral, split } from 'thalweg/data'
import { crossEntropy, dense, elu, sequential, tanh } from 'thalweg/nn'
import { adamw, momentum } from 'thalweg/optim'
import type { ExperimentContext, ExperimentData } from 'thalweg/train'
import { choice, conditional, defineSearch, hyperband, integer, logUniform, uniform } from 'thalweg/tune'

export default defineSearch({
  name: 'three-arms',
  epochs: 27,
  pruner: hyperband({ max: 27, min: 3 }),

  space: {
    learningRate: logUniform(1e-3, 1e-1),
    units: integer(8, 64, { log: true }),
    layers: integer(1, 3),
    activation: choice(['elu', 'tanh']),
    // The share of momentum exists only where there is momentum.
    optimizer: conditional({ adamw: {}, momentum: { momentum: uniform(0.5, 0.99) } }),
  },

  experiment({ learningRate, units, layers, activation, optimizer }) {
    const hidden = Array.from({ length: layers }, () => [dense(units), activation === 'elu' ? elu() : tanh()])
    return {
      data,
      model: sequential(...hidden.flat(), dense(3)),
      loss: crossEntropy(),
      optimizer:
        optimizer.name === 'adamw'
          ? adamw({ learningRate, weightDecay: 0.01 })
          : momentum({ learningRate, momentum: optimizer.momentum }),
      batchSize: 32,
    }
  },
})

/** Outside of `experiment`: the same function each time means the same data, made once. */
function data({ seed }: ExperimentContext): ExperimentData {
  const { train, valid, test } = split(spiral({ size: 900, seed }), { seed })
  const preprocessing = fitInputs(train)
  return {
    train: preprocessed(train, preprocessing),
    valid: preprocessed(valid, preprocessing),
    test: preprocessed(test, preprocessing),
    preprocessing,
  }
}
