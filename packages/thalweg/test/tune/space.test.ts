import { choice, conditional, integer, logUniform, type Params, randomSampler, search, uniform } from 'thalweg/tune'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { rejects, throwsError } from './fails.ts'

describe('a space', () => {
  it('gives each parameter its type and its range', async () => {
    const space = {
      learningRate: logUniform(1e-4, 1e-1),
      dropout: uniform(0, 0.5),
      units: integer(8, 64, { log: true }),
      activation: choice(['relu', 'tanh']),
      sizes: choice([[32], [64, 64]]),
      optimizer: conditional({ sgd: { momentum: uniform(0.5, 0.99), nesterov: choice([true, false]) }, adam: {} }),
    }
    type P = Params<typeof space>
    expectTypeOf<P['learningRate']>().toEqualTypeOf<number>()
    expectTypeOf<P['activation']>().toEqualTypeOf<'relu' | 'tanh'>()
    expectTypeOf<P['optimizer']['name']>().toEqualTypeOf<'sgd' | 'adam'>()
    const seen: P[] = []
    const { trials } = await search(
      space,
      (params) => {
        seen.push(params)
        return params.optimizer.name === 'sgd' ? params.optimizer.momentum : params.dropout
      },
      { trials: 400, sampler: randomSampler(), seed: 1 },
    )
    expect(trials).toHaveLength(400)
    const within = (value: number, low: number, high: number) => value >= low && value <= high
    expect(seen.every(({ learningRate }) => within(learningRate, 1e-4, 1e-1))).toBe(true)
    expect(seen.every(({ dropout }) => within(dropout, 0, 0.5))).toBe(true)
    expect(seen.every(({ units }) => Number.isInteger(units) && within(units, 8, 64))).toBe(true)
    const branches = new Set(seen.map(({ optimizer }) => `${optimizer.name}: ${Object.keys(optimizer)}`))
    expect([...branches].sort()).toEqual(['adam: name', 'sgd: name,momentum,nesterov'])
    const share = (of: (params: P) => boolean) => seen.filter(of).length / seen.length
    // Four standard errors of a share from 400 draws are at most 0.1.
    expect(share(({ learningRate }) => learningRate < 1e-3)).toBeCloseTo(1 / 3, 0.9)
    expect(share(({ units }) => units <= 22)).toBeCloseTo(Math.log(22.5 / 7.5) / Math.log(64.5 / 7.5), 0.9)
    expect(share(({ activation }) => activation === 'relu')).toBeCloseTo(1 / 2, 0.9)
    expect(share(({ sizes }) => sizes.length === 2)).toBeCloseTo(1 / 2, 0.9)
    expect(share(({ optimizer }) => optimizer.name === 'adam')).toBeCloseTo(1 / 2, 0.9)
  })

  it('reaches both ends of a range of integers', async () => {
    const seen = new Set<number>()
    await search({ n: integer(1, 3) }, ({ n }) => seen.add(n).size, { trials: 60, sampler: randomSampler() })
    expect([...seen].sort()).toEqual([1, 2, 3])
  })

  it('refuses what cannot be searched', async () => {
    throwsError('tune/bad-range', () => uniform(1, 0))
    throwsError('tune/bad-range', () => uniform(0, Number.POSITIVE_INFINITY))
    throwsError('tune/bad-range', () => logUniform(0, 1))
    throwsError('tune/bad-range', () => integer(0, 8, { log: true }))
    throwsError('tune/bad-range', () => integer(1, 2.5))
    throwsError('tune/bad-choice', () => choice([]))
    throwsError('tune/bad-choice', () => conditional({}))
    throwsError('tune/bad-name', () => conditional({ adam: { name: uniform(0, 1) } }))
    await rejects('tune/empty-space', () => search({}, () => 0))
    await rejects('tune/bad-name', () => search({ 'a.b': uniform(0, 1) }, () => 0))
    await rejects('tune/bad-option', () => search({ a: uniform(0, 1) }, () => 0, { trials: 0 }))
  })
})
