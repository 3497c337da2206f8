import { describe, expect, test } from 'vitest'
import { checkedAxes, checkedAxis, completedShape } from './checks.ts'

describe('checkedAxis', () => {
  test('counts from the left, or from the right where negative', () => {
    expect([0, 2, -1, -3].map((axis) => checkedAxis('sum', axis, 3))).toEqual([0, 2, 2, 0])
  })
  test.each([3, -4, 0.5, Number.NaN])('refuses %d of three dimensions', (axis) => {
    expect(() => checkedAxis('sum', axis, 3)).toThrow(`sum: an axis must lie in -3..2 for 3 dimensions
received: axis ${axis}
try: count axes from 0 at the left, or from -1 at the right`)
  })
})

describe('checkedAxes', () => {
  test('all of them by default, one or several by name, in order', () => {
    expect(checkedAxes('sum', undefined, 3)).toEqual([0, 1, 2])
    expect(checkedAxes('sum', -1, 3)).toEqual([2])
    expect(checkedAxes('sum', [2, 0], 3)).toEqual([0, 2])
  })
  test('refuses an axis that is named twice', () => {
    expect(() => checkedAxes('sum', [1, -2], 3)).toThrow('sum: axes must be distinct')
  })
})

describe('completedShape', () => {
  test('-1 is what is left', () => {
    expect(completedShape('reshape', [2, -1], [3, 4])).toEqual([2, 6])
    expect(completedShape('reshape', [-1], [])).toEqual([1])
    expect(completedShape('reshape', [5, 5], [3, 4])).toEqual([5, 5])
  })
  test.each([[[5, -1]], [[-1, -1]], [[0, -1]]])('refuses %j for 12 elements', (shape) => {
    expect(() => completedShape('reshape', shape, [3, 4])).toThrow('try: give sizes whose product is 12')
  })
})
