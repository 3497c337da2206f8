/** Shapes and refusals of the layers; their values are held to PyTorch's in test/vectors. */
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine, evaluate } from '../compile/index.ts'
import { tensor, zeros } from '../tensor/index.ts'
import { convTranspose2d } from './conv-transpose2d.ts'
import { conv1d } from './conv1d.ts'
import { conv2d } from './conv2d.ts'
import { dense } from './dense.ts'
import { embedding } from './embedding.ts'
import { flatten } from './flatten.ts'
import { forward } from './forward.ts'
import { groupNorm } from './group-norm.ts'
import type { Layer } from './layer.ts'
import { averagePool2d, globalAveragePool2d, globalMaxPool2d, maxPool2d } from './pool2d.ts'
import { createStore } from './store.ts'

const shapes: readonly (readonly [string, Layer, readonly number[], readonly number[]])[] = [
  ['dense', dense(7), [4, 3], [4, 7]],
  ['dense on the last axis', dense(7), [4, 5, 3], [4, 5, 7]],
  ['dense on an empty batch', dense(7), [0, 3], [0, 7]],
  ['conv2d', conv2d(8, 3), [2, 9, 7, 3], [2, 7, 5, 8]],
  ['conv2d same', conv2d(8, 3, { padding: 'same', strides: 2 }), [2, 9, 7, 3], [2, 5, 4, 8]],
  ['conv2d of one padding', conv2d(8, [5, 3], { padding: 1 }), [2, 9, 7, 3], [2, 7, 7, 8]],
  ['conv2d of two paddings', conv2d(8, 3, { padding: [0, 1] }), [2, 9, 7, 3], [2, 7, 7, 8]],
  ['conv2d of four paddings', conv2d(8, 3, { padding: [2, 0, 1, 0] }), [2, 9, 7, 3], [2, 9, 6, 8]],
  ['conv2d depthwise', conv2d(6, 3, { groups: 3 }), [2, 9, 7, 3], [2, 7, 5, 6]],
  ['conv2d dilated', conv2d(8, 3, { dilation: [2, 1] }), [2, 9, 7, 3], [2, 5, 5, 8]],
  ['conv1d', conv1d(8, 3, { padding: 'same' }), [2, 9, 3], [2, 9, 8]],
  ['convTranspose2d', convTranspose2d(8, 4, { strides: 2, padding: 1 }), [2, 5, 6, 3], [2, 10, 12, 8]],
  ['maxPool2d', maxPool2d(), [2, 9, 7, 3], [2, 4, 3, 3]],
  ['maxPool2d same', maxPool2d(2, { padding: 'same' }), [2, 9, 7, 3], [2, 5, 4, 3]],
  ['averagePool2d', averagePool2d(3, { strides: 1 }), [2, 9, 7, 3], [2, 7, 5, 3]],
  ['globalAveragePool2d', globalAveragePool2d(), [2, 9, 7, 3], [2, 3]],
  ['globalMaxPool2d', globalMaxPool2d(), [2, 9, 7, 3], [2, 3]],
  ['flatten', flatten(), [2, 9, 7, 3], [2, 189]],
  ['flatten of one number each', flatten(), [2], [2, 1]],
  ['flatten of an empty batch', flatten(), [0, 3, 3], [0, 9]],
]

describe('shapes', () => {
  it.each(shapes)('%s', (_, layer, input, output) => {
    const store = createStore({ engine: 'none' })
    expect(forward(layer, zeros(input), { store, training: false }).shape).toEqual(output)
  })
})

describe('kernels', () => {
  it('have the fan of their group', () => {
    const store = createStore({ engine: 'none' })
    const layer = conv2d(6, 3, {
      groups: 3,
      bias: false,
      initializer: (shape, fan) => fill(shape, fan.in * 100 + fan.out),
    })
    forward(layer, zeros([1, 4, 4, 3]), { store, training: false })
    expect(store.save().kernel.shape).toEqual([3, 3, 1, 6])
    expect(store.save().kernel.data[0]).toBe(9 * 100 + 18)
  })
})

describe('averagePool2d', () => {
  const corner = (countPadding: boolean) => {
    const layer = averagePool2d(2, { padding: [1, 1, 1, 1], strides: 1, countPadding })
    const x = tensor([4, 8, 12, 16], [1, 2, 2, 1])
    const output = forward(layer, x, { store: createStore({ engine: 'none' }), training: false })
    return evaluate([output.node], createEngine(referenceBackend()))[0][0]
  }

  it('leaves padding out of the mean, or counts it', () => {
    expect(corner(false)).toBe(4)
    expect(corner(true)).toBe(1)
  })
})

describe('refusals', () => {
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => dense(0), /dense: units must be a whole number of at least 1\nreceived: units 0\ntry: /],
    [() => dense(2.5), /dense: units/],
    [() => conv2d(4, 0), /conv2d: kernelSize/],
    [() => conv2d(4, [3, 3, 3] as unknown as [number, number]), /kernelSize must be one number, or height and width/],
    [() => conv2d(4, 3, { strides: 0 }), /conv2d: strides/],
    [() => conv2d(4, 3, { padding: -1 }), /conv2d: padding must be 'valid', 'same'/],
    [() => conv2d(4, 3, { padding: 'full' as 'same' }), /received: padding full/],
    [() => conv2d(4, 3, { groups: 0 }), /conv2d: groups/],
    [() => conv1d(4, 3, { padding: 0.5 }), /conv1d: padding/],
    [() => convTranspose2d(4, 3, { outputPadding: 1 }), /outputPadding must be whole numbers from 0 to below the stri/],
    [() => maxPool2d(0), /maxPool2d: window/],
    [() => groupNorm(0), /groupNorm: groups/],
    [() => run(groupNorm(2), [2, 3]), /groups divide/],
    [() => run(dense(3), [3]), /dense: the input must be \[batch, features\]\nreceived: \[3\]\ntry: .*flatten/],
    [() => run(conv2d(3, 3), [3, 9]), /conv2d: the input must be \[batch, height, width, channels\]/],
    [() => run(maxPool2d(), [3, 9]), /maxPool2d: the input must be/],
    [() => run(embedding(3, 2), [3]), /embedding: the input must be int32 indices/],
  ]

  it.each(cases)('%s', (act, message) => {
    expect(act).toThrow(message)
  })

  function run(layer: Layer, shape: readonly number[]): void {
    forward(layer, zeros(shape), { store: createStore({ engine: 'none' }), training: false })
  }
})

function fill(shape: readonly number[], value: number): Float64Array {
  return new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(value)
}
