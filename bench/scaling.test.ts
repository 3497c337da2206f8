import { expect, test } from 'vitest'
import { growsTooFast, growth, SWEEPS } from './scaling.ts'
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

test.each(SWEEPS.filter(({ axis }) => axis !== 'threads'))('$name: work grows with $axis', ({ values, at }) => {
  const work = values.map((value) => operationsOf(at(value).workload))
  expect(work).toEqual([...work].sort((a, b) => a - b))
  expect(new Set(work).size).toBe(work.length)
})
