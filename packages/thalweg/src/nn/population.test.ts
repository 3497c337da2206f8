import { expect, it } from 'vitest'
import { batchMoments, populationMoments } from './population.ts'

it('is the mean of means and of unbiased variances', () => {
  const first = batchMoments([1, 10, 3, 30], [2, 2])
  const second = batchMoments([5, 50, 5, 50], [2, 2])
  expect(first).toEqual({ mean: Float64Array.of(2, 20), variance: Float64Array.of(1, 100), count: 2 })
  const { mean, variance } = populationMoments([first, second])
  expect([...mean]).toEqual([3.5, 35])
  expect([...variance]).toEqual([1, 100])
})

it('takes no variance from a batch of one', () => {
  const { mean, variance } = populationMoments([batchMoments([1, 3], [2, 1]), batchMoments([8], [1, 1])])
  expect([...mean, ...variance]).toEqual([5, 2])
})

it('refuses what has no statistics', () => {
  expect(() => batchMoments([], [0, 3])).toThrow(/batch \[batch, ..., channels\] of at least one/)
  expect(() => populationMoments([])).toThrow(/a batch of more than one value/)
  expect(() => populationMoments([batchMoments([1], [1, 1])])).toThrow(/received: 1 batches/)
})
