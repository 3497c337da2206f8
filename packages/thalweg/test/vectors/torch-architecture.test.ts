/** The reading of PyTorch's printed architectures, beyond those that golden.json happens to have. */
import { summary } from 'thalweg/nn'
import { describe, expect, it } from 'vitest'
import { buildModel, numbersOf, parseArchitecture, parseArguments } from './torch-architecture.ts'

const nested = `Sequential(
  (0): Sequential(
    (conv): Conv2d(3, 8, kernel_size=(3, 5), stride=(2, 1), padding=(1, 2), dilation=(1, 1), groups=1, bias=False)
    (1): BatchNorm2d(8, eps=0.001, momentum=0.2, affine=False, track_running_stats=True)
    (2): ELU(alpha=0.5, inplace=True)
    (3): AvgPool2d(kernel_size=(2, 2), stride=2, padding=0, count_include_pad=False)
  )
  (1): Flatten(start_dim=1, end_dim=-1)
  (2): Dropout(p=0, inplace=False)
  (3): BatchNorm1d(32, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
  (4): PReLU(num_parameters=1)
  (5): Linear(in_features=32, out_features=2, bias=True)
  (6): Linear(in_features=2, out_features=2, bias=False)
)`

describe('an architecture with nested modules', () => {
  const tree = parseArchitecture(nested)

  it('is read to the last option', () => {
    expect(tree.children.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      '0 Sequential',
      '1 Flatten',
      '2 Dropout',
      '3 BatchNorm1d',
      '4 PReLU',
      '5 Linear',
      '6 Linear',
    ])
    expect(tree.children[0].children[0]).toMatchObject({
      positional: ['3', '8'],
      named: { kernel_size: '(3, 5)', stride: '(2, 1)', groups: '1', bias: 'False' },
    })
  })

  it('is built with the same names and sizes', () => {
    const built = buildModel(tree, [8, 4, 3])
    if (built === undefined) throw new Error('there is a module that the table lacks')
    expect(built.arrays.map(({ theirs, ours }) => `${theirs} ${ours}`)).toEqual([
      '0.conv.weight 0.conv.kernel',
      '0.1.running_mean 0.1.runningMean',
      '0.1.running_var 0.1.runningVariance',
      '3.weight 3.gamma',
      '3.bias 3.beta',
      '3.running_mean 3.runningMean',
      '3.running_var 3.runningVariance',
      '4.weight 4.slope',
      '5.weight 5.weight',
      '5.bias 5.bias',
      '6.weight 6.weight',
    ])
    const { layers, outputShape } = summary(built.model, [8, 4, 3])
    expect(outputShape).toEqual([2])
    expect(layers[0]).toMatchObject({ path: '0.conv', outputShape: [4, 4, 8] })
    expect(layers[0].options).toMatchObject({ strides: [2, 1], padding: [1, 1, 2, 2], bias: false })
    expect(layers[1].options).toMatchObject({ momentum: 0.8, epsilon: 0.001, gamma: false, beta: false })
    expect(layers[3].options).toMatchObject({ countPadding: false })
  })

  it('reorders what follows a flattened image until a dense layer has taken it in', () => {
    const built = buildModel(tree, [8, 4, 3])
    const converted = (theirs: string, shape: readonly number[], data: readonly number[]) =>
      built?.arrays.find((array) => array.theirs === theirs)?.convert({ shape, data }).data
    // Images of 2 x 2 x 8 are flattened: our second feature is channel 1 of the first pixel, PyTorch's number 4.
    const counting = Array.from({ length: 32 }, (_, i) => i)
    expect(converted('3.weight', [32], counting)?.slice(0, 9)).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 1])
    const weight = [...counting, ...counting.map((i) => 100 + i)]
    expect(converted('5.weight', [2, 32], weight)?.slice(0, 4)).toEqual([0, 100, 4, 104])
    expect(converted('6.weight', [2, 2], [1, 2, 3, 4])).toEqual([1, 3, 2, 4])
  })
})

it('leaves a case out where a module has no layer here', () => {
  expect(buildModel(parseArchitecture('Sequential(\n  (0): LSTM(4, 4)\n)'), [4])).toBeUndefined()
})

it('refuses what it cannot read', () => {
  expect(() => parseArchitecture('Linear(in_features=2, out_features=2)')).toThrow(/begins with a container/)
  expect(() => parseArchitecture('Sequential(\n  what is this\n)')).toThrow(/cannot read the line: what is this/)
})

it('reads arguments', () => {
  expect(parseArguments('2, betas=(.8, .99), nesterov')).toEqual({
    positional: ['2', 'nesterov'],
    named: { betas: '(.8, .99)' },
  })
  expect(numbersOf('(.8, -1e-3)')).toEqual([0.8, -0.001])
})
