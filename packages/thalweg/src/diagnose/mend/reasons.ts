/** Why a mend was decided as it was, in a sentence for its record. */
import { short } from '../words.ts'
import type { Candidate } from './candidates.ts'
import type { Place } from './places.ts'
import type { Standpoint } from './probation.ts'
import type { Race } from './race.ts'

export function whyKept(
  { control, candidates, spent }: Pick<Race, 'control' | 'candidates' | 'spent'>,
  winner: Candidate | undefined,
): string {
  const tried = `${candidates.length} ${candidates.length === 1 ? 'change' : 'changes'} tried in ${spent} steps`
  const least = Math.min(...candidates.map(({ loss }) => loss))
  const best = Number.isFinite(least) ? `${short(least)} at best` : 'none came to its end'
  const unchanged = Number.isFinite(control) ? `${short(control)} unchanged` : 'a run that dies'
  return winner
    ? `a loss of ${short(least)} against ${unchanged}, ${tried}`
    : `nothing did clearly better than the run as it is: ${best} against ${unchanged}, ${tried}`
}

export function whyBack(present: Standpoint, before: Standpoint, attempt: number): string {
  const is = Number.isFinite(present.loss)
    ? `has a loss of ${short(present.loss)} after ${present.position.step} steps`
    : `died after ${present.position.step} steps`
  return `the run ${is}; attempt ${attempt} had ${short(before.loss)} after ${before.position.step}, and goes on as it was then`
}

export function whyElsewhere(
  { loss, usual, step }: { readonly loss: number; readonly usual: number; readonly step: number },
  { position }: Place,
  seed: number,
): string {
  const has = Number.isFinite(loss) ? `give a loss of ${short(loss)}` : 'give no number'
  const to =
    position.step === 0
      ? `it begins anew, with first weights drawn from seed ${seed}`
      : `it goes back to step ${position.step}, the last at which it was well`
  return `the weights of step ${step} ${has}, first weights or a constant answer ${short(usual)}: ${to}`
}

export function whySafe(step: number): string {
  return `the run died after ${step === 1 ? '1 step' : `${step} steps`}, and no race found what helps: it begins anew with what suits most networks`
}
