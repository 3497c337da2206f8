/**
 * Random search in stages, each in a smaller box around the best of all stages before (CS231n, "Hyperparameter search:
 * stage your search from coarse to fine"). A box never leaves the space: around a best near an edge it is shifted inwards,
 * and keeps its size.
 */
import { ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import { type Dimension, fromUnit, makePoint, type Point, toUnit } from '../dimensions.ts'
import { bestFirst, type Sampler, type Tried } from './sampler.ts'

export interface CoarseToFineOptions {
  /** Trials of a stage. Default 10. */
  readonly stage?: number
  /** Sides of a stage's box relative to those of the stage before. Default 0.5. */
  readonly shrink?: number
}

/** Of each stage, how many of the best may pass on their options. */
const ELITE = 0.25
/** No box is narrower than this share of the space, so that late stages still differ. */
const LEAST_WIDTH = 1e-3

/** @throws ThalwegError `tune/bad-option` */
export function coarseToFine(options: CoarseToFineOptions = {}): Sampler {
  const { stage = 10, shrink = 0.5 } = options
  checkNames('coarseToFine', options, { stage, shrink })
  if (!Number.isSafeInteger(stage) || stage < 1) throw badOption('stage must be an integer of at least 1', stage)
  if (!(shrink > 0 && shrink < 1)) throw badOption('shrink must lie between 0 and 1', shrink)
  return {
    name: 'coarseToFine',
    options: { stage, shrink },
    learns: true,
    propose({ dimensions, trial, tried, random }) {
      const round = Math.floor(trial / stage)
      const best = round > 0 ? bestFirst(tried.filter(({ loss }) => Number.isFinite(loss))) : []
      const elite = best.slice(0, Math.max(1, Math.round(best.length * ELITE)))
      const width = Math.max(LEAST_WIDTH, shrink ** round)
      return makePoint(dimensions, (dimension) =>
        fromUnit(dimension, shareFor(dimension, elite, width, random.uniform())),
      )
    },
  }
}

/** Where in the domain, 0 to 1, for a uniform draw. */
function shareFor(dimension: Dimension, elite: readonly Tried[], width: number, draw: number): number {
  const having = elite.map(({ point }) => valueAt(point, dimension)).filter((value) => value !== undefined)
  if (having.length === 0) return draw
  // An option has no neighbours: one of those that did well is taken as it is.
  if (dimension.domain.kind === 'options') return toUnit(dimension, having[Math.floor(draw * having.length)])
  const low = Math.min(1 - width, Math.max(0, toUnit(dimension, having[0]) - width / 2))
  return low + draw * width
}

function valueAt(point: Point, { path }: Dimension): number | undefined {
  return point[path]
}

function badOption(rule: string, received: number): ThalwegError {
  return new ThalwegError('tune/bad-option', {
    rule: `coarseToFine: ${rule}`,
    received: String(received),
    try: 'leave it out for the default',
  })
}
