import { choice, conditional, type ImportanceOptions, randomSampler, type Space, search, uniform } from 'thalweg/tune'
import { describe, expect, it } from 'vitest'

async function sharesOf<S extends Space>(
  space: S,
  objective: Parameters<typeof search<S>>[1],
  options: ImportanceOptions = {},
): Promise<Record<string, number>> {
  const study = await search(space, objective, { trials: 150, sampler: randomSampler(), seed: 2 })
  return Object.fromEntries(study.importance({ trees: 32, ...options }).map(({ path, share }) => [path, share]))
}

const cube = { a: uniform(0, 1), b: uniform(0, 1), c: uniform(0, 1) }

describe('importance', () => {
  it('is the share of the variance where parameters add up', async () => {
    // Variances of 3a and b are 9/12 and 1/12.
    const { a, b, c } = await sharesOf(cube, ({ a, b }) => 3 * a + b)
    expect(Math.abs(a - 0.9)).toBeLessThan(0.06)
    expect(Math.abs(b - 0.1)).toBeLessThan(0.06)
    expect(c).toBeLessThan(0.02)
  })

  it('leaves out what only acts together', async () => {
    // (2a - 1)(2b - 1): no main effects, all of it interaction.
    const { a, b, c } = await sharesOf(cube, ({ a, b }) => (2 * a - 1) * (2 * b - 1))
    expect(a + b + c).toBeLessThan(0.35)
  })

  it('counts options, and with ranks does not mind how bad the worst are', async () => {
    const space = {
      rate: uniform(0, 1),
      kind: choice(['x', 'y', 'z']),
      extra: conditional({ no: {}, yes: { q: uniform(0, 1) } }),
    }
    const shares = await sharesOf(space, ({ kind, rate }) => ({ x: 0, y: 1, z: 2 })[kind] + rate / 10)
    // Variances 2/3 and 1/1200.
    expect(shares.kind).toBeGreaterThan(0.95)
    const diverging = ({ kind, rate }: { kind: 'x' | 'y' | 'z'; rate: number }) =>
      rate > 0.98 ? 1e12 : { x: 0, y: 1, z: 2 }[kind]
    expect((await sharesOf(space, diverging)).kind).toBeLessThan(0.2)
    expect((await sharesOf(space, diverging, { ranks: true })).kind).toBeGreaterThan(0.8)
  })

  it('says nothing of fewer than ten trials', async () => {
    const { importance } = await search(cube, ({ a }) => a, { trials: 9 })
    expect(importance()).toEqual([])
  })
})
