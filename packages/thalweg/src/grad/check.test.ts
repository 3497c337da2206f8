import { describe, expect, test } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine } from '../compile/index.ts'
import { constant, createNode, type Node, topologicalOrder } from '../graph/index.ts'
import { checkGradient } from './check.ts'
import type { PrepareEvaluation } from './slope.ts'

const prepare: PrepareEvaluation = (inputs, outputs) => {
  const plan = createEngine(referenceBackend()).compile({ inputs, outputs, updates: [] })
  return (values) => {
    plan.run(values)
    return outputs.map((_, output) => plan.read(output))
  }
}

function input(name: string, shape: readonly number[]): Node {
  return createNode('input', [], { name, shape, dtype: 'float32' })
}

function sumOf(x: Node): Node {
  return createNode('sum', [x], { axes: x.shape.map((_, axis) => axis) })
}

/** `value` in three places. */
function constantLike(value: number): Node {
  return createNode('broadcast', [constant(value)], { shape: [3] })
}

describe('checkGradient', () => {
  const x = input('x', [4])
  const values = [0.5, -1, 2, 40]

  test('accepts a right gradient, input by input', () => {
    const w = input('w', [4])
    const loss = sumOf(createNode('mul', [createNode('sin', [x], {}), w], {}))
    const report = checkGradient(
      loss,
      [
        { node: x, values },
        { node: w, values: [1, 2, -3, 0.25] },
      ],
      { prepare },
    )
    expect(report.worstRelativeError).toBeLessThan(1e-8)
    expect(report.inputs.map(({ name, checked }) => [name, checked])).toEqual([
      ['x', 4],
      ['w', 4],
    ])
  })

  test('points at the element where the gradient is wrong', () => {
    // The gradient is told to stop, so it misses half of d(x * x)/dx.
    const half = sumOf(createNode('mul', [createNode('stopGradient', [x], {}), x], {}))
    const { inputs, worstRelativeError } = checkGradient(half, [{ node: x, values }], { prepare })
    expect(worstRelativeError).toBeCloseTo(0.5, 6)
    expect(inputs[0].worst?.derived).toBeCloseTo(values[inputs[0].worst?.index ?? -1], 12)
    expect(inputs[0].worst?.measured).toBeCloseTo(2 * values[inputs[0].worst?.index ?? -1], 6)
  })

  test('checks a sample when asked, the same one for the same seed', () => {
    const wide = input('wide', [1000])
    const loss = sumOf(createNode('mul', [wide, wide], {}))
    const point = Array.from({ length: 1000 }, (_, i) => 0.01 * i + 1)
    const check = () => checkGradient(loss, [{ node: wide, values: point }], { prepare, samples: 10, seed: 3 })
    expect(check().inputs[0].checked).toBe(10)
    expect(check()).toEqual(check())
  })

  test('a NaN derivative is the worst of all', () => {
    const loss = sumOf(createNode('log', [x], {}))
    expect(checkGradient(loss, [{ node: x, values }], { prepare }).worstRelativeError).toBeNaN()
  })

  test('an input without elements has nothing to be wrong', () => {
    const empty = input('empty', [0])
    const report = checkGradient(sumOf(empty), [{ node: empty, values: [] }], { prepare })
    expect(report.inputs).toEqual([{ name: 'empty', checked: 0, kinks: [], worst: undefined }])
    expect(report.worstRelativeError).toBe(0)
  })

  test('refuses what is no input', () => {
    expect(() => checkGradient(sumOf(x), [{ node: sumOf(x), values: [1] }], { prepare })).toThrow(
      /must be a float32 input/,
    )
  })
})

describe('kinks', () => {
  const x = input('x', [3])
  const check = (loss: Node, values: readonly number[]) => checkGradient(loss, [{ node: x, values }], { prepare })
  const binary = (op: 'max' | 'min' | 'lessEqual', other: number): Node =>
    createNode(op, [x, createNode('broadcast', [constant(other)], { shape: [3] })], {})

  test.each<[string, Node, readonly number[]]>([
    ['abs', createNode('abs', [x], {}), [0, 1, -1]],
    ['max', binary('max', 0.5), [0.5, 1, -1]],
    ['min', binary('min', 0.5), [0.5, 1, -1]],
    ['select', createNode('select', [binary('lessEqual', 0), constantLike(0), x], {}), [0, 1, -1]],
    ['floor', createNode('mul', [createNode('floor', [x], {}), x], {}), [2, 1.5, -1.5]],
  ])('%s: an element at one is counted apart, the others are checked', (_, node, values) => {
    const { inputs, worstRelativeError } = check(sumOf(node), values)
    expect(inputs[0].kinks).toEqual([0])
    expect(inputs[0].checked).toBe(2)
    expect(worstRelativeError).toBeLessThan(1e-7)
  })

  test.each(['reduceMax', 'reduceMin'] as const)('%s: all that tie are at one', (op) => {
    const { inputs } = check(createNode(op, [x], { axes: [0] }), [2, 2, op === 'reduceMax' ? 1 : 3])
    expect(inputs[0].kinks).toEqual([0, 1])
    expect(inputs[0].worst?.relativeError).toBe(0)
  })

  test('a tie in a pooling window, where the first largest takes all', () => {
    const image = createNode('reshape', [x], { shape: [1, 1, 3, 1] })
    const pool = createNode('maxPool', [image], { window: [1, 2], strides: [1, 1], padding: [0, 0, 0, 0] })
    // Both windows: 1 and 1 tie; 1 and 0 do not.
    const { inputs, worstRelativeError } = check(sumOf(pool), [1, 1, 0])
    expect(inputs[0].kinks).toEqual([0, 1])
    expect(worstRelativeError).toBeLessThan(1e-7)
  })

  test('one close by is kept clear of with a smaller step', () => {
    const { inputs, worstRelativeError } = check(sumOf(createNode('abs', [x], {})), [1.5e-4, -3e-6, 1])
    expect(inputs[0]).toMatchObject({ checked: 3, kinks: [] })
    expect(worstRelativeError).toBeLessThan(1e-7)
  })

  test('a wrong gradient beside one is still found', () => {
    const half = createNode('mul', [createNode('stopGradient', [x], {}), createNode('abs', [x], {})], {})
    const { inputs, worstRelativeError } = check(sumOf(half), [0, 3e-6, 1])
    expect(inputs[0].kinks).toEqual([0])
    expect(worstRelativeError).toBeCloseTo(0.5, 6)
  })

  test('the shift of a softmax is none: its largest value may change', () => {
    const shift = createNode('stopGradient', [createNode('reduceMax', [x], { axes: [0] })], {})
    const shifted = createNode('sub', [x, createNode('broadcast', [shift], { shape: [3] })], {})
    const logSumExp = createNode('add', [createNode('log', [sumOf(createNode('exp', [shifted], {}))], {}), shift], {})
    const { inputs, worstRelativeError } = check(logSumExp, [1, 1, 1])
    expect(inputs[0]).toMatchObject({ checked: 3, kinks: [] })
    expect(worstRelativeError).toBeLessThan(1e-8)
  })

  test('a function that bends sharply is measured with a smaller step', () => {
    // Standard deviations of 1e-3, as batch norm divides by.
    const bend = createNode('sqrt', [createNode('add', [createNode('mul', [x, x], {}), constantLike(1e-6)], {})], {})
    expect(check(sumOf(bend), [1e-3, 0, -2e-3]).worstRelativeError).toBeLessThan(1e-6)
  })
})

describe('many inputs', () => {
  test('what does not depend on the one that is varied is computed once', () => {
    const [x, w] = [input('x', [4]), input('w', [4])]
    const loss = sumOf(createNode('mul', [createNode('exp', [x], {}), w], {}))
    const ops: string[][] = []
    const counting: PrepareEvaluation = (inputs, outputs) => {
      ops.push(topologicalOrder(outputs).map(({ op }) => op))
      return prepare(inputs, outputs)
    }
    const point = [
      { node: x, values: [0, 1, 2, -1] },
      { node: w, values: [1, 2, -3, 0.25] },
    ]
    expect(checkGradient(loss, point, { prepare: counting }).worstRelativeError).toBeLessThan(1e-8)
    const [, forX, forW] = ops
    expect(forX).toContain('exp')
    expect(forW).toEqual(['input', 'literal', 'mul', 'sum'])
  })
})
