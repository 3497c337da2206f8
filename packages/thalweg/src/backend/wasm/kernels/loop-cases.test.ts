import { expect, test } from 'vitest'
import { sizeOf, stridesOf } from '../../../base/index.ts'
import type { LoopKernel, Value, View } from '../../program.ts'
import { everyKernel } from '../every-kernel.ts'
import { provideKernels } from '../families.ts'
import { cutAt, runnable } from '../run-kernel.ts'
import { emitLoop } from './loop.ts'
import { findDifference, type LoopCase } from './run-plainly.ts'

/** A sum of x with its sign changed in the second half, the largest index, and a full-size store of -x. */
function foldOf(shape: readonly number[], keptAxes: number, axes: readonly number[]): LoopCase {
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
  expect(findDifference(foldOf(shape, keptAxes, axes), [cutAt(), cutAt(1, 5)])).toBeUndefined()
})

test.each([
  ['a transpose', [40, 64], [1, 40], 0],
  ['a transpose of uneven size', [33, 46], [1, 33], 1],
  ['three axes, turned', [5, 40, 24], [1, 120, 5], 2],
  ['few long rows', [3, 12288], [0, 1], 1],
])('%s, with its index', (_, shape, strides, indexed) => {
  const store = stridesOf(shape)
  const kernel: LoopKernel = {
    kind: 'loop',
    label: 'tiles',
    shape,
    keptAxes: shape.length,
    values: [
      { kind: 'load', view: { buffer: 0, offset: 0, strides }, dtype: 'float32' },
      { kind: 'index', axis: indexed, dtype: 'int32' },
      { kind: 'apply', op: 'cast', operands: [1], dtype: 'float32' },
      { kind: 'apply', op: 'add', operands: [0, 2], dtype: 'float32' },
    ],
    stores: [{ value: 3, view: { buffer: 1, offset: 0, strides: store } }],
    reductions: [],
    epilogue: [],
    epilogueStores: [],
  }
  const x = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i % 97)
  expect(findDifference({ kernel, buffers: [x, new Float32Array(x.length)] }, [cutAt(), cutAt(7, 100)])).toBeUndefined()
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

provideKernels(...everyKernel)

test.each(['exp', 'expm1', 'log', 'log1p', 'sin', 'cos', 'tanh', 'sigmoid', 'erf', 'sqrt', 'pow'] as const)(
  '%s of an element does not depend on its neighbours, nor on whether it is in a vector',
  (op) => {
    const view = (buffer: number): View => ({ buffer, offset: 0, strides: [1] })
    const kernel: LoopKernel = {
      kind: 'loop',
      label: op,
      shape: [43],
      keptAxes: 1,
      values: [
        { kind: 'load', view: view(0), dtype: 'float32' },
        { kind: 'apply', op, operands: op === 'pow' ? [0, 0] : [0], dtype: 'float32' },
      ],
      stores: [{ value: 1, view: view(1) }],
      reductions: [],
      epilogue: [],
      epilogueStores: [],
    }
    // Every third element is far out, where some functions take another way.
    const x = Float32Array.from({ length: 43 }, (_, i) => (i % 3 === 0 ? 1e30 / (i + 1) : Math.sin(i) * 10))
    const code = runnable(emitLoop(kernel))
    const whole = new Float32Array(43)
    const single = new Float32Array(43)
    code.run([x, whole])
    code.run([x, single], cutAt(...x.keys()))
    expect(new Int32Array(single.buffer)).toEqual(new Int32Array(whole.buffer))
  },
)
