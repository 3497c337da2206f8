/** No pruning: every trial is given the same, and comes to its end. */
import { checkCount, checkNames } from '../checks.ts'
import { nextTrial, type Pruner } from './pruner.ts'

export interface NoPrunerOptions {
  /** What each trial is given: the `budget` of its context, epochs mostly. Default 1. */
  readonly budget?: number
}

/** @throws ThalwegError `tune/bad-option` */
export function noPruner(options: NoPrunerOptions = {}): Pruner {
  const { budget = 1 } = options
  checkNames('noPruner', options, { budget })
  checkCount('noPruner', 'budget', budget, 1)
  return {
    name: 'none',
    options: { budget },
    next: (steps, trials) => nextTrial(steps, trials, budget),
  }
}
