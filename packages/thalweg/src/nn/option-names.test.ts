/** Options by a wrong name are refused by every layer, loss and initializer, with a near name. */
import { expect, it } from 'vitest'
import * as nn from './index.ts'

/** All that take options, with what stands before them. */
const makers: readonly (readonly [string, (options: object) => unknown])[] = [
  ['dense', (options) => nn.dense(2, options)],
  ['conv1d', (options) => nn.conv1d(2, 3, options)],
  ['conv2d', (options) => nn.conv2d(2, 3, options)],
  ['convTranspose2d', (options) => nn.convTranspose2d(2, 3, options)],
  ['embedding', (options) => nn.embedding(2, 3, options)],
  ['maxPool2d', (options) => nn.maxPool2d(2, options)],
  ['averagePool2d', (options) => nn.averagePool2d(2, options)],
  ['globalAveragePool2d', nn.globalAveragePool2d],
  ['globalMaxPool2d', nn.globalMaxPool2d],
  ['flatten', nn.flatten],
  ['residual', (options) => nn.residual(nn.dense(2), options)],
  ['batchNorm', nn.batchNorm],
  ['groupNorm', (options) => nn.groupNorm(2, options)],
  ['instanceNorm', nn.instanceNorm],
  ['layerNorm', nn.layerNorm],
  ['rmsNorm', nn.rmsNorm],
  ['localResponseNorm', nn.localResponseNorm],
  ['dropout', nn.dropout],
  ['alphaDropout', nn.alphaDropout],
  ['spatialDropout', nn.spatialDropout],
  ['dropPath', nn.dropPath],
  ['gaussianDropout', nn.gaussianDropout],
  ['gaussianNoise', nn.gaussianNoise],
  ['prelu', nn.prelu],
  ['relu', (options) => nn.relu({ ...options })],
  ['leakyRelu', nn.leakyRelu],
  ['softmax', nn.softmax],
  ['crossEntropy', nn.crossEntropy],
  ['binaryCrossEntropy', nn.binaryCrossEntropy],
  ['huber', nn.huber],
  ['smoothL1', nn.smoothL1],
  ['multiMargin', nn.multiMargin],
  ['normal', nn.normal],
  ['truncatedNormal', nn.truncatedNormal],
  ['uniform', nn.uniform],
  ['xavier', nn.xavier],
  ['he', nn.he],
  ['lecun', nn.lecun],
  ['orthogonal', nn.orthogonal],
  ['smallRandom', nn.smallRandom],
  ['identity', nn.identity],
]

it.each(makers)('%s', (name, make) => {
  const strange: object = { nonsense: 1 }
  expect(() => make(strange)).toThrow(
    expect.objectContaining({
      code: 'nn/unknown-option',
      rule: `${name}: the option must be one of those that it has`,
      received: 'nonsense',
    }),
  )
  expect(() => make({})).not.toThrow()
})

it('suggests a near name, and that of Keras or PyTorch', () => {
  const typo: object = { biass: false }
  expect(() => nn.dense(8, typo)).toThrow(/received: biass\ntry: did you mean "bias"/)
  expect(() => nn.batchNorm(Object({ momentm: 0.9 }))).toThrow(/did you mean "momentum"\?/)
  expect(() => nn.batchNorm(Object({ eps: 1e-3 }))).toThrow(/did you mean "epsilon"\?/)
  expect(() => nn.crossEntropy(Object({ label_smoothing: 0.1 }))).toThrow(/did you mean "labelSmoothing"\?/)
  expect(() => Reflect.apply(nn.dense, undefined, [8, 'relu'])).toThrow(
    /^dense: options must be given by name\nreceived: relu\ntry: write \{ bias: [.]{3} \}, or one of bias, /,
  )
})
