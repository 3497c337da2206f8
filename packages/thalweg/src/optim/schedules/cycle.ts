/** Rates that rise before they fall: a ramp, one cycle (Smith and Topin 2018), many cycles (Smith, WACV 2017). */
import {
  checkAtLeastZero,
  checkChoice,
  checkLearningRate,
  checkPositive,
  checkShare,
  checkSteps,
  refuse,
} from '../checks.ts'
import { checkNames } from '../options.ts'
import { annealed } from './cosine.ts'
import type { RateOptions } from './decay.ts'
import type { Schedule } from './schedule.ts'

export interface LinearRampOptions extends RateOptions {
  /** What the rate is multiplied with at step 0. Default 1/3. */
  readonly startFactor?: number
  /** And from `totalSteps` on. Default 1. */
  readonly endFactor?: number
  readonly totalSteps: number
}

/** A straight line between two multiples of the rate: a warm-up, or a slow end. */
export function linearRamp(options: LinearRampOptions): Schedule {
  checkNames('linearRamp', options, ['learningRate', 'startFactor', 'endFactor', 'totalSteps'])
  const { learningRate, startFactor = 1 / 3, endFactor = 1, totalSteps } = options
  checkLearningRate('linearRamp', learningRate)
  checkAtLeastZero('linearRamp', 'startFactor', startFactor, 'use 0.1')
  checkAtLeastZero('linearRamp', 'endFactor', endFactor, 'use 1')
  checkSteps('linearRamp', 'totalSteps', totalSteps)
  return (step) => {
    const share = Math.min(step, totalSteps) / totalSteps
    return learningRate * (startFactor + (endFactor - startFactor) * share)
  }
}

/** What a cycle of rates and one of momentum have in common. */
interface Cycle {
  readonly totalSteps: number
  /** Share of the steps in which the rate rises, in (0, 1). Default 0.3. */
  readonly riseShare?: number
  /** Along half a cosine or a straight line. Default `cosine`. */
  readonly anneal?: 'cosine' | 'linear'
}

export interface OneCycleOptions extends Cycle {
  /** The highest rate. */
  readonly maxLearningRate: number
  /** It begins at the highest rate divided by this. Default 25. */
  readonly startDivisor?: number
  /** And ends at the first rate divided by this. Default 1e4. */
  readonly endDivisor?: number
}

/** Up to the highest rate, then down to nearly nothing at step `totalSteps - 1`. */
export function oneCycle(options: OneCycleOptions): Schedule {
  const names = ['maxLearningRate', 'totalSteps', 'riseShare', 'startDivisor', 'endDivisor', 'anneal']
  checkNames('oneCycle', options, names)
  const { maxLearningRate, startDivisor = 25, endDivisor = 1e4 } = options
  checkLearningRate('oneCycle', maxLearningRate, 'maxLearningRate')
  checkPositive('oneCycle', 'startDivisor', startDivisor, 'use 25')
  checkPositive('oneCycle', 'endDivisor', endDivisor, 'use 1e4')
  const first = maxLearningRate / startDivisor
  return thereAndBack('oneCycle', options, [first, maxLearningRate, first / endDivisor])
}

export interface OneCycleMomentumOptions extends Cycle {
  /** At the top of the rate. Default 0.85. */
  readonly leastMomentum?: number
  /** At the beginning and at the end. Default 0.95. */
  readonly mostMomentum?: number
}

/** The momentum that belongs to one cycle of the rate: it falls while that rises, and rises while that falls. */
export function oneCycleMomentum(options: OneCycleMomentumOptions): Schedule {
  const names = ['totalSteps', 'leastMomentum', 'mostMomentum', 'riseShare', 'anneal']
  checkNames('oneCycleMomentum', options, names)
  const { leastMomentum = 0.85, mostMomentum = 0.95 } = options
  checkShare('oneCycleMomentum', 'leastMomentum', leastMomentum)
  checkShare('oneCycleMomentum', 'mostMomentum', mostMomentum)
  return thereAndBack('oneCycleMomentum', options, [mostMomentum, leastMomentum, mostMomentum])
}

/** From the first value to the second in the share of the steps that is the rise, then to the last at the last step. */
function thereAndBack(owner: string, cycle: Cycle, [first, top, last]: readonly [number, number, number]): Schedule {
  const { totalSteps, riseShare = 0.3, anneal = 'cosine' } = cycle
  checkSteps(owner, 'totalSteps', totalSteps, 2)
  checkChoice(owner, 'anneal', anneal, ['cosine', 'linear'])
  if (!(riseShare > 0 && riseShare < 1)) {
    refuse(owner, 'riseShare must lie in (0, 1)', 'riseShare', riseShare, 'use 0.3')
  }
  const turn = riseShare * totalSteps - 1
  const between = (from: number, to: number, share: number): number =>
    anneal === 'cosine' ? annealed(from, to, share) : from + (to - from) * share
  return (step) => {
    const at = Math.min(step, totalSteps - 1)
    // At the turn itself (which may be step 0) the way back begins.
    if (at < turn) return between(first, top, at / turn)
    return between(top, last, (at - turn) / (totalSteps - 1 - turn))
  }
}

export interface CyclicOptions {
  /** The lowest rate. */
  readonly learningRate: number
  readonly maxLearningRate: number
  /** Steps from the lowest to the highest rate. */
  readonly riseSteps: number
  /** Steps back. Default: as many. */
  readonly fallSteps?: number
  /** Whether each cycle's height is the full one, half of the one before, or `gamma^step`. Default `triangular`. */
  readonly mode?: 'triangular' | 'triangular2' | 'exponential'
  /** For mode `exponential`. Default 1. */
  readonly gamma?: number
}

/** Up and down between two rates, again and again. */
export function cyclic(options: CyclicOptions): Schedule {
  checkNames('cyclic', options, ['learningRate', 'maxLearningRate', 'riseSteps', 'fallSteps', 'mode', 'gamma'])
  const { learningRate, maxLearningRate, riseSteps, fallSteps = riseSteps, mode = 'triangular', gamma = 1 } = options
  checkLearningRate('cyclic', learningRate)
  checkLearningRate('cyclic', maxLearningRate, 'maxLearningRate')
  checkSteps('cyclic', 'riseSteps', riseSteps)
  checkSteps('cyclic', 'fallSteps', fallSteps)
  checkChoice('cyclic', 'mode', mode, ['triangular', 'triangular2', 'exponential'])
  checkPositive('cyclic', 'gamma', gamma, 'use 0.999')
  const length = riseSteps + fallSteps
  return (step) => {
    const cycle = Math.floor(step / length)
    const at = step - cycle * length
    const height = at <= riseSteps ? at / riseSteps : (length - at) / fallSteps
    const scale = mode === 'triangular' ? 1 : mode === 'triangular2' ? 2 ** -cycle : gamma ** step
    return learningRate + (maxLearningRate - learningRate) * height * scale
  }
}
