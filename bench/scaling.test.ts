import { expect, test } from 'vitest'
import { exponent, growsTooFast, growth, SWEEPS } from './scaling.ts'
import { operationsOf } from './work.ts'

test('growth is held against the cheapest of all smaller sizes', () => {
  const operations = [1, 2, 4, 8]
  const points = [4, 4, 8, 40].map((milliseconds, i) => ({ value: i, milliseconds, operations: operations[i] }))
  const grown = growth(points)
  expect(grown).toEqual([1, 0.5, 1, 2.5])
  expect(grown.map(growsTooFast)).toEqual([false, false, false, true])
})

test('a size that could not be measured is left out', () => {
  const points = [1, undefined, 4].map((milliseconds, i) => ({ value: i, milliseconds, operations: 2 ** i }))
  expect(growth(points)).toEqual([1, undefined, 1])
})

test('the exponent is that of the upper half', () => {
  const points = [1, 2, 4, 8, 16, 32].map((value) => ({
    value,
    milliseconds: 5 + value ** 2,
    operations: 3 * value ** 1.5,
  }))
  expect(exponent(points, ({ operations }) => operations)).toBeCloseTo(1.5)
  const time = (all: typeof points) => exponent(all, ({ milliseconds }) => milliseconds)
  expect(time(points)).toBeCloseTo(1.95)
  expect(time(points.map((point, i) => (i < 3 ? { ...point, milliseconds: 1000 } : point)))).toBe(time(points))
  expect(time(points.slice(5))).toBeUndefined()
})

test.each(SWEEPS.filter(({ axis }) => axis !== 'threads'))('$name: work grows with $axis', ({ values, at }) => {
  const work = values.map((value) => operationsOf(at(value).workload))
  expect(work).toEqual([...work].sort((a, b) => a - b))
  expect(new Set(work).size).toBe(work.length)
})
