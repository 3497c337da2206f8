/** Findings and mends in full, in words: what `thalweg explain` and the page of a run say of them. */
import { figure, percent, plural } from '../terminal/format.ts'
import type { Row } from '../terminal/summary.ts'
import type { KnownFinding, KnownMend } from './case-file.ts'

/** With the evidence and its source. */
export function findingRows({ message, evidence, cause, source, ...finding }: KnownFinding): Row[] {
  return [
    ['seen', message],
    ['measured', `${figure(evidence.measured)}, the limit is ${figure(evidence.threshold)}: ${evidence.rule}`],
    ['likely', cause],
    ['try', finding.try],
    ['source', source],
  ]
}

/** What it changed, and what that took; what else was tried is in {@link trialsOf}. */
export function mendRows(mend: KnownMend): Row[] {
  const { kept, from, margin, spent, share } = mend
  const verdict: Row[] =
    kept.length === 0
      ? [['result', `nothing did better by ${percent(margin, 0)} than the run as it was, which went on`]]
      : [
          ['changed', changesText(mend)],
          ['went on', placeText(from)],
        ]
  return [...verdict, ['took', `${plural(spent, 'step')}; all races together ${percent(share, 0)} of the run`]]
}

/** An entrant of a race. */
export interface TrialWords {
  /** `0.705`, or `died`. */
  readonly loss: string
  /** `learning rate 10 → 0.1`. */
  readonly words: string
  readonly isKept: boolean
}

/** The best first, the run as it was among them. */
export function trialsOf({ candidates, control, kept }: KnownMend): TrialWords[] {
  const key = JSON.stringify(kept)
  const entrants = candidates.map((trial) => ({
    loss: trial.loss,
    words: changesText(trial),
    isKept: JSON.stringify(trial.patches) === key,
  }))
  const unchanged = { loss: control, words: 'the run as it was', isKept: kept.length === 0 }
  return [...entrants, unchanged]
    .sort((a, b) => (a.loss === b.loss ? 0 : a.loss - b.loss))
    .map((entrant) => ({ ...entrant, loss: Number.isFinite(entrant.loss) ? figure(entrant.loss) : 'died' }))
}

/** Before and after: `learning rate 10 → 0.1`. */
export function changesText({ changes }: Pick<KnownMend, 'changes'>): string {
  return changes.map(({ text }) => text).join('; ')
}

export function placeText({ step }: KnownMend['from']): string {
  return step === 0 ? 'from the beginning' : `from step ${step}`
}

export function whenText(step: number): string {
  return step === 0 ? 'before the first step' : `after ${plural(step, 'step')}`
}
