/** With which numbers a step is made, from where a run stands: rate, momentum, average; whether it completes an update. */
import { momentumAt } from '../optim/rules.ts'
import type { Position } from './checkpoint.ts'
import type { StepMoment } from './session.ts'
import type { Settings } from './settings.ts'

export interface Moment extends StepMoment {
  readonly updates: boolean
}

/** The step after `position`, in an epoch of so many batches. */
export function momentAt(
  settings: Settings,
  { epoch, batch, step }: Position,
  batches: number,
  learningRate: number,
): Moment {
  const { accumulate = 1, momentumSchedule, average } = settings
  const endsEpoch = batch + 1 === batches
  return {
    learningRate,
    epoch,
    // The last batches of an epoch make an update even where they are fewer than the others.
    updates: endsEpoch || (batch + 1) % accumulate === 0,
    ...(momentumSchedule && { momentum: momentumAt(momentumSchedule, step) }),
    ...(average && { averageShare: average.share({ update: step + 1, epoch: epoch + 1, endsEpoch }) }),
  }
}
