import { arrays } from 'thalweg/data'
import { expect, it } from 'vitest'
import { prepareInputs } from './inputs.ts'

const parts = { train: images(12), valid: images(4), test: images(4) }

function images(size: number) {
  const inputs = Float32Array.from({ length: size * 16 }, (_, i) => Math.sin(i * i))
  return arrays({ inputs, inputShape: [4, 4, 1], labels: Array.from({ length: size }, (_, i) => i % 2) })
}

function seen(dataset: (typeof parts)['train'], epoch?: number): Float32Array {
  const inputs = new Float32Array(dataset.size * dataset.inputShape.reduce((a, b) => a * b))
  dataset.fill(
    Int32Array.from({ length: dataset.size }, (_, i) => i),
    inputs,
    new Int32Array(dataset.size),
    epoch,
  )
  return inputs
}

it('augments what is trained on, in each epoch anew, and nothing else', () => {
  const plain = prepareInputs(parts, [], { preprocess: undefined, augment: undefined, seed: 1 })
  const { train, valid } = prepareInputs(parts, [], { preprocess: undefined, augment: 'flip,shift:pixels=1', seed: 1 })
  expect(seen(train)).toEqual(seen(plain.train))
  expect(seen(train, 1)).not.toEqual(seen(plain.train, 1))
  expect(seen(train, 1)).not.toEqual(seen(train, 2))
  if (!valid || !plain.valid) throw new Error('no valid')
  expect(seen(valid, 1)).toEqual(seen(plain.valid, 1))
})

it('fits a list of preprocessing to the training part, one after another', () => {
  const { train, preprocessing } = prepareInputs(parts, [], {
    ...{ preprocess: 'min-max:low=-1,high=1,pca:components=3', augment: undefined, seed: 1 },
  })
  expect(train.inputShape).toEqual([3])
  expect(preprocessing).toMatchObject({ transforms: [{ kind: 'min-max', low: -1, high: 1 }, { kind: 'pca' }] })
})

it.each([
  ['standardise', undefined, /transforms that exist.*\n.*standardise\n.*"standardize"/],
  ['min-max:lo=1', undefined, /there must be such an option\nreceived: lo\n.*"low"/],
  ['min-max:low=2,high=1', undefined, /--preprocess: min-max/],
  ['center:per=image', undefined, /per must be channel or pixel/],
  ['robust:quantiles=1', undefined, /quantiles must be two numbers/],
  [undefined, 'flip,shft', /"shift"/],
  [undefined, 'shift:pixels=0.5', /--augment: shift: pixels/],
])('refuses %j and %j', (preprocess, augment, message) => {
  expect(() => prepareInputs(parts, [], { preprocess, augment, seed: 1 })).toThrow(message)
})
