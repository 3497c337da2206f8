import { describe, expect, test } from 'vitest'
import { philox4x32 } from '../../base/index.ts'
import {
  type Attributes,
  constant,
  createNode,
  createVariable,
  type Node,
  type OpName,
  readVariable,
  type StepGraph,
} from '../../graph/index.ts'
import type { Program, Storage } from '../backend.ts'
import { erf } from './erf.ts'
import { referenceBackend } from './reference.ts'

function programOf(graph: StepGraph): Program {
  return {
    graph,
    get lowered(): never {
      throw new Error('the reference backend looked at the lowered program')
    },
  }
}

/** Evaluates one node without the engine. */
function evaluate(output: Node): number[] {
  const backend = referenceBackend()
  const graph = { inputs: [], outputs: [output], updates: [] }
  const executable = backend.prepare(programOf(graph), () => {
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
  // From a multiple-precision library (mpmath); the series and the fraction meet at 2.5.
  test.each([
    [1e-300, 1.1283791670955126e-300],
    [0.1, 0.11246291601828488],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.4, 0.999311486103355],
    [2.6, 0.9997639655834707],
    [3.5, 0.9999992569016276],
    [5, 0.9999999999984626],
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

const inf = Infinity
const nan = Number.NaN

describe('elementwise', () => {
  test('max and min let NaN through and order the zeros', () => {
    expect(apply('max', [floats([1, nan, -0, 0]), floats([nan, 1, 0, -0])], {})).toEqual([nan, nan, 0, 0])
    expect(apply('min', [floats([1, nan, -0, 0]), floats([nan, 1, 0, -0])], {})).toEqual([nan, nan, -0, -0])
  })

  test('pow is as in ECMAScript', () => {
    const bases = floats([nan, 1, -1, -8, 0, -0, -2])
    const exponents = floats([0, nan, inf, 1 / 3, -1, -3, 3])
    expect(apply('pow', [bases, exponents], {})).toEqual([1, nan, nan, nan, inf, -inf, -8])
  })

  test('comparisons with NaN are false', () => {
    const [a, b] = [floats([1, nan, nan, 2]), floats([1, 1, nan, 3])]
    expect(apply('equal', [a, b], {})).toEqual([1, 0, 0, 0])
    expect(apply('less', [a, b], {})).toEqual([0, 0, 0, 1])
    expect(apply('lessEqual', [a, b], {})).toEqual([1, 0, 0, 1])
  })

  test('int32 arithmetic wraps around', () => {
    const [large, small] = [integers([0x7fffffff, -0x80000000]), integers([1, -1])]
    expect(apply('add', [large, small], {})).toEqual([-0x80000000, 0x7fffffff])
    expect(apply('mul', [integers([0x10001]), integers([0x10001])], {})).toEqual([0x20001])
    expect(apply('neg', [integers([-0x80000000])], {})).toEqual([-0x80000000])
    expect(apply('sum', [large], { axes: [0] })).toEqual([-1])
  })

  test('a cast to int32 truncates and saturates, a cast to bool asks for zero', () => {
    const x = floats([1.9, -1.9, 3e9, -inf, nan, 0.25, -0])
    expect(apply('cast', [x], { dtype: 'int32' })).toEqual([1, -1, 0x7fffffff, -0x80000000, 0, 0, 0])
    expect(apply('cast', [x], { dtype: 'bool' })).toEqual([1, 1, 1, 1, 1, 1, 0])
  })

  test('sigmoid does not overflow', () => {
    expect(apply('sigmoid', [floats([-1000, 1000, -40, nan])], {})).toEqual([0, 1, Math.exp(-40), nan])
  })
})

describe('movement', () => {
  const x = floats([1, 2, 3, 4, 5, 6], [2, 3])

  test('transpose, flip, slice, broadcast', () => {
    expect(apply('transpose', [x], { permutation: [1, 0] })).toEqual([1, 4, 2, 5, 3, 6])
    expect(apply('flip', [x], { axes: [1] })).toEqual([3, 2, 1, 6, 5, 4])
    expect(apply('slice', [x], { start: [0, 0], size: [2, 2], step: [1, 2] })).toEqual([1, 3, 4, 6])
    expect(apply('broadcast', [floats([7, 8], [2, 1])], { shape: [2, 2, 2] })).toEqual([7, 7, 8, 8, 7, 7, 8, 8])
  })

  test('pad puts values around and between', () => {
    const attributes = { low: [1], high: [2], interior: [1], value: -1 }
    expect(apply('pad', [floats([1, 2])], attributes)).toEqual([-1, 1, -1, 2, -1, -1])
  })

  test('concat', () => {
    expect(apply('concat', [x, floats([9, 8], [2, 1])], { axis: 1 })).toEqual([1, 2, 3, 9, 4, 5, 6, 8])
  })
})

describe('folding', () => {
  test('of nothing', () => {
    expect(apply('sum', [floats([], [0, 2])], { axes: [0] })).toEqual([0, 0])
    expect(apply('reduceMax', [floats([])], { axes: [0] })).toEqual([-inf])
    expect(apply('reduceMin', [floats([])], { axes: [0] })).toEqual([inf])
    expect(apply('reduceMax', [integers([])], { axes: [0] })).toEqual([-0x80000000])
  })

  test('axes in the middle', () => {
    const x = floats([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])
    expect(apply('sum', [x], { axes: [1] })).toEqual([4, 6, 12, 14])
    expect(apply('sum', [x], { axes: [2, 0] })).toEqual([14, 22])
  })

  test('argmax takes the first largest, and the first NaN before that', () => {
    expect(apply('argmax', [floats([1, 3, 3, 2])], { axis: 0 })).toEqual([1])
    expect(apply('argmax', [floats([1, nan, inf, nan])], { axis: 0 })).toEqual([1])
  })
})

describe('pooling', () => {
  const attributes = { window: [2, 2], strides: [1, 1], padding: [1, 0, 0, 0] } as const

  test('padding never wins, NaN does, the first of equals is chosen', () => {
    const x = floats([-inf, -1, 5, 5, nan, 2], [1, 2, 3, 1])
    const values = floats([1, 2, 3, 4, 5, 6], [1, 2, 3, 1])
    expect(apply('maxPool', [x], attributes)).toEqual([-1, 5, nan, nan])
    expect(apply('maxPoolTake', [x, values], attributes)).toEqual([2, 3, 5, 5])
    expect(apply('maxPoolPut', [x, floats([1, 2, 4, 8], [1, 2, 2, 1])], attributes)).toEqual([0, 1, 2, 0, 12, 0])
  })

  test('the divisor of an average', () => {
    const x = floats([1, 2, 3, 4, 5, 6], [1, 2, 3, 1])
    expect(apply('averagePool', [x], { ...attributes, countPadding: true })).toEqual([0.75, 1.25, 3, 4])
    expect(apply('averagePool', [x], { ...attributes, countPadding: false })).toEqual([1.5, 2.5, 3, 4])
  })
})

describe('indices and counters', () => {
  const table = floats([1, 2, 3, 4, 5, 6], [3, 2])

  test('gather and scatterAdd', () => {
    const indices = integers([2, 0, 2])
    expect(apply('gather', [table, indices], { axis: 0 })).toEqual([5, 6, 1, 2, 5, 6])
    expect(apply('scatterAdd', [table, indices], { axis: 0, size: 4 })).toEqual([3, 4, 0, 0, 6, 8, 0, 0])
  })

  test.each([-1, 3])('refuses index %d of 3', (index) => {
    expect(() => apply('gather', [table, integers([0, index])], { axis: 0 })).toThrow(/indices must lie in 0\.\.2/)
    expect(() => apply('scatterAdd', [table, integers([0, 1, index])], { axis: 0, size: 3 })).toThrow(/index (-1|3)/)
  })

  test('random numbers are the words of Philox blocks, sixteen neighbours from four blocks', () => {
    const seed = integers([-5, 77])
    const step = integers([9], [])
    const values = apply('random', [seed, step], { shape: [40], stream: 0xfffffff0 })
    const block = new Uint32Array(4)
    for (const [i, first, word] of [
      [0, 0, 0],
      [3, 3, 0],
      [4, 0, 1],
      [15, 3, 3],
      [37, 9, 1],
    ]) {
      philox4x32(block, first, 9, 0xfffffff0, 1, -5 >>> 0, 77)
      expect(values[i]).toBe((block[word] >>> 8) / 2 ** 24)
    }
  })
})

describe('a step', () => {
  test('assigns everything together, from the old values', () => {
    const backend = referenceBackend()
    const [a, b] = ['a', 'b'].map((name) => createVariable({ name, shape: [2] }))
    const storages = new Map([a, b].map((variable) => [variable, backend.allocate([2], 'float32')]))
    const storageOf = (variable: typeof a): Storage => storages.get(variable)!
    backend.write(storageOf(a), Float64Array.of(1, 2))
    backend.write(storageOf(b), Float64Array.of(0.1, 0.2))
    // A reshape is no copy in this backend, so this swap fails if one is assigned before the other is read.
    const updates = [
      { variable: a, value: createNode('reshape', [readVariable(b)], { shape: [2] }) },
      { variable: b, value: readVariable(a) },
    ]
    const executable = backend.prepare(programOf({ inputs: [], outputs: [readVariable(a)], updates }), storageOf)
    executable.run()
    expect(Array.from(backend.read(storageOf(a)))).toEqual([0.1, 0.2])
    expect(Array.from(backend.read(storageOf(b)))).toEqual([1, 2])
    expect(Array.from(backend.read(executable.outputs[0]))).toEqual([1, 2])
  })

  test('a scalar constant keeps all of its float64 digits', () => {
    expect(evaluate(constant(0.1))).toEqual([0.1])
    expect(evaluate(constant(-2.7, 'int32'))).toEqual([-2])
  })
})
