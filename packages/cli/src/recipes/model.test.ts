import { summary } from 'thalweg/nn'
import { describe, expect, it } from 'vitest'
import { activationName, activationNames } from './activations.ts'
import { buildModel, type CnnDescription, chooseModel, describeModel, type MlpDescription } from './model.ts'

const cnn: CnnDescription = {
  ...{ kind: 'cnn', inputShape: [8, 8, 1], outputs: 3, activation: 'relu', batchNorm: true, dropout: 0.25 },
  ...{ filters: [4, 6], hidden: 10 },
}
const mlp: MlpDescription = {
  ...{ kind: 'mlp', inputShape: [5], outputs: 3, activation: 'tanh', batchNorm: false, dropout: 0 },
  hidden: [7, 8],
}

/** The number of trainable values, worked out by hand. */
const CONVOLUTIONS = 9 * 4 + 9 * 4 * 6
const DENSE = 2 * 2 * 6 * 10 + 10 + 10 * 3 + 3

describe('the default networks', () => {
  it.each([
    ['cnn', cnn, CONVOLUTIONS + 2 * (4 + 6) + DENSE],
    ['cnn without batch norm', chooseModel(cnn, { batchNorm: false, dropout: 0 }), CONVOLUTIONS + 4 + 6 + DENSE],
    ['cnn by group', chooseModel(cnn, { norm: 'group' }), CONVOLUTIONS + 3 * (4 + 6) + DENSE],
    ['cnn by instance', chooseModel(cnn, { norm: 'instance' }), CONVOLUTIONS + 2 * (4 + 6) + DENSE],
    ['mlp by layer', chooseModel(mlp, { norm: 'layer' }), 5 * 7 + 3 * 7 + 7 * 8 + 3 * 8 + 8 * 3 + 3],
    ['mlp by root mean square', chooseModel(mlp, { norm: 'rms' }), 5 * 7 + 2 * 7 + 7 * 8 + 2 * 8 + 8 * 3 + 3],
    ['mlp', mlp, 5 * 7 + 7 + 7 * 8 + 8 + 8 * 3 + 3],
    ['mlp with batch norm', chooseModel(mlp, { batchNorm: true, dropout: 0.1 }), 5 * 7 + 14 + 7 * 8 + 16 + 8 * 3 + 3],
    [
      'mlp with an activation that learns one slope a layer',
      chooseModel(mlp, { activation: 'prelu' }),
      42 + 64 + 27 + 2,
    ],
  ])('%s has the layers that it says', (_, description, parameters) => {
    const { parameters: found } = summary(buildModel(description), description.inputShape)
    expect(found).toBe(parameters)
    expect(describeModel(description)).toContain(description.activation)
  })

  it('can be made with every activation', () => {
    for (const activation of activationNames) {
      const { layers } = summary(buildModel(chooseModel(mlp, { activation, batchNorm: true })), [5])
      // Whatever an activation makes of what it is given, as many units are left as the description says.
      expect(layers.filter(({ kind }) => kind === 'dense').map(({ parameters }) => parameters)[2]).toBe(8 * 3 + 3)
    }
    expect(() => chooseModel(mlp, { activation: 'rellu' })).toThrow(/relu/)
  })

  it('know an activation by both spellings', () => {
    expect(['leakyRelu', 'leaky-relu', 'swish'].map(activationName)).toEqual(['leaky-relu', 'leaky-relu', 'silu'])
    expect(activationNames.map(activationName)).toEqual(activationNames)
  })
})
