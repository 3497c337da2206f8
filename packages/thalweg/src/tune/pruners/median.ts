/**
 * The median stopping rule (Golovin et al., "Google Vizier", KDD 2017, section 3.2.2): a trial stops at a step where the best
 * it has reported is worse than the median of what earlier trials had reported at that step.
 *
 * The limits of a trial are drawn up when it begins, from the trials that were done by then. So it does not matter how fast
 * the others go, and a trial on another machine need not ask.
 */

import { checkCount, checkNames } from '../checks.ts'
import type { Limit } from '../study/job.ts'
import { nextTrial, type Pruner, type Step } from './pruner.ts'

export interface MedianPrunerOptions {
  /** What each trial is given at most. */
  readonly budget: number
  /** Trials that nothing stops, for the others to be compared with. Default 5. */
  readonly startup?: number
  /** Steps (of reports: epochs) before which nothing is stopped. Default 1. */
  readonly warmUp?: number
}

/** @throws ThalwegError `tune/bad-option` */
export function medianPruner(options: MedianPrunerOptions): Pruner {
  const { budget, startup = 5, warmUp = 1 } = options
  checkNames('medianPruner', options, { budget, startup, warmUp })
  checkCount('medianPruner', 'budget', budget, 1)
  checkCount('medianPruner', 'startup', startup, 1)
  checkCount('medianPruner', 'warmUp', warmUp, 0)
  return {
    name: 'median',
    options: { budget, startup, warmUp },
    next: (steps, trials) => nextTrial(steps, trials, budget),
    limits(steps) {
      const complete = steps.filter((step) => step.complete)
      if (complete.length < startup) return []
      const all = [...new Set(complete.flatMap(({ reports }) => reports.map(({ step }) => step)))].sort((a, b) => a - b)
      return all.filter((step) => step > warmUp).map((step) => ({ step, loss: medianAt(complete, step) }))
    },
  }
}

function medianAt(steps: readonly Step[], at: number): Limit['loss'] {
  const losses = steps
    .flatMap(({ reports }) => reports.filter(({ step }) => step === at))
    .map(({ loss }) => loss)
    .sort((a, b) => a - b)
  const middle = losses.length / 2
  return losses.length % 2 ? losses[Math.floor(middle)] : (losses[middle - 1] + losses[middle]) / 2
}
