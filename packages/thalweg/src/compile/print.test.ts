import { describe, expect, test } from 'vitest'
import { createNode, createVariable, type Node, readVariable, withScope } from '../graph/index.ts'
import { assign, recordStep } from './capture.ts'
import { lower } from './lower.ts'
import { measureKernel } from './measure.ts'
import { compactNumber, printProgram } from './print.ts'
import { leastMilliseconds } from './profile.ts'

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1.00k'],
  [1234, '1.23k'],
  [99_960, '100k'],
  [812_499, '812k'],
  [999_600, '1.00M'],
  [2.5e12, '2.50T'],
])('%d is written %s', (value, text) => {
  expect(compactNumber(value)).toBe(text)
})

const slots = [
  { name: 'x', shape: [16, 8], dtype: 'float32' },
  { name: 'g', shape: [16, 4], dtype: 'float32' },
] as const

function program() {
  const [w, b] = [createVariable({ name: 'w', shape: [8, 4] }), createVariable({ name: 'b', shape: [4] })]
  return lower(
    recordStep(slots, ([x, g]) => {
      const step = (variable: typeof w, gradient: Node) =>
        assign(variable, createNode('sub', [readVariable(variable), gradient], {}))
      return withScope('dense1', () => {
        step(w, createNode('matmul', [x, g], { transposeA: true, transposeB: false }))
        step(b, createNode('sum', [g], { axes: [0] }))
        const product = createNode('matmul', [x, readVariable(w)], { transposeA: false, transposeB: false })
        return [createNode('tanh', [product], {})]
      })
    }),
  )
}

describe('a printed program', () => {
  test('has a line for each kernel and one of totals', () => {
    expect(printProgram(program())).toBe(
      [
        '#  kernel                 kind         shape   reads B  writes B  operations',
        '1  dense1: sum + sub      loop         [4,16]      272        16          68',
        '2  dense1: matmul + tanh  contraction  [16,4]      640       256       1.09k',
        '3  dense1: matmul + sub   contraction  [8,4]       896       128       1.06k',
        '',
        '3 kernels, 2.21k operations, 1.81kB read, 400B written, arena 0B (0B alive at once)',
      ].join('\n'),
    )
  })
})

describe('against a roofline', () => {
  const roofline = { operationsPerSecond: 1e6, bytesPerSecond: 1e6 }
  const columnsAfterOperations = (text: string): string[][] =>
    text.split('\n').map((line) =>
      line
        .split(/ {2,}/)
        .slice(7)
        .map((cell) => cell.trim()),
    )

  test('each kernel has the least time that it can take', () => {
    const text = printProgram(program(), roofline)
    // 288 bytes; 1088 operations; 1056 operations.
    expect(columnsAfterOperations(text).slice(0, 4)).toEqual([
      ['least ms', 'of step'],
      ['0.288', '12%'],
      ['1.088', '45%'],
      ['1.056', '43%'],
    ])
    expect(text).toMatch(/\n2.432 ms a step at best, roofline 1.00M operations and 1.00MB a second$/)
  })

  test('of a profile it has its time, and the share of the roofline that it reached', () => {
    const lowered = program()
    const kernels = lowered.kernels.map((kernel, i) => {
      const figures = measureKernel(kernel, lowered.buffers)
      return { ...figures, milliseconds: [1, 5, 2][i], leastMilliseconds: leastMilliseconds(figures, roofline) }
    })
    const text = printProgram(lowered, { kernels, stepMilliseconds: 7, kernelsMilliseconds: 7, rounds: 3, roofline })
    expect(columnsAfterOperations(text).slice(0, 4)).toEqual([
      ['ms', 'of step', 'of roof'],
      ['1.000', '13%', '29%'],
      ['5.000', '63%', '22%'],
      ['2.000', '25%', '53%'],
    ])
    expect(text).toContain('\n7.000 ms a step in one go, ')
  })
})

describe('figures', () => {
  test('a convolution and its gradients do the same work', () => {
    const convolution = { strides: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const
    const shapes = { image: [2, 6, 6, 3], kernel: [3, 3, 3, 4], upstream: [2, 6, 6, 4] } as const
    const [image, kernel, upstream] = Object.entries(shapes).map(([name, shape]) =>
      readVariable(createVariable({ name, shape })),
    )
    const outputs = [
      createNode('conv2d', [image, kernel], convolution),
      createNode('conv2dImageGrad', [upstream, kernel], { ...convolution, imageSize: [6, 6] }),
      createNode('conv2dKernelGrad', [image, upstream], { ...convolution, kernelSize: [3, 3] }),
    ]
    const { kernels, buffers } = lower({ inputs: [], outputs, updates: [] })
    const products = 2 * (2 * 6 * 6 * 4) * (3 * 3 * 3)
    expect(kernels.map((each) => measureKernel(each, buffers).operations)).toEqual([products, products, products])
  })

  test('what is repeated counts once', () => {
    const row = readVariable(createVariable({ name: 'row', shape: [8] }))
    const output = createNode('exp', [createNode('broadcast', [row], { shape: [100, 8] })], {})
    const matrix = readVariable(createVariable({ name: 'matrix', shape: [100, 8] }))
    const wide = createNode('add', [output, matrix], {})
    const { kernels, buffers } = lower({ inputs: [], outputs: [wide], updates: [] })
    const last = measureKernel(kernels[kernels.length - 1], buffers)
    expect([last.bytesRead, last.bytesWritten]).toEqual([4 * (8 + 800), 4 * 800])
  })
})
