import * as tune from 'thalweg/tune'
import { describe, expect, it } from 'vitest'
import { rejects } from './fails.ts'

/** What works, so that nothing but the stranger beside it is wrong. */
const works: Readonly<Record<string, readonly [call: (options: never) => unknown, options: object]>> = {
  integer: [(options) => tune.integer(1, 8, options), { log: true }],
  tpe: [tune.tpe, {}],
  grid: [tune.grid, {}],
  coarseToFine: [tune.coarseToFine, {}],
  noPruner: [tune.noPruner, {}],
  medianPruner: [tune.medianPruner, { budget: 3 }],
  successiveHalving: [tune.successiveHalving, { max: 9 }],
  hyperband: [tune.hyperband, { max: 9 }],
  calibrationError: [(options) => tune.calibrationError([0.9, 0.1], [0], options), {}],
  search: [(options) => tune.search({ x: tune.uniform(0, 1) }, ({ x }) => x, options), { trials: 1 }],
}

describe('names of options', () => {
  it.each(Object.entries(works))('%s refuses one that it does not have', async (_, [call, options]) => {
    await call(options as never)
    const error = await rejects('tune/unknown-option', async () => call({ ...options, jobs: 2 } as never))
    expect(error.received).toBe('jobs')
  })

  it("knows Optuna's", async () => {
    const call = async () => tune.search({ x: tune.uniform(0, 1) }, ({ x }) => x, { n_trials: 3 } as never)
    expect((await rejects('tune/unknown-option', call)).message).toContain('did you mean "trials"?')
  })
})
