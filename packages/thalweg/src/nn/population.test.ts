import fc from 'fast-check'
import { expect, it } from 'vitest'
import { batchMoments, pooledMoments, populationMoments } from './population.ts'

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

it('pools unequal batches to the moments of all values, far from zero too', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(sizes, fc.constantFrom(0, 1e6), fc.integer({ min: 1, max: 99 }), (counts, offset, seed) => {
      const rows = counts.reduce((sum, count) => sum + count, 0)
      const values = Float64Array.from({ length: rows * 2 }, (_, i) => offset + 5 * Math.sin(seed * (i + 1)))
      let from = 0
      const batches = counts.map((count) => {
        const batch = batchMoments(values.subarray(from, from + count * 2), [count, 2])
        from += count * 2
        return batch
      })
      const pooled = pooledMoments(batches)
      const whole = batchMoments(values, [rows, 2])
      expect(pooled.count).toBe(rows)
      for (const channel of [0, 1]) {
        expect(Math.abs(pooled.mean[channel] - whole.mean[channel])).toBeLessThan(1e-14 * (offset + 10))
        expect(Math.abs(pooled.variance[channel] - whole.variance[channel])).toBeLessThan(1e-12 + 1e-14 * offset)
      }
    }),
  )
  expect(() => pooledMoments([])).toThrow(/there must be a batch\nreceived: no values/)
})
