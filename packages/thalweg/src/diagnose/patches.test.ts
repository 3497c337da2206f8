import { expect, it } from 'vitest'
import { adam, lion, nesterov, type Optimizer, sgd } from '../optim/index.ts'
import { lessMomentum } from './patches.ts'

const patchFor = (optimizer: Optimizer): unknown => lessMomentum({ optimizer })[0]

it('brings a momentum near 1 back to the usual one, by the name that the optimizer has for it', () => {
  const stately = { momentum: 0.999, weightDecay: 0.1 }
  expect(patchFor(nesterov(stately))).toMatchObject({ name: 'nesterov', options: { momentum: 0.9, weightDecay: 0.1 } })
  expect(patchFor(adam({ beta1: 0.99 }))).toMatchObject({ name: 'adam', options: { beta1: 0.9, beta2: 0.999 } })
  expect(patchFor(lion({ beta1: 0.999 }))).toMatchObject({ name: 'lion', options: { beta1: 0.9 } })
})

it('leaves the rate where an earlier change has brought it', () => {
  const slowed = { ...sgd({ learningRate: 0.1, momentum: 0.999 }), learningRate: 0.01 }
  expect(patchFor(slowed)).toMatchObject({ options: { learningRate: 0.01, momentum: 0.9 } })
})

it('has nothing to change of a usual momentum', () => {
  for (const optimizer of [sgd(), sgd({ momentum: 0.95 }), adam()]) expect(patchFor(optimizer)).toBeUndefined()
})
