import { describe, expect, it } from 'vitest'
import { type ExampleDraws, exampleDraws } from './draws.ts'

const COUNT = 20_000

function momentsOf(draw: (draws: ExampleDraws) => number): { mean: number; variance: number } {
  const draws = exampleDraws(1, 'test')
  const values = Array.from({ length: COUNT }, (_, row) => {
    draws.at(3, row)
    return draw(draws)
  })
  const mean = values.reduce((sum, value) => sum + value, 0) / COUNT
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT }
}

describe('draws of an example', () => {
  // Bounds of five standard errors of the mean; the variance's are about as wide.
  it.each<[string, (draws: ExampleDraws) => number, mean: number, variance: number]>([
    ['uniform', (draws) => draws.uniform(), 1 / 2, 1 / 12],
    ['between -2 and 1', (draws) => draws.between(-2, 1), -1 / 2, 9 / 12],
    ['integer of -1..2', (draws) => draws.integer(-1, 2), 1 / 2, 15 / 12],
    ['chance of 0.3', (draws) => (draws.chance(0.3) ? 1 : 0), 0.3, 0.21],
    ['normal', (draws) => draws.normal(), 0, 1],
    ['gamma of 0.2', (draws) => draws.gamma(0.2), 0.2, 0.2],
    ['gamma of 3', (draws) => draws.gamma(3), 3, 3],
  ])('%s: mean and variance', (_, draw, mean, variance) => {
    const found = momentsOf(draw)
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / COUNT))
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.15)
  })

  it('depend on seed, label, epoch and row, and on nothing else', () => {
    const first = (seed: number, label: string, epoch: number, row: number): string => {
      const draws = exampleDraws(seed, label)
      draws.at(7, 7)
      draws.gamma(0.5)
      draws.at(epoch, row)
      return String(Array.from({ length: 9 }, () => draws.uniform()))
    }
    const all = [
      first(1, 'a', 0, 0),
      first(2 ** 32 + 1, 'a', 0, 0),
      first(1, 'b', 0, 0),
      first(1, 'a', 1, 0),
      first(1, 'a', 0, 1),
    ]
    expect(new Set(all).size).toBe(5)
    expect(first(1, 'a', 1, 0)).toBe(all[3])
  })
})
