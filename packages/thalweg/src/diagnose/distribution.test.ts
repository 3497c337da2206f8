import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { histogramOf, momentsOf, ownRange, sharedRange } from './distribution.ts'

describe('moments', () => {
  it('are those of the finite values, the others counted', () => {
    const moments = momentsOf([1, Number.NaN, 0, 3, Number.POSITIVE_INFINITY, 0], 2)
    expect(moments).toMatchObject({ count: 6, nonFinite: 2, mean: 2, min: 0, max: 6, zeros: 2 / 6 })
    expect(moments.deviation).toBeCloseTo(Math.sqrt((0 + 4 + 16 + 4) / 4), 12)
    expect(momentsOf([Number.NaN])).toMatchObject({ mean: Number.NaN, deviation: Number.NaN, min: Number.NaN })
  })
})

describe('histograms', () => {
  it('lose no value: bins, what lies outside, and what is no number add up', () => {
    const values = fc.array(fc.float(), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 50 }), fc.boolean(), (values, bins, own) => {
        const moments = momentsOf(values)
        const { counts, below, above, edges } = histogramOf(values, bins, own ? ownRange(moments) : [-1, 2])
        expect(counts.reduce((a, b) => a + b, below + above) + moments.nonFinite).toBe(values.length)
        expect(edges).toHaveLength(bins + 1)
        if (own) expect([below, above]).toEqual([0, 0])
      }),
    )
  })

  it('put values into bins that are closed on the left, the last one on both sides', () => {
    expect(histogramOf([0, 0.9, 1, 2, 3.999, 4, -0.1, 4.1], 4, [0, 4])).toEqual({
      edges: [0, 1, 2, 3, 4],
      counts: [2, 1, 1, 2],
      below: 1,
      above: 1,
    })
  })
})

describe('a range for several', () => {
  it('reaches from the lowest to the highest, outliers left out', () => {
    const bulk = momentsOf([...Array.from({ length: 1000 }, (_, i) => i / 1000), 500])
    const [low, high] = sharedRange([bulk, momentsOf([-3, -2]), momentsOf([Number.NaN])])
    expect(low).toBe(-3)
    expect(high).toBeLessThan(100)
    expect(high).toBeGreaterThan(1)
  })

  it('has a width even where the values have none', () => {
    expect(sharedRange([momentsOf([5, 5])])).toEqual([2.5, 7.5])
    expect(sharedRange([momentsOf([0])])).toEqual([-1, 1])
    expect(ownRange(momentsOf([]))).toEqual([-1, 1])
  })
})
