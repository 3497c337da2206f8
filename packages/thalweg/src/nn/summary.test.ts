import { expect, it } from 'vitest'
import { relu } from './activations/relu.ts'
import { batchNorm } from './batch-norm.ts'
import { conv2d } from './conv2d.ts'
import { dense } from './dense.ts'
import { flatten } from './flatten.ts'
import { maxPool2d } from './pool2d.ts'
import { named, sequential } from './sequential.ts'
import { summary } from './summary.ts'

const model = sequential(
  named('body', sequential(conv2d(8, 3, { bias: false }), batchNorm(), relu(), maxPool2d())),
  flatten(),
  dense(100),
  dense(10, { name: 'head' }),
)

it('counts what is learned and shows where shapes go', () => {
  const { layers, parameters, states, inputShape, outputShape } = summary(model, [28, 28, 1])
  expect(layers.map(({ path, kind, outputShape, parameters }) => [path, kind, outputShape, parameters])).toEqual([
    ['body.conv1', 'conv', [26, 26, 8], 72],
    ['body.batchNorm1', 'batchNorm', [26, 26, 8], 16],
    ['body.relu1', 'relu', [26, 26, 8], 0],
    ['body.maxPool1', 'maxPool', [13, 13, 8], 0],
    ['flatten1', 'flatten', [1352], 0],
    ['dense1', 'dense', [100], 135300],
    ['head', 'dense', [10], 1010],
  ])
  expect({ parameters, states, inputShape, outputShape }).toEqual({
    parameters: 136398,
    states: 16,
    inputShape: [28, 28, 1],
    outputShape: [10],
  })
})

it('prints as a table', () => {
  const lines = summary(model, [28, 28, 1]).toString().split('\n')
  expect(lines[0]).toBe('layer            kind       output     parameters')
  expect(lines[2]).toBe('input                       [28,28,1]')
  expect(lines[8]).toBe('dense1           dense      [100]         135,300')
  expect(lines.at(-1)).toBe('136,398 parameters, 16 running statistics')
})

it('counts shared weights once', () => {
  const shared = dense(4)
  const rows = summary(sequential(shared, relu(), shared), [4])
  expect(rows.layers.map(({ path, parameters }) => [path, parameters])).toEqual([
    ['dense1', 20],
    ['relu1', 0],
    ['dense1', 0],
  ])
  expect(rows.parameters).toBe(20)
})

it('counts a layer that stands alone, and a function', () => {
  expect(summary(dense(3), [2])).toMatchObject({ parameters: 9, outputShape: [3] })
  expect(summary((x, scope) => scope.call(dense(3), x), [2])).toMatchObject({ parameters: 9 })
})

it('names the layer whose shapes do not fit', () => {
  expect(() => summary(sequential(dense(3), conv2d(2, 3)), [5])).toThrow(/^conv1: /)
})
