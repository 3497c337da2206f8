/** A straight line from one number to another: a momentum that rises from 0.5 to 0.9, a rate that falls. */
import { checkAtLeastZero, checkSteps } from '../checks.ts'
import { checkNames } from '../options.ts'
import type { Schedule } from './schedule.ts'

export interface LinearOptions {
  /** At step 0. */
  readonly from: number
  /** From step `steps` on. */
  readonly to: number
  readonly steps: number
}

/** `from + (to - from) * step / steps`, then `to` for ever. `linearRamp` says the same in multiples of a rate. */
export function linear(options: LinearOptions): Schedule {
  checkNames('linear', options, ['from', 'to', 'steps'])
  const { from, to, steps } = options
  checkAtLeastZero('linear', 'from', from, 'give the value of step 0')
  checkAtLeastZero('linear', 'to', to, 'give the value that it ends at')
  checkSteps('linear', 'steps', steps)
  return (step) => (step >= steps ? to : from + ((to - from) * step) / steps)
}
