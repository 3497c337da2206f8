import { describe, expect, it } from 'vitest'
import { random } from '../base/index.ts'
import { readCurves } from './valley.ts'

const rates = Array.from({ length: 100 }, (_, i) => 1e-7 * 1e8 ** (i / 99))

/** Falls by `fall` around `fallsAt` and rises again around `risesAt`, each within a decade or so, with noise. */
function valley(seed: number, { fall = 1, fallsAt = 1e-3, risesAt = 1, noise = 0.05 } = {}): number[] {
  const draw = random(seed, 'valley')
  const logistic = (at: number, rate: number): number => 1 / (1 + (at / rate) ** 2)
  return rates.map((rate) => {
    const rise = risesAt === Number.POSITIVE_INFINITY ? 0 : 5 * logistic(risesAt, rate)
    return 2 - fall * logistic(fallsAt, rate) + rise + noise * (2 * draw.uniform() - 1)
  })
}

function seeds(make: (seed: number) => number[]): number[][] {
  return [1, 2, 3].map(make)
}

describe('reading the curves of a range test', () => {
  it('finds the fall and its steepest place, whatever the seed', () => {
    for (let first = 0; first < 20; first++) {
      const verdict = readCurves(
        rates,
        seeds((seed) => valley(10 * first + seed)),
      )
      if (verdict.kind !== 'interval') throw new Error(verdict.message)
      // A tenth of the fall is done at 3.3e-4, nine tenths at 3e-3, half and the steepest at 1e-3.
      expect(verdict.low).toBeGreaterThan(1.5e-4)
      expect(verdict.low).toBeLessThan(7e-4)
      expect(verdict.high).toBeGreaterThan(1.5e-3)
      expect(verdict.high).toBeLessThan(3e-2)
      expect(verdict.suggestion).toBeGreaterThan(4e-4)
      expect(verdict.suggestion).toBeLessThan(2.5e-3)
    }
  })

  it('is not misled by an explosion', () => {
    const exploded = (seed: number) => valley(seed).map((loss, i) => (rates[i] > 0.3 ? Number.POSITIVE_INFINITY : loss))
    expect(readCurves(rates, seeds(exploded))).toMatchObject({ kind: 'interval' })
  })

  it('abstains on noise alone, of any size', () => {
    for (let first = 0; first < 60; first++) {
      const noise = [0.001, 0.1, 1.5][first % 3]
      const flat = seeds((seed) => valley(1000 + 10 * first + seed, { fall: 0, noise }))
      expect(readCurves(rates, flat)).toMatchObject({ kind: 'abstention', reason: 'flat' })
    }
  })

  it('abstains where the loss never rises again, and where it only rises', () => {
    const endless = seeds((seed) => valley(seed, { risesAt: Number.POSITIVE_INFINITY }))
    expect(readCurves(rates, endless)).toMatchObject({ reason: 'no-rise' })
    const hopeless = seeds((seed) => valley(seed, { fall: 0, risesAt: 1e-3 }))
    expect(readCurves(rates, hopeless)).toMatchObject({ reason: 'flat' })
  })

  it('abstains where the seeds contradict each other', () => {
    const torn = [1e-6, 1e-3, 1e-2].map((fallsAt, seed) => valley(seed, { fallsAt, risesAt: 100 * fallsAt }))
    expect(readCurves(rates, torn)).toMatchObject({ reason: 'seeds-disagree' })
  })
})
