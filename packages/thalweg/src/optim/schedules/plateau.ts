/**
 * A rate that drops when a metric stops getting better. It depends on what happens, so it is no function of the step:
 * it is a state and how each new metric changes it, plain data that a checkpoint can keep.
 */
import { checkAtLeastZero, checkChoice, checkLearningRate, checkSteps, refuse } from '../checks.ts'
import { checkNames } from '../options.ts'
import type { RateOptions } from './decay.ts'

export interface ReduceOnPlateauOptions extends RateOptions {
  /** What each drop multiplies the rate with, in (0, 1). Default 0.1. */
  readonly factor?: number
  /** How many metrics without an improvement are borne; the next one drops the rate. Default 10. */
  readonly patience?: number
  /** An improvement has to be larger than this. Default 1e-4. */
  readonly threshold?: number
  /** Whether the threshold is a share of the best metric or a difference from it. Default `relative`. */
  readonly thresholdMode?: 'relative' | 'absolute'
  /** Whether a smaller metric is better (a loss) or a larger one (an accuracy). Default `min`. */
  readonly mode?: 'min' | 'max'
  /** Metrics after a drop during which none is counted. Default 0. */
  readonly cooldown?: number
  /** Default 0. */
  readonly leastRate?: number
}

export interface PlateauState {
  readonly learningRate: number
  /** The best metric so far; none before the first. */
  readonly best?: number
  /** Metrics without an improvement since the best or the last drop. */
  readonly waited: number
  readonly cooling: number
}

export interface Plateau {
  /** Whether a smaller metric is better or a larger one. */
  readonly mode: 'min' | 'max'
  readonly initial: PlateauState
  /** The state after one more metric. NaN is no improvement. */
  readonly next: (state: PlateauState, metric: number) => PlateauState
}

const NAMES: readonly (keyof ReduceOnPlateauOptions)[] = [
  'learningRate',
  'factor',
  'patience',
  'threshold',
  'thresholdMode',
  'mode',
  'cooldown',
  'leastRate',
]

export function reduceOnPlateau(options: ReduceOnPlateauOptions): Plateau {
  checkNames('reduceOnPlateau', options, NAMES)
  const { learningRate, factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'relative' } = options
  const { mode = 'min', cooldown = 0, leastRate = 0 } = options
  checkLearningRate('reduceOnPlateau', learningRate)
  if (!(factor > 0 && factor < 1)) {
    refuse('reduceOnPlateau', 'factor must lie in (0, 1)', 'factor', factor, 'use 0.1')
  }
  checkSteps('reduceOnPlateau', 'patience', patience, 0)
  checkAtLeastZero('reduceOnPlateau', 'threshold', threshold, 'use 1e-4')
  checkChoice('reduceOnPlateau', 'thresholdMode', thresholdMode, ['relative', 'absolute'])
  checkChoice('reduceOnPlateau', 'mode', mode, ['min', 'max'])
  checkSteps('reduceOnPlateau', 'cooldown', cooldown, 0)
  checkAtLeastZero('reduceOnPlateau', 'leastRate', leastRate, 'use 0')

  function improves(metric: number, best: number | undefined): boolean {
    if (best === undefined) return !Number.isNaN(metric)
    const sign = mode === 'min' ? -1 : 1
    const bar = thresholdMode === 'relative' ? best * (1 + sign * threshold) : best + sign * threshold
    return mode === 'min' ? metric < bar : metric > bar
  }

  return {
    mode,
    initial: { learningRate, waited: 0, cooling: 0 },
    next(state, metric) {
      const better = improves(metric, state.best)
      const best = better ? { best: metric } : state.best === undefined ? {} : { best: state.best }
      const cooling = Math.max(state.cooling - 1, 0)
      const waited = better || state.cooling > 0 ? 0 : state.waited + 1
      if (waited <= patience) return { ...best, learningRate: state.learningRate, waited, cooling }
      const dropped = Math.max(state.learningRate * factor, leastRate)
      return { ...best, learningRate: dropped, waited: 0, cooling: cooldown }
    },
  }
}
