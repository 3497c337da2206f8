/** Findings and mends in full, in words: what `thalweg explain` and the page of a run say of them. */
import { figure, percent, plural } from '../terminal/format.ts'
import type { Row } from '../terminal/summary.ts'
import type { KnownFinding, KnownMend } from './case-file.ts'
import type { Failure } from './health.ts'

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

/** When what a run failed with ended it: `ended the run in epoch 3`. */
export function endText({ epoch }: Failure): string {
  return `ended the run${epoch === undefined ? '' : ` in epoch ${epoch}`}`
}

/** Of what a run failed with, beneath its rule. */
export function failureRows(failure: Failure): Row[] {
  return [
    ['received', failure.received],
    ['try', failure.try],
  ]
}

/** `taken back`: as it was before earlier mends. `gone back`: to an earlier place, with nothing changed. */
export type Verdict = 'mended' | 'taken back' | 'gone back' | 'not mended'

export function verdictOf({ attempt, next, kept }: Pick<KnownMend, 'attempt' | 'next' | 'kept'>): Verdict {
  if (next < attempt) return 'taken back'
  if (next === attempt) return 'not mended'
  return kept.length > 0 ? 'mended' : 'gone back'
}

/** What it changed, and why; what else was tried is in {@link trialsOf}. */
export function mendRows(mend: KnownMend): Row[] {
  const { attempt, next, changes, from, margin, spent, share, reason } = mend
  return [
    ...(changes.length === 0 ? [] : [['changed', changesText(mend)] as const]),
    ...(next === attempt ? [] : [['went on', placeText(from)] as const]),
    ['why', reason],
    ...(spent === 0
      ? []
      : [
          [
            'race',
            `${plural(spent, 'step')}, to be won by ${percent(margin, 0)}; all races together ${percent(share, 0)} of the run`,
          ] as const,
        ]),
  ]
}

/** An entrant of a race. */
export interface TrialWords {
  /** `0.705`, or `died`. */
  readonly loss: string
  /** `learning rate 10 → 0.1`. */
  readonly words: string
  readonly isKept: boolean
}

/** The best first, the run as it was among them; none where nothing was tried. */
export function trialsOf({ candidates, control, kept, attempt, next }: KnownMend): TrialWords[] {
  if (candidates.length === 0) return []
  const key = JSON.stringify(kept)
  const entrants = candidates.map((trial) => ({
    loss: trial.loss,
    words: `${changesText(trial)}${trial.thrown === undefined ? '' : ` (out of the race, it threw ${trial.thrown})`}`,
    isKept: kept.length > 0 && JSON.stringify(trial.patches) === key,
  }))
  const unchanged = { loss: control, words: 'the run as it was', isKept: next === attempt }
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
