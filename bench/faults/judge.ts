/** Whether what was said about a run is right: once for a run that had a fault, once for one that had none. */
import type { Faulty } from './select.ts'
import type { Found, Outcome } from './trial.ts'

export interface Verdict {
  /** A warning or worse names the fault. */
  readonly caught: boolean
  /** The step of the first that does; 0 is before the first one. */
  readonly step: number | undefined
  /** For faults that lie in some layers: whether the first such finding that names a layer names one of them. */
  readonly rightLayer: boolean | undefined
  /** Codes of warnings, each once: those that name the fault, what it brings about, and the rest. */
  readonly expected: readonly string[]
  readonly brought: readonly string[]
  readonly strange: readonly string[]
}

export function judge({ kind, layers }: Faulty, { findings }: Outcome): Verdict {
  const warnings = alarms(findings)
  const isExpected = ({ code }: Found) => kind.expects.includes(code)
  const right = warnings.filter(isExpected)
  const named = right.find(({ layer }) => layer !== undefined)?.layer
  const codes = [...new Set(warnings.map(({ code }) => code))]
  return {
    caught: right.length > 0,
    step: right.length > 0 ? Math.min(...right.map(({ step }) => step)) : undefined,
    rightLayer: layers?.some((path) => named === path || named?.startsWith(`${path}.`)),
    expected: codes.filter((code) => kind.expects.includes(code)),
    brought: codes.filter((code) => !kind.expects.includes(code) && kind.brings?.includes(code)),
    strange: codes.filter((code) => !kind.expects.includes(code) && !kind.brings?.includes(code)),
  }
}

/** What would have disturbed someone. */
export function alarms(findings: readonly Found[]): Found[] {
  return findings.filter(({ severity }) => severity === 'warning' || severity === 'error')
}

/** The share of its healthy twin's gain that a repaired run must reach. */
export const REGAINED = 0.9

export function isRepaired({ twin }: Faulty, { gain }: Outcome): boolean {
  return gain >= REGAINED * twin.outcome.gain
}
