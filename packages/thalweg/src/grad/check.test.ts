import { describe, expect, test } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine } from '../compile/index.ts'
import { createNode, type Node } from '../graph/index.ts'
import { checkGradient, type PrepareEvaluation } from './check.ts'

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
    expect(report).toEqual({ inputs: [{ name: 'empty', checked: 0, worst: undefined }], worstRelativeError: 0 })
  })

  test('refuses what is no input', () => {
    expect(() => checkGradient(sumOf(x), [{ node: sumOf(x), values: [1] }], { prepare })).toThrow(
      /must be a float32 input/,
    )
  })
})
