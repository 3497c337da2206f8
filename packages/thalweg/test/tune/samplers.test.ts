import {
  choice,
  coarseToFine,
  conditional,
  grid,
  integer,
  logUniform,
  randomSampler,
  type Sampler,
  search,
  tpe,
  uniform,
} from 'thalweg/tune'
import { describe, expect, it } from 'vitest'
import { branin, braninAt } from './branin.ts'

describe('samplers', () => {
  it('that learn get nearer than random search (more of it in the slow tests)', async () => {
    const regret = async (sampler: Sampler) => {
      const seeds = Array.from({ length: 10 }, (_, seed) => seed)
      const bests = seeds.map((seed) => search(branin, braninAt, { sampler, seed, trials: 40 }))
      return (await Promise.all(bests)).reduce((sum, { best }) => sum + (best?.value ?? Number.NaN) - 0.397887, 0)
    }
    const blind = await regret(randomSampler())
    expect(await regret(tpe())).toBeLessThan(blind * 0.6)
    expect(await regret(coarseToFine())).toBeLessThan(blind * 0.6)
  })

  it('a grid has every combination once, and of a branch only what belongs to it', async () => {
    const space = {
      rate: logUniform(1e-3, 1e-1),
      units: integer(1, 2),
      method: conditional({ plain: {}, heavy: { momentum: uniform(0, 1), kind: choice(['a', 'b']) } }),
    }
    const { trials } = await search(space, () => 0, { sampler: grid({ points: { rate: 3, momentum: 5 } }) })
    expect(trials).toHaveLength(3 * 2 * (1 + 5 * 2))
    expect(new Set(trials.map(({ params }) => JSON.stringify(params))).size).toBe(trials.length)
    const rates = [...new Set(trials.map(({ params }) => params.rate))]
    for (const [index, rate] of [1e-3, 1e-2, 1e-1].entries()) expect(rates[index]).toBeCloseTo(rate, 12)
    expect(rates).toHaveLength(3)
  })

  it('coarse-to-fine halves its box around the best, and keeps it inside', async () => {
    const { trials } = await search({ x: uniform(0, 1) }, ({ x }) => x, {
      sampler: coarseToFine({ stage: 8, shrink: 0.5 }),
      trials: 24,
    })
    const xs = trials.map(({ params }) => params.x)
    const [coarse, , fine] = [xs.slice(0, 8), xs.slice(8, 16), xs.slice(16)]
    // The best lies near 0, so the box of the second stage is [0, 0.5] or close by, that of the third [0, 0.25].
    expect(Math.max(...coarse)).toBeGreaterThan(0.5)
    const best = Math.min(...xs.slice(0, 16))
    const low = Math.max(0, best - 0.125)
    for (const x of fine) {
      expect(x).toBeGreaterThanOrEqual(low)
      expect(x).toBeLessThanOrEqual(low + 0.25)
    }
  })

  it('propose the same for the same seed, and something else for another', async () => {
    const points = async (sampler: Sampler, seed: number) =>
      (await search(branin, braninAt, { sampler, seed, trials: 15 })).trials.map(({ point }) => point)
    for (const sampler of [randomSampler(), tpe({ startup: 5 }), coarseToFine({ stage: 5 })]) {
      expect(await points(sampler, 1)).toEqual(await points(sampler, 1))
      expect(await points(sampler, 1)).not.toEqual(await points(sampler, 2))
    }
  })
})
