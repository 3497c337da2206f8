/** How a run ends whose numbers are no numbers any more. */
import { ThalwegError } from '../base/index.ts'
import type { Position } from './checkpoint.ts'

/** The epoch, from 1, of the last step. */
export function epochOf({ epoch, batch }: Position): number {
  return batch > 0 ? epoch + 1 : epoch
}

export function nonFinite(received: string): ThalwegError {
  return new ThalwegError('train/non-finite-loss', {
    rule: 'fit: the loss must stay a finite number',
    received,
    try: 'lower the learning rate, and check that inputs and targets are finite and scaled',
  })
}
