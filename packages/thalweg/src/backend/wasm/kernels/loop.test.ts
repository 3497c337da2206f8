import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sizeOf, stridesOf } from '../../../base/index.ts'
import type { Reduction, Store, Value, View } from '../../program.ts'
import { cutAt } from '../run-kernel.ts'
import { findDifference, type LoopCase, placeOf, points } from './run-plainly.ts'

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

// Kernels at random.

type Random = (bound: number) => number

/** Draws a kernel from a stream of numbers, so that fast-check can shrink it towards the first of every choice. */
function drawCase(draw: Random, folds: boolean, sizes: readonly number[] = SIZES, limit = 6000): LoopCase {
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

const cuts = fc.array(fc.nat(), { maxLength: 4 })

describe('drawn kernels give what their definition gives, however their units are split', () => {
  test('without folds', () => {
    fc.assert(
      fc.property(choices, cuts, (numbers, at) => {
        expect(findDifference(drawCase(drawing(numbers), false), [cutAt(), cutAt(...at)])).toBeUndefined()
      }),
      { numRuns: RUNS },
    )
  })

  test('with folds', () => {
    fc.assert(
      fc.property(choices, cuts, (numbers, at) => {
        expect(findDifference(drawCase(drawing(numbers), true), [cutAt(), cutAt(...at)])).toBeUndefined()
      }),
      { numRuns: RUNS },
    )
  })

  test('with folds so long that they go in two steps', () => {
    fc.assert(
      fc.property(choices, cuts, (numbers, at) => {
        expect(
          findDifference(drawCase(drawing(numbers), true, LONG_SIZES, 20_000), [cutAt(), cutAt(...at)]),
        ).toBeUndefined()
      }),
      { numRuns: RUNS / 10 },
    )
  })

  test('where nothing is to be done, or nothing to be folded', () => {
    fc.assert(
      fc.property(choices, cuts, fc.boolean(), (numbers, at, folds) => {
        expect(findDifference(drawCase(drawing(numbers), folds, [0, 3, 1, 5]), [cutAt(), cutAt(...at)])).toBeUndefined()
      }),
      { numRuns: RUNS },
    )
  })
})
