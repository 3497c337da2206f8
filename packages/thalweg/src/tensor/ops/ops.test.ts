import { describe, expect, test } from 'vitest'
import { referenceBackend } from '../../backend/index.ts'
import { type Shape, sizeOf } from '../../base/index.ts'
import { createEngine } from '../../compile/index.ts'
import * as t from '../index.ts'

const engine = createEngine(referenceBackend())
const read = (x: t.Tensor) => Array.from(x.read(engine))
const counted = (shape: Shape) =>
  t.tensor(
    Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  )
const grid = t.tensor([
  [3, 1, 2],
  [6, 5, 4],
])

describe('arithmetic', () => {
  test('relu: slope 0 at 0, NaN stays NaN', () => {
    const x = t.tensor([-1, 0, 2, Number.NaN])
    expect(read(t.relu(x))).toEqual([0, 0, 2, Number.NaN])
    const [slope] = t.gradients(t.sum(t.relu(t.slice(x, [0], [3]))), [x])
    expect(read(slope)).toEqual([0, 0, 1, 0])
  })

  test('clip holds values between bounds and lets NaN through', () => {
    expect(read(t.clip(t.tensor([-5, 0.5, 5, Number.NaN]), 0, 1))).toEqual([0, 0.5, 1, Number.NaN])
  })

  test('composed ones', () => {
    const x = t.tensor([0.25, 4])
    expect(read(t.square(x))).toEqual([0.0625, 16])
    expect(read(t.reciprocal(x))).toEqual([4, 0.25])
    expect(read(t.rsqrt(x))).toEqual([2, 0.5])
  })
})

describe('logic', () => {
  const x = t.tensor([1, Number.NaN, Number.POSITIVE_INFINITY])
  test('NaN is not equal to anything, so notEqual holds', () => {
    expect(read(t.equal(x, x))).toEqual([1, 0, 1])
    expect(read(t.notEqual(x, x))).toEqual([0, 1, 0])
    expect(read(t.greater(x, 0))).toEqual([1, 0, 1])
    expect(read(t.greaterEqual(x, 1))).toEqual([1, 0, 1])
  })
  test('isNaN, isFinite, and, or, not, select', () => {
    expect(read(t.isNaN(x))).toEqual([0, 1, 0])
    expect(read(t.isFinite(x))).toEqual([1, 0, 0])
    expect(read(t.logicalAnd(t.isFinite(x), t.less(x, 5)))).toEqual([1, 0, 0])
    expect(read(t.logicalOr(t.isNaN(x), t.less(x, 5)))).toEqual([1, 1, 0])
    expect(read(t.select(t.logicalNot(t.isFinite(x)), 0, x))).toEqual([1, 0, 0])
  })
})

describe('reductions', () => {
  test('over all, some and negative axes, with and without the axis', () => {
    expect(t.sum(grid).item(engine)).toBe(21)
    expect(read(t.mean(grid, { axes: 0 }))).toEqual([4.5, 3, 3])
    expect(read(t.max(grid, { axes: -1 }))).toEqual([3, 6])
    expect(t.min(grid, { axes: [1], keepDims: true }).shape).toEqual([2, 1])
    expect(read(t.argmax(grid))).toEqual([0, 0])
    expect(read(t.argmax(grid, 0))).toEqual([1, 1, 1])
    expect(() => t.sum(grid, { axes: 2 })).toThrow('sum: an axis must lie in -2..1')
  })

  test('variance is divided by the count', () => {
    expect(read(t.variance(grid, { axes: 1 }))).toEqual([2 / 3, 2 / 3])
    expect(t.variance(grid).item(engine)).toBeCloseTo(17.5 / 6, 14)
  })

  test('softmax and its logarithm, shifted so that nothing overflows', () => {
    const powers = [1, 2, 3].map(Math.exp)
    const total = powers.reduce((a, b) => a + b)
    const x = t.tensor([
      [1, 2, 3],
      [1001, 1002, 1003],
    ])
    const expected = [...powers, ...powers].map((power) => power / total)
    read(t.softmax(x)).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 14)
    })
    read(t.logSoftmax(x)).forEach((value, i) => {
      expect(value).toBeCloseTo(Math.log(expected[i]), 12)
    })
    const sums = read(t.logSumExp(x, { axes: 1 }))
    expect(sums[0]).toBeCloseTo(Math.log(total), 14)
    expect(sums[1]).toBeCloseTo(1000 + Math.log(total), 11)
  })

  test('logSumExp of infinities is not NaN', () => {
    const none = t.full([2], Number.NEGATIVE_INFINITY)
    expect(t.logSumExp(none).item(engine)).toBe(Number.NEGATIVE_INFINITY)
    expect(t.logSumExp(t.tensor([Number.POSITIVE_INFINITY, 1])).item(engine)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('shapes', () => {
  const x = counted([2, 3])
  test('slice: from the end, every other, to the end', () => {
    expect(read(t.slice(x, [1, -2], [1, 2]))).toEqual([4, 5])
    expect(read(t.slice(x, [0, 0], [-1, -1], [1, 2]))).toEqual([0, 2, 3, 5])
    expect(() => t.slice(x, [0, 0], [2, 4])).toThrow('the slice must lie inside the value')
  })
  test('flip, pad, concat, stack, split', () => {
    expect(read(t.flip(x, -1))).toEqual([2, 1, 0, 5, 4, 3])
    expect(read(t.pad(t.arange(2), [1], [2], { interior: [1], value: 9 }))).toEqual([9, 0, 9, 1, 9, 9])
    expect(read(t.concat([x, t.ones([2, 1])], 1))).toEqual([0, 1, 2, 1, 3, 4, 5, 1])
    expect(t.stack([x, x], -1).shape).toEqual([2, 3, 2])
    expect(read(t.stack([x, x], -1)).slice(0, 4)).toEqual([0, 0, 1, 1])
    expect(t.split(x, 3, 1).map(read)).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ])
    expect(() => t.split(x, 2, 1)).toThrow('split: the parts must be equal')
    expect(() => t.concat([])).toThrow('at least one tensor')
  })
  test('reshape with one open size, squeeze, expandDims', () => {
    expect(t.reshape(x, [3, -1]).shape).toEqual([3, 2])
    expect(t.squeeze(t.ones([1, 2, 1])).shape).toEqual([2])
    expect(t.squeeze(t.ones([1, 2, 1]), -1).shape).toEqual([1, 2])
    expect(() => t.squeeze(x, 0)).toThrow('only axes of size 1')
    expect([t.expandDims(x, 0).shape, t.expandDims(x, -1).shape]).toEqual([
      [1, 2, 3],
      [2, 3, 1],
    ])
  })
})

describe('images', () => {
  const image = counted([1, 4, 4, 1])
  test('same padding gives ceil(size / stride), the odd one below and right', () => {
    const sizes = (size: number, kernel: number, strides: number) =>
      t.conv2d(t.ones([1, size, size, 1]), t.ones([kernel, kernel, 1, 1]), { strides, padding: 'same' }).shape[1]
    expect([sizes(5, 3, 1), sizes(5, 3, 2), sizes(6, 4, 2), sizes(7, 1, 3)]).toEqual([5, 3, 3, 3])
    // A 2x2 window of ones that hangs over the right and the lower edge.
    const sums = read(t.conv2d(t.ones([1, 2, 2, 1]), t.ones([2, 2, 1, 1]), { padding: 'same' }))
    expect(sums).toEqual([4, 2, 2, 1])
  })
  test('dilation widens the window that same padding is for', () => {
    const result = t.conv2d(t.ones([1, 5, 5, 1]), t.ones([3, 3, 1, 1]), { padding: 'same', dilation: 2 })
    expect(result.shape).toEqual([1, 5, 5, 1])
    expect(read(result)[12]).toBe(9)
    expect(read(result)[0]).toBe(4)
  })
  test('pooling: strides default to the window', () => {
    expect(read(t.maxPool(image, { window: 2 }))).toEqual([5, 7, 13, 15])
    expect(read(t.averagePool(image, { window: 2 }))).toEqual([2.5, 4.5, 10.5, 12.5])
    expect(t.maxPool(image, { window: 2, strides: 1 }).shape).toEqual([1, 3, 3, 1])
    const corner = { window: 2, strides: 2, padding: [1, 1, 1, 1] } as const
    expect(read(t.averagePool(image, corner))[0]).toBe(0)
    expect(read(t.averagePool(image.add(4), corner))[0]).toBe(4)
    expect(read(t.averagePool(image.add(4), { ...corner, countPadding: true }))[0]).toBe(1)
  })
  test('same padding of something that is no image says so', () => {
    expect(() => t.maxPool(t.ones([4, 4]), { window: 2, padding: 'same' })).toThrow(
      'maxPool: the image must have 4 dimensions, [batch, height, width, channels]\nreceived: [4,4]',
    )
  })
})

describe('indexing', () => {
  const labels = t.tensor(Int32Array.of(2, 0))
  test('gather and its adjoint', () => {
    expect(read(t.gather(grid, labels, -1))).toEqual([2, 3, 4, 6])
    expect(read(t.scatterAdd(t.tensor([1, 10]), t.tensor(Int32Array.of(1, 1)), { size: 3 }))).toEqual([0, 11, 0])
  })
  test('one element per row', () => {
    expect(read(t.takeAlong(grid, labels))).toEqual([2, 6])
    expect(read(t.takeAlong(grid, t.tensor(Int32Array.of(1, 0, 1)), 0))).toEqual([6, 1, 4])
  })
  test('takeAlong is not disturbed by infinities it does not take', () => {
    expect(read(t.takeAlong(t.tensor([[1, Number.POSITIVE_INFINITY]]), t.tensor(Int32Array.of(0))))).toEqual([1])
  })
  test('oneHot, with nothing for labels out of range', () => {
    expect(read(t.oneHot(labels, 3))).toEqual([0, 0, 1, 1, 0, 0])
    expect(read(t.oneHot(t.tensor(Int32Array.of(-1, 3)), 3))).toEqual([0, 0, 0, 0, 0, 0])
  })
})
