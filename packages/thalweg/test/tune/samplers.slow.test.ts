/** TPE and coarse-to-fine against random search over many seeds: Branin's function, and a space of every kind. */
import {
  choice,
  coarseToFine,
  conditional,
  integer,
  logUniform,
  randomSampler,
  type Sampler,
  search,
  tpe,
  uniform,
} from 'thalweg/tune'
import { expect, it } from 'vitest'
import { branin, braninAt } from './branin.ts'

/** Scales, integers, options and a condition at once; the minimum is 0. */
const mixed = {
  rate: logUniform(1e-5, 1),
  units: integer(1, 100),
  kind: choice(['a', 'b', 'c', 'd']),
  method: conditional({ plain: {}, heavy: { momentum: uniform(0, 1) } }),
}

async function bestOf(sampler: Sampler, seed: number, trials: number): Promise<{ branin: number; mixed: number }> {
  const first = await search(branin, braninAt, { sampler, seed, trials })
  const second = await search(
    mixed,
    ({ rate, units, kind, method }) =>
      Math.abs(Math.log10(rate / 1e-3)) +
      Math.abs(units - 70) / 30 +
      (kind === 'c' ? 0 : 1) +
      (method.name === 'heavy' ? Math.abs(method.momentum - 0.9) * 2 : 1),
    { sampler, seed, trials },
  )
  return { branin: first.best?.value ?? Number.NaN, mixed: second.best?.value ?? Number.NaN }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

it('tpe and coarse-to-fine get nearer than random search, over 40 seeds', async () => {
  const seeds = Array.from({ length: 40 }, (_, seed) => seed)
  const of = (sampler: Sampler) => Promise.all(seeds.map((seed) => bestOf(sampler, seed, 60)))
  const [blind, parzen, staged] = [await of(randomSampler()), await of(tpe()), await of(coarseToFine({ stage: 15 }))]
  for (const problem of ['branin', 'mixed'] as const) {
    const least = problem === 'branin' ? 0.397887 : 0
    const regret = (bests: typeof blind) => median(bests.map((best) => best[problem])) - least
    expect(regret(parzen)).toBeLessThan(regret(blind) * 0.7)
    expect(regret(staged)).toBeLessThan(regret(blind) * 0.7)
    const wins = seeds.filter((seed) => parzen[seed][problem] < blind[seed][problem]).length
    expect(wins).toBeGreaterThanOrEqual(28)
  }
})
