/**
 * The Tree-structured Parzen Estimator (Bergstra et al., NIPS 2011). What was tried is parted into the best share and the
 * rest; each part gets a density per dimension, `l` and `g`. Of some values drawn from `l` the one with the highest `l/g`
 * is proposed, for that is where the expected improvement is highest (their equation 2). Dimensions are independent of each
 * other except that a conditional one exists only under its choice.
 */
import { ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import { type Dimension, fromUnit, makePoint } from '../dimensions.ts'
import { parzen } from './parzen.ts'
import type { Proposal, Sampler, Tried } from './sampler.ts'

export interface TpeOptions {
  /** Share of the trials that counts as good. Default 0.15, as in the paper; never more than 25 trials. */
  readonly gamma?: number
  /** Values drawn for each dimension. Default 24. */
  readonly candidates?: number
  /** Random trials before the first proposal. Default 10. */
  readonly startup?: number
}

const MOST_GOOD = 25

/** @throws ThalwegError `tune/bad-option` */
export function tpe(options: TpeOptions = {}): Sampler {
  const { gamma = 0.15, candidates = 24, startup = 10 } = options
  checkNames('tpe', options, { gamma, candidates, startup })
  if (!(gamma > 0 && gamma < 1)) throw badOption('gamma must lie between 0 and 1', gamma)
  if (!Number.isSafeInteger(candidates) || candidates < 1) throw badOption('candidates must be at least 1', candidates)
  if (!Number.isSafeInteger(startup) || startup < 1) throw badOption('startup must be at least 1', startup)

  function propose({ dimensions, tried, random }: Proposal): Record<string, number> {
    const seen = mostInformative(tried, startup)
    if (seen.length < startup) return makePoint(dimensions, (dimension) => fromUnit(dimension, random.uniform()))
    const sorted = seen.toSorted((a, b) => a.loss - b.loss)
    const count = Math.min(MOST_GOOD, Math.ceil(gamma * sorted.length))
    const [good, rest] = [sorted.slice(0, count), sorted.slice(count)]

    return makePoint(dimensions, (dimension) => {
      const l = parzen(dimension, valuesOf(good, dimension))
      const g = parzen(dimension, valuesOf(rest, dimension))
      let best = { value: 0, score: Number.NEGATIVE_INFINITY }
      for (let drawn = 0; drawn < candidates; drawn++) {
        const value = l.draw(random)
        const score = l.logDensity(value) - g.logDensity(value)
        if (score > best.score) best = { value, score }
      }
      return best.value
    })
  }

  return { name: 'tpe', options: { gamma, candidates, startup }, learns: true, propose }
}

/** Results of the largest budget that enough trials were given (as in BOHB: Falkner, Klein, Hutter, ICML 2018). */
function mostInformative(tried: readonly Tried[], enough: number): readonly Tried[] {
  const budgets = [...new Set(tried.map(({ budget }) => budget))].sort((a, b) => b - a)
  for (const budget of budgets) {
    const those = tried.filter((one) => one.budget === budget)
    if (those.length >= enough) return those
  }
  return []
}

/** Where the trials lie in a dimension; those without it say nothing. */
function valuesOf(tried: readonly Tried[], { path }: Dimension): number[] {
  return tried.map(({ point }) => point[path]).filter((value) => value !== undefined)
}

function badOption(rule: string, received: number): ThalwegError {
  return new ThalwegError('tune/bad-option', {
    rule: `tpe: ${rule}`,
    received: String(received),
    try: 'leave it out for the default',
  })
}
