import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { broadcastShapes, type Shape, sizeOf } from '../base/index.ts'
import { createEngine } from '../compile/index.ts'
import { createVariable } from '../graph/index.ts'
import * as t from './index.ts'

const engine = createEngine(referenceBackend())
const read = (x: t.Tensor) => Array.from(x.read(engine))

/** Every index of `shape`, row-major. */
function indices(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  )
}

/** The element of a broadcast value at `index`, worked out from NumPy's rule. */
function broadcastAt(values: readonly number[], shape: Shape, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length)
  return values[own.reduce((place, i, axis) => place * shape[axis] + (shape[axis] === 1 ? 0 : i), 0)]
}

function count(shape: Shape, start = 0): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => start + i)
}

const shapes = fc
  .array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 })
  .chain((whole) => fc.tuple(side(whole), side(whole)).map(([a, b]) => ({ a, b })))
function side(whole: number[]): fc.Arbitrary<number[]> {
  return fc
    .tuple(fc.nat(whole.length), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
    .map(([drop, ones]) => whole.slice(drop).map((size, i) => (ones[i] ? 1 : size)))
}

describe('operands', () => {
  test('broadcast as NumPy does', () => {
    fc.assert(
      fc.property(shapes, ({ a, b }) => {
        const [x, y] = [count(a), count(b, 100)]
        const shape = broadcastShapes(a, b)!
        const expected = indices(shape).map((index) => broadcastAt(x, a, index) - broadcastAt(y, b, index))
        const result = t.sub(t.tensor(x, a), t.tensor(y, b))
        expect(result.shape).toEqual(shape)
        expect(read(result)).toEqual(expected)
      }),
    )
  })

  test('a number takes the dtype of the other operand', () => {
    const whole = t.tensor(Int32Array.of(1, 2))
    expect(whole.add(3).dtype).toBe('int32')
    expect(read(t.sub(10, whole))).toEqual([9, 8])
    expect(t.add(1, 2).item(engine)).toBe(3)
    expect(() => whole.mul(0.5)).toThrow('a number beside int32 values must be whole\nreceived: 0.5')
  })

  test('shapes that do not fit are refused with both of them', () => {
    expect(() => t.ones([2, 3]).add(t.ones([4]))).toThrow(
      'add: shapes must be equal, or 1 where they differ, aligned at the right\nreceived: [2,3], [4]',
    )
    expect(() => t.select(t.ones([2], 'bool'), t.ones([3]), 0)).toThrow('select: shapes must be equal')
  })

  test('item wants one element', () => {
    expect(t.tensor([[7]]).item(engine)).toBe(7)
    expect(() => t.ones([2]).item(engine)).toThrow('item: the tensor must have one element\nreceived: [2]')
  })
})

describe('creation', () => {
  test('nested lists, typed arrays, fills', () => {
    const x = t.tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect([x.shape, x.dtype]).toEqual([[2, 3], 'float32'])
    expect(read(t.tensor(Float32Array.of(1, 2, 3, 4), [2, 2]).transpose())).toEqual([1, 3, 2, 4])
    expect(t.tensor(Int32Array.of(1)).dtype).toBe('int32')
    expect(t.tensor([]).shape).toEqual([0])
    expect(t.tensor(5).shape).toEqual([])
    expect(read(t.full([2], 7))).toEqual([7, 7])
    expect(read(t.iota([2, 3], -1))).toEqual([0, 1, 2, 0, 1, 2])
    expect(read(t.arange(3))).toEqual([0, 1, 2])
  })

  test('values are copied', () => {
    const data = Float32Array.of(1, 2)
    const x = t.tensor(data)
    data[0] = 9
    expect(read(x)).toEqual([1, 2])
  })

  test('ragged lists and wrong sizes are refused', () => {
    expect(() => t.tensor([[1, 2], [3]])).toThrow('all lists at one depth must have one length')
    expect(() => t.tensor([1, 2, 3], [2, 2])).toThrow('the data must fill the shape')
    const wrong = (data: unknown) => () => t.tensor(data as never)
    expect(wrong({ data: [1], shape: [1] })).toThrow(/lists of numbers\nreceived: an object with data,shape\ntry: /)
    expect(wrong([1, '2'])).toThrow("received: '2'")
    expect(wrong(undefined)).toThrow('received: undefined')
  })
})

describe('matmul', () => {
  const product = (a: number[], b: number[], [m, k, n]: [number, number, number]) =>
    indices([m, n]).map(([i, j]) => count([k]).reduce((sum, l) => sum + a[i * k + l] * b[l * n + j], 0))

  test('folds leading axes into rows, broadcasts batches, and takes transposed operands', () => {
    const a = count([2, 3, 4])
    const b = count([4, 5])
    const expected = product(a, b, [6, 4, 5])
    const [x, y] = [t.tensor(a, [2, 3, 4]), t.tensor(b, [4, 5])]
    expect(x.matmul(y).shape).toEqual([2, 3, 5])
    expect(read(x.matmul(y))).toEqual(expected)
    expect(read(x.matmul(y.transpose(), { transposeB: true }))).toEqual(expected)
    const swapped = x.transpose([0, 2, 1])
    expect(read(t.matmul(swapped, t.reshape(y, [1, 4, 5]), { transposeA: true }))).toEqual(expected)
    expect(read(t.matmul(swapped, y, { transposeA: true }))).toEqual(expected)
  })

  test('refuses vectors and inner sizes that differ', () => {
    expect(() => t.ones([3]).matmul(t.ones([3, 2]))).toThrow('reshape a vector to one row or column')
    expect(() => t.ones([32, 784]).matmul(t.ones([128, 10]))).toThrow(
      'matmul: inner dimensions must agree\nreceived: a [32,784], b [128,10]\ntry: give b 784 rows',
    )
  })
})

describe('compiled', () => {
  test('gives arrays for arrays, compiles once per list of shapes', () => {
    const own = createEngine(referenceBackend())
    const double = t.compiled((x) => x.mul(2), { engine: own })
    expect(Array.from(double([[1, 2, 3]]))).toEqual([2, 4, 6])
    expect(Array.from(double([[4, 5, 6]]))).toEqual([8, 10, 12])
    expect(own.counts.plans).toBe(1)
    expect(Array.from(double({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }))).toEqual([2, 4, 6, 8])
    expect(own.counts.plans).toBe(2)
  })

  test('several results as a list', () => {
    const both = t.compiled((x, y) => [x.add(y), x.sub(y)], { engine })
    expect(both(3, 4).map((values) => values[0])).toEqual([7, -1])
  })

  test('missing values and results that are no tensors are refused', () => {
    expect(() => t.compiled((x, y) => x.add(y), { engine })(1)).toThrow('received: 1 of 2 values')
    const forgetful = (() => undefined) as unknown as (x: t.Tensor) => t.Tensor
    expect(() => t.compiled(forgetful, { engine })(1)).toThrow('received: undefined')
    const double = t.compiled((x) => x.mul(2))
    const handle = t.tensor([1, 2])
    for (const given of [handle, null, undefined, 'two', { data: [1] }])
      expect(() => Reflect.apply(double, undefined, [given])).toThrow(
        expect.objectContaining({ code: 'tensor/bad-argument' }),
      )
  })
})

describe('gradients', () => {
  test('as tensors, zero where nothing depends', () => {
    const [x, y] = [t.tensor([1, 2, 3]), t.tensor([5])]
    const [dx, dy] = t.gradients(x.square().sum(), [x, y])
    expect(read(dx)).toEqual([2, 4, 6])
    expect(read(dy)).toEqual([0])
  })

  test('by a variable, however often it was read', () => {
    const weight = createVariable({ name: 'weight', shape: [] })
    engine.write(weight, Float32Array.of(3))
    const loss = t.variableTensor(weight).square().add(t.variableTensor(weight))
    const [slope] = t.gradients(loss, [t.variableTensor(weight)])
    expect(slope.item(engine)).toBe(7)
  })
})
