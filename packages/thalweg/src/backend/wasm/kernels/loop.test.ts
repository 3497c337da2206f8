import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sizeOf, stridesOf } from '../../../base/index.ts'
import type { LoopKernel, Reduction, Store, Value, View } from '../../program.ts'
import { runnable, type Split } from '../run-kernel.ts'
import { emitLoop } from './loop.ts'

/** Small whole numbers: sums and products of a few are exact in float32, so any order of folding gives the same bits. */
const SIZES = [1, 2, 3, 4, 5, 7, 8, 10, 12, 17, 20, 33]
const LONG_SIZES = [2, 5, 1, 3, 521, 768, 5000, 4096, 1026, 9001]
const RUNS = 60
const FLOAT_OPS = [
  'add',
  'sub',
  'max',
  'min',
  'neg',
  'abs',
  'sign',
  'less',
  'equal',
  'lessEqual',
  'select',
  'toInt',
] as const

// A kernel evaluated from its definition, point by point.

function evaluate(
  values: readonly Value[],
  indices: readonly number[],
  buffers: readonly (Float32Array | Int32Array)[],
  results: readonly number[] = [],
): number[] {
  const got: number[] = []
  for (const value of values) {
    if (value.kind === 'constant') got.push(value.value)
    else if (value.kind === 'index') got.push(indices[value.axis])
    else if (value.kind === 'load') got.push(buffers[value.view.buffer][placeOf(value.view, indices)])
    else if (value.kind === 'result') got.push(results[value.reduction])
    else {
      const result = applied(
        value.op,
        value.operands.map((operand) => got[operand]),
      )
      // Int32 arithmetic wraps around.
      got.push(value.dtype === 'int32' ? result | 0 : result)
    }
  }
  return got
}

function applied(op: string, [a, b, c]: number[]): number {
  switch (op) {
    case 'add':
      return a + b
    case 'sub':
      return a - b
    case 'mul':
      return a * b
    case 'max':
      return Math.max(a, b)
    case 'min':
      return Math.min(a, b)
    case 'neg':
      return -a
    case 'abs':
      return Math.abs(a)
    case 'sign':
      return Math.sign(a)
    case 'less':
      return a < b ? 1 : 0
    case 'lessEqual':
      return a <= b ? 1 : 0
    case 'equal':
      return a === b ? 1 : 0
    case 'select':
      return a !== 0 ? b : c
    case 'cast':
      return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(a)))
    default:
      throw new Error(op)
  }
}

function placeOf({ offset, strides }: View, indices: readonly number[]): number {
  return strides.reduce((place, stride, axis) => place + stride * indices[axis], offset)
}

function* points(shape: readonly number[]): Generator<number[]> {
  const count = sizeOf(shape)
  const strides = stridesOf(shape)
  for (let i = 0; i < count; i++) yield shape.map((size, axis) => Math.floor(i / strides[axis]) % size)
}

const START = { sum: 0, reduceMax: -Infinity, reduceMin: Infinity }

function runPlainly(kernel: LoopKernel, buffers: readonly (Float32Array | Int32Array)[]): void {
  const kept = kernel.shape.slice(0, kernel.keptAxes)
  const before = buffers.map((buffer) => buffer.slice())
  const store = (stores: readonly Store[], got: readonly number[], indices: readonly number[]): void => {
    for (const { value, view } of stores) buffers[view.buffer][placeOf(view, indices)] = got[value]
  }
  for (const outer of points(kept)) {
    const results = kernel.reductions.map(({ op, dtype }) =>
      dtype === 'float32' || op === 'sum' ? START[op] : op === 'reduceMax' ? -(2 ** 31) : 2 ** 31 - 1,
    )
    for (const inner of points(kernel.shape.slice(kernel.keptAxes))) {
      const indices = [...outer, ...inner]
      const got = evaluate(kernel.values, indices, before)
      store(kernel.stores, got, indices)
      kernel.reductions.forEach(({ op, value }, r) => {
        if (op === 'sum') results[r] += got[value]
        else results[r] = applied(op === 'reduceMax' ? 'max' : 'min', [results[r], got[value]])
      })
    }
    store(kernel.epilogueStores, evaluate(kernel.epilogue, outer, before, results), outer)
  }
}

// Kernels at random.

interface Case {
  readonly kernel: LoopKernel
  readonly buffers: readonly (Float32Array | Int32Array)[]
}

type Random = (bound: number) => number

/** Draws a kernel from a stream of numbers, so that fast-check can shrink it towards the first of every choice. */
function drawCase(draw: Random, folds: boolean, sizes: readonly number[] = SIZES, limit = 6000): Case {
  const rank = draw(5)
  const shape = Array.from({ length: rank }, () => sizes[draw(sizes.length)])
  while (sizeOf(shape) > limit) shape[shape.indexOf(Math.max(...shape))] = 2
  const keptAxes = folds ? draw(rank + 1) : rank
  const kept = shape.slice(0, keptAxes)
  const buffers: (Float32Array | Int32Array)[] = []
  const input = (axes: readonly number[], dtype: 'float32' | 'int32' | 'bool'): View => {
    const view = drawView(draw, axes, buffers.length)
    const extent = 1 + Math.max(...[...points(axes)].map((at) => placeOf(view, at)), 0)
    const data = Array.from({ length: extent }, () => (dtype === 'bool' ? draw(2) : draw(9) - 4))
    buffers.push(dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data))
    return view
  }
  const output = (axes: readonly number[], dtype: Value['dtype']): View => {
    const order = axes.map((_, axis) => axis)
    for (let i = order.length - 1; i > 0; i--) {
      const j = draw(i + 1)
      ;[order[i], order[j]] = [order[j], order[i]]
    }
    const dense = stridesOf(order.map((axis) => axes[axis]))
    const strides = axes.map((_, axis) => dense[order.indexOf(axis)])
    const length = Math.max(1, sizeOf(axes)) + 8
    buffers.push(dtype === 'float32' ? new Float32Array(length).fill(77) : new Int32Array(length).fill(77))
    return { buffer: buffers.length - 1, offset: draw(3), strides }
  }

  const values = drawValues(draw, shape, input, [])
  const numeric = positionsOf(values, (dtype) => dtype !== 'bool')
  const reductions: Reduction[] = folds
    ? Array.from({ length: 1 + draw(3) }, () => {
        const value = numeric[draw(numeric.length)]
        return { op: (['sum', 'reduceMax', 'reduceMin'] as const)[draw(3)], value, dtype: values[value].dtype }
      })
    : []
  const anyStore = (list: readonly Value[], axes: readonly number[]): Store => {
    const value = draw(list.length)
    return { value, view: output(axes, list[value].dtype) }
  }
  const stores = Array.from({ length: folds ? draw(2) : 1 + draw(3) }, () => anyStore(values, shape))
  const results: Value[] = reductions.map(({ dtype }, reduction) => ({ kind: 'result', reduction, dtype }))
  const epilogue = folds ? drawValues(draw, kept, input, results) : []
  const epilogueStores = folds
    ? reductions.map((_, r): Store => {
        const value = r === 0 ? draw(epilogue.length) : r
        return { value, view: output(kept, epilogue[value].dtype) }
      })
    : []
  const parts = { values, stores, reductions, epilogue, epilogueStores }
  return { kernel: { kind: 'loop', label: 'drawn', shape, keptAxes, ...parts }, buffers }
}

function drawView(draw: Random, shape: readonly number[], buffer: number): View {
  const order = shape.map((_, axis) => axis)
  if (draw(3) === 2) order.reverse()
  const dense = stridesOf(order.map((axis) => shape[axis]))
  let offset = draw(3)
  const strides = shape.map((size, axis) => {
    const stride = dense[order.indexOf(axis)]
    const kind = draw(8)
    if (kind === 7) return 0
    if (kind === 6) return 2 * stride
    if (kind !== 5) return stride
    offset += (size - 1) * stride
    return -stride
  })
  return { buffer, offset, strides }
}

function positionsOf(values: readonly Value[], fits: (dtype: Value['dtype']) => boolean): number[] {
  return values.flatMap((value, position) => (fits(value.dtype) ? [position] : []))
}

function drawValues(
  draw: Random,
  shape: readonly number[],
  input: (axes: readonly number[], dtype: 'float32' | 'int32' | 'bool') => View,
  start: readonly Value[],
): Value[] {
  const values: Value[] = [...start]
  values.push({ kind: 'load', view: input(shape, 'float32'), dtype: 'float32' })
  for (let i = draw(3); i > 0; i--) {
    const dtype = (['float32', 'int32', 'bool'] as const)[draw(3)]
    values.push({ kind: 'load', view: input(shape, dtype), dtype })
  }
  if (draw(3) === 2) values.push({ kind: 'constant', value: draw(5) - 2, dtype: 'float32' })
  if (shape.length > 0 && draw(3) === 2) values.push({ kind: 'index', axis: draw(shape.length), dtype: 'int32' })
  for (let i = draw(6); i > 0; i--) values.push(drawApply(draw, values))
  return values
}

function drawApply(draw: Random, values: readonly Value[]): Value {
  const name = FLOAT_OPS[draw(FLOAT_OPS.length)]
  const pick = (dtype: Value['dtype']): number => {
    const fitting = positionsOf(values, (other) => other === dtype)
    return fitting[draw(fitting.length)]
  }
  const hasBool = values.some(({ dtype }) => dtype === 'bool')
  const dtype = values.some((value) => value.dtype === 'int32') && draw(3) === 2 ? 'int32' : 'float32'
  if (name === 'toInt') return { kind: 'apply', op: 'cast', operands: [pick('float32')], dtype: 'int32' }
  if (name === 'select') {
    if (!hasBool) return { kind: 'apply', op: 'abs', operands: [pick(dtype)], dtype }
    return { kind: 'apply', op: 'select', operands: [pick('bool'), pick(dtype), pick(dtype)], dtype }
  }
  if (name === 'neg' || name === 'abs' || name === 'sign')
    return { kind: 'apply', op: name, operands: [pick(dtype)], dtype }
  const operands = [pick(dtype), pick(dtype)]
  const compares = name === 'less' || name === 'equal' || name === 'lessEqual'
  return { kind: 'apply', op: name, operands, dtype: compares ? 'bool' : dtype }
}

/** A stream of choices, from fast-check's list of numbers. */
function drawing(numbers: readonly number[]): Random {
  let next = 0
  return (bound) => (next < numbers.length ? numbers[next++] % bound : 0)
}

const choices = fc.array(fc.nat(1 << 20), { minLength: 200, maxLength: 200 })

/** Uneven ranges, the last first. */
function splitOf(cuts: readonly number[]): Split {
  return (units) => {
    const at = [...new Set([0, ...cuts.map((cut) => cut % (units + 1)), units])].sort((a, b) => a - b)
    return at
      .slice(1)
      .map((end, i) => [at[i], end] as const)
      .reverse()
  }
}

function same(got: Float32Array | Int32Array, expected: Float32Array | Int32Array): void {
  // -0 and 0 are the same number to a plain loop of whole numbers.
  expect(Array.from(got, (x) => x + 0)).toEqual(Array.from(expected, (x) => x + 0))
}

function check({ kernel, buffers }: Case, splits: readonly Split[]): void {
  const expected = buffers.map((buffer) => buffer.slice())
  runPlainly(kernel, expected)
  const ready = runnable(emitLoop(kernel))
  for (const split of splits) {
    const got = buffers.map((buffer) => buffer.slice())
    ready.run(got, split)
    got.forEach((buffer, i) => {
      same(buffer, expected[i])
    })
  }
}

const cuts = fc.array(fc.nat(), { maxLength: 4 })

describe('drawn kernels give what their definition gives, however their units are split', () => {
  test('without folds', () => {
    fc.assert(
      fc.property(choices, cuts, (numbers, at) => {
        check(drawCase(drawing(numbers), false), [splitOf([]), splitOf(at)])
      }),
      { numRuns: RUNS },
    )
  })

  test('with folds', () => {
    fc.assert(
      fc.property(choices, cuts, (numbers, at) => {
        check(drawCase(drawing(numbers), true), [splitOf([]), splitOf(at)])
      }),
      { numRuns: RUNS },
    )
  })

  test('with folds so long that they go in two steps', () => {
    fc.assert(
      fc.property(choices, cuts, (numbers, at) => {
        check(drawCase(drawing(numbers), true, LONG_SIZES, 20_000), [splitOf([]), splitOf(at)])
      }),
      { numRuns: RUNS / 10 },
    )
  })

  test('where nothing is to be done, or nothing to be folded', () => {
    fc.assert(
      fc.property(choices, cuts, fc.boolean(), (numbers, at, folds) => {
        check(drawCase(drawing(numbers), folds, [0, 3, 1, 5]), [splitOf([]), splitOf(at)])
      }),
      { numRuns: RUNS },
    )
  })
})

/** A sum of x with its sign changed in the second half, the largest index, and a full-size store of -x. */
function foldOf(shape: readonly number[], keptAxes: number, axes: readonly number[]): Case {
  const own = stridesOf(axes.map((axis) => shape[axis]))
  const strides = shape.map((_, axis) => own[axes.indexOf(axis)])
  const folded = shape.length - 1
  const values: Value[] = [
    { kind: 'load', view: { buffer: 0, offset: 0, strides }, dtype: 'float32' },
    { kind: 'index', axis: folded, dtype: 'int32' },
    { kind: 'constant', value: Math.floor(shape[folded] / 2), dtype: 'int32' },
    { kind: 'apply', op: 'less', operands: [1, 2], dtype: 'bool' },
    { kind: 'apply', op: 'neg', operands: [0], dtype: 'float32' },
    { kind: 'apply', op: 'select', operands: [3, 0, 4], dtype: 'float32' },
  ]
  const kept = stridesOf(shape.slice(0, keptAxes))
  const results = sizeOf(shape.slice(0, keptAxes))
  const kernel: LoopKernel = {
    kind: 'loop',
    label: 'fold',
    shape,
    keptAxes,
    values,
    stores: [{ value: 4, view: { buffer: 1, offset: 0, strides } }],
    reductions: [
      { op: 'sum', value: 5, dtype: 'float32' },
      { op: 'reduceMax', value: 1, dtype: 'int32' },
    ],
    epilogue: [
      { kind: 'result', reduction: 0, dtype: 'float32' },
      { kind: 'result', reduction: 1, dtype: 'int32' },
    ],
    epilogueStores: [
      { value: 0, view: { buffer: 2, offset: 0, strides: kept } },
      { value: 1, view: { buffer: 3, offset: 0, strides: kept } },
    ],
  }
  const x = Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7919) % 15) - 7)
  const buffers = [x, new Float32Array(x.length), new Float32Array(results), new Int32Array(results)]
  return { kernel, buffers }
}

test.each([
  [[2, 4099], 1, [0, 1]],
  [[16411], 0, [0]],
  [[5, 1031], 1, [1, 0]],
  [[33, 2, 523], 2, [2, 0, 1]],
  [[3, 7, 1031], 1, [0, 1, 2]],
  [[3, 7, 1031], 1, [1, 2, 0]],
  [[9, 5003], 1, [0, 1]],
])('folds of uneven length with their index: shape %j, %d kept, in memory order %j', (shape, keptAxes, axes) => {
  check(foldOf(shape, keptAxes, axes), [splitOf([]), splitOf([1, 5])])
})

function sumOf(x: Float32Array): number {
  const kernel: LoopKernel = {
    kind: 'loop',
    label: 'sum',
    shape: [x.length],
    keptAxes: 0,
    values: [{ kind: 'load', view: { buffer: 0, offset: 0, strides: [1] }, dtype: 'float32' }],
    stores: [],
    reductions: [{ op: 'sum', value: 0, dtype: 'float32' }],
    epilogue: [{ kind: 'result', reduction: 0, dtype: 'float32' }],
    epilogueStores: [{ value: 0, view: { buffer: 1, offset: 0, strides: [] } }],
  }
  const result = new Float32Array(1)
  runnable(emitLoop(kernel)).run([x, result])
  return result[0]
}

test('a sum of a million float32 is right to a part in a million', () => {
  const x = Float32Array.from({ length: 1_000_003 }, (_, i) => ((i * 2654435761) % 4096) / 4096 + 0.1)
  const exact = x.reduce((sum, value) => sum + value, 0)
  expect(Math.abs(sumOf(x) / exact - 1)).toBeLessThan(1e-6)
})

test('NaN, infinities and negative zero pass through maxima, minima and stores', () => {
  const x = Float32Array.of(1, NaN, 3, -Infinity, -0, Infinity, 2, -5, NaN, 0)
  const y = Float32Array.of(2, 1, NaN, -1, 0, 4, -Infinity, -5, NaN, -0)
  const view = (buffer: number): View => ({ buffer, offset: 0, strides: [1] })
  const kernel: LoopKernel = {
    kind: 'loop',
    label: 'edges',
    shape: [10],
    keptAxes: 1,
    values: [
      { kind: 'load', view: view(0), dtype: 'float32' },
      { kind: 'load', view: view(1), dtype: 'float32' },
      { kind: 'apply', op: 'max', operands: [0, 1], dtype: 'float32' },
      { kind: 'apply', op: 'min', operands: [0, 1], dtype: 'float32' },
      { kind: 'constant', value: -0, dtype: 'float32' },
    ],
    stores: [
      { value: 2, view: view(2) },
      { value: 3, view: view(3) },
      { value: 4, view: view(4) },
    ],
    reductions: [],
    epilogue: [],
    epilogueStores: [],
  }
  const [max, min, zero] = [new Float32Array(10), new Float32Array(10), new Float32Array(10)]
  runnable(emitLoop(kernel)).run([x, y, max, min, zero])
  expect(Array.from(max)).toEqual(Array.from(x, (a, i) => Math.max(a, y[i])))
  expect(Array.from(min)).toEqual(Array.from(x, (a, i) => Math.min(a, y[i])))
  expect(Object.is(zero[9], -0)).toBe(true)
  expect(sumOf(Float32Array.of(1, NaN, 2))).toBeNaN()
})

test('lines share code whatever their size; kernels that differ in a constant do not', () => {
  const keyOf = (size: number, value: number, buffer: number): string => {
    const kernel: LoopKernel = {
      kind: 'loop',
      label: `fill ${size}`,
      shape: [size],
      keptAxes: 1,
      values: [{ kind: 'constant', value, dtype: 'float32' }],
      stores: [{ value: 0, view: { buffer, offset: 0, strides: [1] } }],
      reductions: [],
      epilogue: [],
      epilogueStores: [],
    }
    return emitLoop(kernel).stages[0].key
  }
  expect(keyOf(5, 1, 0)).toBe(keyOf(800, 1, 3))
  const constants = [0, -0, 1, Infinity, -Infinity, NaN]
  expect(new Set(constants.map((value) => keyOf(5, value, 0))).size).toBe(constants.length)
})
