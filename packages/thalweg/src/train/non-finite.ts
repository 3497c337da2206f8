/** How a run ends whose numbers are no numbers any more. */
import { ThalwegError } from '../base/index.ts'
import type { Position } from './checkpoint.ts'

/** The epoch, from 1, of the last step. */
function epochOf({ epoch, batch }: Position): number {
  return batch > 0 ? epoch + 1 : epoch
}

const SOUND = 'check that inputs and targets are finite and scaled'
const SLOWER = `lower the learning rate, and ${SOUND}`

/** @param step the first one whose loss was no number, from 1: the loss that it tells is that of before its update */
export function nonFiniteLoss(step: number, position: Position): ThalwegError {
  const born = `${SOUND}, and what the model computes of them: it was so before any update`
  return nonFinite(`in step ${step}, epoch ${epochOf(position)}`, step === 1 ? born : SLOWER)
}

/** @param variable what holds it while the loss is still finite */
export function nonFiniteVariable(variable: string, position: Position): ThalwegError {
  return nonFinite(`in ${variable} after step ${position.step}, epoch ${epochOf(position)}`, SLOWER)
}

function nonFinite(where: string, advice: string): ThalwegError {
  return new ThalwegError('train/non-finite-loss', {
    rule: 'fit: the loss must stay a finite number',
    received: `NaN or infinity ${where}`,
    try: advice,
  })
}
