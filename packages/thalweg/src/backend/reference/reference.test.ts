import { describe, expect, test } from 'vitest'
import { type Attributes, constant, createNode, createVariable, type Node, type OpName, readVariable } from '../../graph/index.ts'
import type { Storage } from '../backend.ts'
import { erf } from './erf.ts'
import { referenceBackend } from './reference.ts'

const noLowering = {
  get lowered(): never {
    throw new Error('the reference backend looked at the lowered program')
  },
}

/** Evaluates one node without the engine. */
function evaluate(output: Node): number[] {
  const backend = referenceBackend()
  const graph = { inputs: [], outputs: [output], updates: [] }
  const executable = backend.prepare({ graph, ...noLowering }, () => {
    throw new Error('no variables here')
  })
  executable.run()
  return Array.from(backend.read(executable.outputs[0]))
}

function floats(values: number[], shape: number[] = [values.length]): Node {
  return createNode('literal', [], { data: Float64Array.from(values), shape, dtype: 'float32' })
}

function integers(values: number[], shape: number[] = [values.length]): Node {
  return createNode('literal', [], { data: Int32Array.from(values), shape, dtype: 'int32' })
}

function apply<Op extends OpName>(op: Op, inputs: Node[], attributes: Attributes[Op]): number[] {
  return evaluate(createNode(op, inputs, attributes))
}

describe('erf', () => {
  // Figures to 20 digits from a multiple-precision library (mpmath); the series and the fraction meet at 2.5.
  test.each([
    [1e-300, 1.1283791670955126e-300],
    [0.1, 0.11246291601828489],
    [0.5, 0.52049987781304654],
    [1, 0.84270079294971487],
    [2, 0.99532226501895273],
    [2.4, 0.99931148610335492],
    [2.6, 0.99976396558347065],
    [3.5, 0.99999925690162766],
    [5, 0.99999999999846254],
    [7, 1],
  ])('erf(%d)', (x, expected) => {
    expect(Math.abs(erf(x) / expected - 1)).toBeLessThan(4e-16)
    expect(erf(-x)).toBe(-erf(x))
  })

  test('at the edges', () => {
    expect(erf(Number.NaN)).toBeNaN()
    expect(erf(Infinity)).toBe(1)
    expect(erf(-0)).toBe(-0)
  })
})
