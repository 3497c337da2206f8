import { expect, it } from 'vitest'
import { random } from '../../base/index.ts'
import { arrays } from '../../data/index.ts'
import { crossEntropy, dense, relu, sequential } from '../../nn/index.ts'
import { adam, type Optimizer, type ParameterGroup, sgd } from '../../optim/index.ts'
import { applyPatches, findingOf, resolvePatch } from '../../train/index.ts'
import { completeOptions } from '../../train/options.ts'
import { saturatedActivation } from '../ailments/saturated-activation.ts'
import { scaledInputs, slower } from '../patches.ts'
import { candidatesFor } from './candidates.ts'

const model = sequential(dense(8), relu(), dense(2))

/** The kinds of patches of each candidate against a finding that asks for other inputs and a lower rate. */
function kindsFor(scale: number, isIn = false): string[] {
  const draw = random(1, 'candidates')
  const inputs = Float32Array.from({ length: 3 * 200 }, () => scale * draw.normal())
  const train = arrays({ inputs, inputShape: [3], labels: Int32Array.from({ length: 200 }, (_, row) => row % 2) })
  const settings = completeOptions({ train, loss: crossEntropy(), optimizer: sgd({ learningRate: 0.1 }), epochs: 9 })
  const sign = { measured: 1, message: 'm', patches: [scaledInputs, slower] }
  const finding = findingOf(saturatedActivation, sign, 0)
  const kept = isIn ? [resolvePatch(scaledInputs, settings)] : []
  const candidates = candidatesFor([finding], applyPatches({ model, settings }, kept), {
    fromStart: true,
    most: 6,
    kept,
  })
  return candidates.map(({ patches }) => patches.map(({ kind }) => kind).join(' + '))
}

it('scales inputs that are not, alone and with all that suits anything', () => {
  expect(kindsFor(80)).toEqual(['scale-inputs', 'learning-rate', 'scale-inputs + optimizer', 'optimizer'])
})

it('tries nothing that changes nothing, nor the same thing twice', () => {
  expect(kindsFor(1)).toEqual(['learning-rate', 'optimizer'])
})

it('races two patches that come to the same once, and those of rates that groups have of their own apart', () => {
  const labels = Int32Array.from({ length: 200 }, (_, row) => row % 2)
  const train = arrays({ inputs: Float32Array.from(labels), inputShape: [1], labels })
  const finding = findingOf(saturatedActivation, { measured: 1, message: 'm', patches: [slower] }, 0)
  const rivals = (optimizer: Optimizer, groups?: readonly ParameterGroup[]): string[] => {
    const settings = completeOptions({ train, loss: crossEntropy(), optimizer, groups, epochs: 9 })
    const candidates = candidatesFor([finding], { model, settings }, { fromStart: false, most: 6 })
    return candidates.map(({ changes }) => changes.map(({ text }) => text).join(', '))
  }
  const slow = 'learning rate 0.01 → 0.001'
  expect(rivals(adam({ learningRate: 0.01 }))).toEqual([slow])
  expect(rivals(adam({ learningRate: 0.01, beta1: 0.8 }))).toEqual([slow, `${slow}, beta1 0.8 → 0.9`])
  expect(rivals(adam({ learningRate: 0.01 }), [{ match: 'dense1', optimizer: sgd() }])).toEqual([slow, slow])
})

it('scales inputs once', () => {
  expect(kindsFor(80, true)).toEqual(['learning-rate', 'optimizer'])
})
