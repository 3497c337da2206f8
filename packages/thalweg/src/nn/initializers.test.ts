import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '../base/index.ts'
import { constant, fanOf, he, type Initializer, ones, smallRandom, xavier, zeros } from './initializers.ts'

const shape = [200, 150]
const fan = { in: 200, out: 150 }

function moments(values: Float64Array): { mean: number; variance: number; largest: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
  return { mean, variance, largest: Math.max(...values.map(Math.abs)) }
}

describe('distributions', () => {
  const cases: readonly (readonly [string, Initializer, number])[] = [
    ['smallRandom', smallRandom(), 1e-4],
    ['smallRandom of scale 1', smallRandom({ scale: 1 }), 1],
    ['xavier', xavier(), 2 / 350],
    ['xavier normal', xavier({ distribution: 'normal' }), 2 / 350],
    ["xavier in the article's form", xavier({ distribution: 'normal', fan: 'in' }), 1 / 200],
    ['he', he(), 2 / 200],
    ['he uniform by fan-out', he({ distribution: 'uniform', fan: 'out' }), 2 / 150],
  ]

  it.each(cases)('%s has mean 0 and its variance', (_, initializer, variance) => {
    const drawn = moments(initializer(shape, fan, random(7)))
    // 30,000 draws: the mean is off by at most 5 standard errors, the variance by 5%.
    expect(Math.abs(drawn.mean)).toBeLessThan(5 * Math.sqrt(variance / 30_000))
    expect(drawn.variance / variance).toBeGreaterThan(0.95)
    expect(drawn.variance / variance).toBeLessThan(1.05)
  })

  it('keeps uniform draws within sqrt(3 variance), normal ones not', () => {
    const limit = Math.sqrt(3 * (2 / 350))
    expect(moments(xavier()(shape, fan, random(1))).largest).toBeLessThanOrEqual(limit)
    expect(moments(xavier()(shape, fan, random(1))).largest).toBeGreaterThan(0.99 * limit)
    expect(moments(xavier({ distribution: 'normal' })(shape, fan, random(1))).largest).toBeGreaterThan(limit)
  })

  it('fills with constants', () => {
    const fills = [zeros(), ones(), constant(-2.5)].map((initializer) => [...initializer([2], fan, random(0))])
    expect(fills).toEqual([
      [0, 0],
      [1, 1],
      [-2.5, -2.5],
    ])
  })

  it('is the same for the same seed and another for another', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        const [first, second] = [a, b].map((seed) => he()([3, 4], { in: 3, out: 4 }, random(seed)))
        expect(Array.from(he()([3, 4], { in: 3, out: 4 }, random(a)))).toEqual(Array.from(first))
        if (a !== b) expect(Array.from(first)).not.toEqual(Array.from(second))
      }),
      { numRuns: 30 },
    )
  })
})

describe('fan', () => {
  it.each([
    [[20], { in: 20, out: 20 }],
    [[20, 30], { in: 20, out: 30 }],
    [[3, 5, 8, 16], { in: 120, out: 240 }],
    [[], { in: 1, out: 1 }],
  ])('of %j is %j', (shape, expected) => {
    expect(fanOf(shape)).toEqual(expected)
  })

  it('of 0 is refused: nothing would be computed from nothing', () => {
    expect(() => he()([0, 3], { in: 0, out: 3 }, random(0))).toThrow(/he: the fan must be a finite number above 0/)
  })
})

it('says how it was asked for', () => {
  expect(he().description).toBe('he(distribution=normal, fan=in)')
  expect(smallRandom().description).toBe('smallRandom(scale=0.01)')
})
