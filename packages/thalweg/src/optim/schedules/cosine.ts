/** Half a cosine from the rate down to its least value, once or again and again (Loshchilov and Hutter, SGDR, ICLR 2017). */
import { checkAtLeastZero, checkLearningRate, checkSteps } from '../checks.ts'
import { checkNames } from '../options.ts'
import type { RateOptions } from './decay.ts'
import type { Schedule } from './schedule.ts'

export interface CosineDecayOptions extends RateOptions {
  /** The step at which the least rate is reached; it stays there. */
  readonly totalSteps: number
  /** Default 0. */
  readonly leastRate?: number
}

export function cosineDecay(options: CosineDecayOptions): Schedule {
  checkNames('cosineDecay', options, ['learningRate', 'totalSteps', 'leastRate'])
  const { learningRate, totalSteps, leastRate = 0 } = options
  checkLearningRate('cosineDecay', learningRate)
  checkSteps('cosineDecay', 'totalSteps', totalSteps)
  checkAtLeastZero('cosineDecay', 'leastRate', leastRate, 'use 0')
  return (step) => annealed(learningRate, leastRate, Math.min(step, totalSteps) / totalSteps)
}

export interface CosineRestartsOptions extends RateOptions {
  /** Steps of the first period. */
  readonly period: number
  /** How many times as long each period is as the one before, a whole number. Default 1. */
  readonly periodFactor?: number
  /** Default 0. */
  readonly leastRate?: number
}

/** Equation 5 of the paper: every period begins at the full rate again. */
export function cosineRestarts(options: CosineRestartsOptions): Schedule {
  checkNames('cosineRestarts', options, ['learningRate', 'period', 'periodFactor', 'leastRate'])
  const { learningRate, period, periodFactor = 1, leastRate = 0 } = options
  checkLearningRate('cosineRestarts', learningRate)
  checkSteps('cosineRestarts', 'period', period)
  checkSteps('cosineRestarts', 'periodFactor', periodFactor)
  checkAtLeastZero('cosineRestarts', 'leastRate', leastRate, 'use 0')
  return (step) => {
    let start = 0
    let length = period
    if (periodFactor === 1) start = Math.floor(step / period) * period
    else {
      while (step >= start + length) {
        start += length
        length *= periodFactor
      }
    }
    return annealed(learningRate, leastRate, (step - start) / length)
  }
}

/** From `high` (share 0) to `low` (share 1). */
export function annealed(high: number, low: number, share: number): number {
  return low + ((high - low) * (1 + Math.cos(Math.PI * share))) / 2
}
