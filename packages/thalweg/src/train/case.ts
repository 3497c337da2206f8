/**
 * The case of a run: what was found, and what was done about it. A mend may give up what was trained since some place and go on
 * from there; that begins another attempt. Each finding belongs to one, so that what is true of the run as it stands can be
 * told from what was true of steps that count no more.
 */
import type { FindingEvent, TrainEvent } from './events.ts'
import { type Finding, isTold } from './finding.ts'
import type { Mend, Patch } from './patch.ts'

type Found = Pick<FindingEvent, 'code' | 'severity' | 'step' | 'attempt'>
type Decided = Pick<Mend, 'codes' | 'from' | 'attempt' | 'next'>

/** What holds of a run as it stands. */
export interface Standing<F extends Found = FindingEvent, M extends Decided = Mend> {
  /** The one that the run goes on with, or ended with: from 1. */
  readonly attempt: number
  /** Found in it, or before it branched off, and not mended since. In their order. */
  readonly findings: readonly F[]
  /** Codes that were mended, and not found again afterwards as more than a note. */
  readonly mended: readonly string[]
  /** That led to it, in their order: without those that kept nothing or were taken back. */
  readonly mends: readonly M[]
}

/**
 * Of all findings and mends of a run, in their order, what is left: findings of attempts that were given up are not true of it,
 * and neither are those that a mend did away with.
 */
export function whatStands<F extends Found, M extends Decided>(
  findings: readonly F[],
  mends: readonly M[],
): Standing<F, M> {
  const attempt = attemptAfter(mends)
  const births = birthsOf(attempt, mends)
  const standing = findings.filter((finding) => {
    // Births lead back: the first one that this finding's attempt was left by is the last one of those after it.
    const left = births.findIndex((birth) => birth.attempt === finding.attempt)
    if (left < 0) return finding.attempt === attempt
    const since = births.slice(0, left + 1)
    return since.every(({ from, codes }) => finding.step <= from.step && from.step > 0 && !codes.includes(finding.code))
  })
  const open = new Set(standing.filter(({ severity }) => severity !== 'info').map(({ code }) => code))
  const led = [...births].reverse()
  const claimed = new Set(led.flatMap(({ codes }) => codes))
  return { attempt, findings: standing, mended: [...claimed].filter((code) => !open.has(code)), mends: led }
}

function attemptAfter(mends: readonly Decided[]): number {
  return mends.at(-1)?.next ?? 1
}

/** Of the mends of a run, the patches that it goes on with: not those of attempts that it left. */
export function keptPatches(mends: readonly Mend[]): readonly Patch[] {
  return [...birthsOf(attemptAfter(mends), mends)].reverse().flatMap(({ kept }) => kept)
}

/** How many steps two attempts have in common. */
export function sharedSteps(one: number, other: number, mends: readonly Decided[]): number {
  const [a, b] = [birthsOf(one, mends), birthsOf(other, mends)]
  const apart = [...a.filter((birth) => !b.includes(birth)), ...b.filter((birth) => !a.includes(birth))]
  return Math.min(...apart.map(({ from }) => from.step))
}

/** The mends that led to an attempt, the last one first. */
export function birthsOf<M extends Decided>(attempt: number, mends: readonly M[]): M[] {
  const birth = mends.find((mend) => mend.next === attempt && mend.attempt < attempt)
  return birth ? [birth, ...birthsOf(birth.attempt, mends)] : []
}

/** What a babysitter decided, and from where the run goes on. */
export type Decision = Omit<Mend, 'attempt' | 'next'>

export interface Case {
  readonly findings: readonly FindingEvent[]
  readonly mends: readonly Mend[]
  /** That goes on now, from 1. */
  readonly attempt: number
  /** Takes down what is news, and emits it. */
  report(found: readonly Finding[]): void
  /**
   * Takes down what was decided; `next` is where the run goes on: this attempt, a new one, or one that it goes back to. It is
   * emitted when it is told.
   */
  decide(decision: Decision, next: 'same' | 'new' | number): { tell(): void }
}

/** @param from what earlier sittings have taken down */
export function createCase(
  emit: (event: TrainEvent) => void,
  from: { readonly findings?: readonly FindingEvent[]; readonly mends?: readonly Mend[] } = {},
): Case {
  const findings: FindingEvent[] = [...(from.findings ?? [])]
  const mends: Mend[] = [...(from.mends ?? [])]

  /** Whether an attempt that was given up has told it, and no mend claimed to have done away with it since. */
  function isOld(finding: Finding, attempt: number): boolean {
    if (!isTold(finding, findings)) return false
    const tellings = findings.filter(({ code, again }) => code === finding.code && !again).length
    return tellings > birthsOf(attempt, mends).filter(({ codes }) => codes.includes(finding.code)).length
  }

  return {
    findings,
    mends,
    get attempt() {
      return attemptAfter(mends)
    },
    report(found) {
      for (const finding of found) {
        const { attempt, findings: standing } = whatStands(findings, mends)
        if (isTold(finding, standing)) continue
        const event = { type: 'finding' as const, ...finding, attempt, ...(isOld(finding, attempt) && { again: true }) }
        findings.push(event)
        emit(event)
      }
    },
    decide(decided, next) {
      const attempt = attemptAfter(mends)
      const newest = Math.max(1, ...mends.map((mend) => mend.next))
      const mend = { ...decided, attempt, next: next === 'same' ? attempt : next === 'new' ? newest + 1 : next }
      mends.push(mend)
      return { tell: () => emit({ type: 'mend', ...mend }) }
    },
  }
}
