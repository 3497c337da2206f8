/** Rates that rise before they fall: a ramp, one cycle (Smith and Topin 2018), many cycles (Smith, WACV 2017). */
import { checkAtLeastZero, checkChoice, checkLearningRate, checkPositive, checkSteps, refuse } from '../checks.ts'
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

export interface OneCycleOptions {
  /** The highest rate. */
  readonly maxLearningRate: number
  readonly totalSteps: number
  /** Share of the steps in which the rate rises, in (0, 1). Default 0.3. */
  readonly riseShare?: number
  /** It begins at the highest rate divided by this. Default 25. */
  readonly startDivisor?: number
  /** And ends at the first rate divided by this. Default 1e4. */
  readonly endDivisor?: number
  /** Along half a cosine or a straight line. Default `cosine`. */
  readonly anneal?: 'cosine' | 'linear'
}

/** Up to the highest rate, then down to nearly nothing at step `totalSteps - 1`. */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { maxLearningRate, totalSteps, riseShare = 0.3, startDivisor = 25, endDivisor = 1e4 } = options
  const { anneal = 'cosine' } = options
  checkLearningRate('oneCycle', maxLearningRate, 'maxLearningRate')
  checkSteps('oneCycle', 'totalSteps', totalSteps, 2)
  checkPositive('oneCycle', 'startDivisor', startDivisor, 'use 25')
  checkPositive('oneCycle', 'endDivisor', endDivisor, 'use 1e4')
  checkChoice('oneCycle', 'anneal', anneal, ['cosine', 'linear'])
  if (!(riseShare > 0 && riseShare < 1)) {
    refuse('oneCycle', 'riseShare must lie in (0, 1)', 'riseShare', riseShare, 'use 0.3')
  }
  const first = maxLearningRate / startDivisor
  const last = first / endDivisor
  const top = riseShare * totalSteps - 1
  const between = (from: number, to: number, share: number): number =>
    anneal === 'cosine' ? annealed(from, to, share) : from + (to - from) * share
  return (step) => {
    const at = Math.min(step, totalSteps - 1)
    // At the top itself (which may be step 0) the fall begins.
    if (at < top) return between(first, maxLearningRate, at / top)
    return between(maxLearningRate, last, (at - top) / (totalSteps - 1 - top))
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
