/** How a run fared, in the codes of its findings: for the last event of a command, and for the words about it. */
import { whatStands } from 'thalweg/train'
import type { CaseFile, KnownFinding, KnownMend, KnownWatch } from './case-file.ts'
import type { Manifest } from './manifest.ts'

export interface Health {
  /** Whether it came to its end, failed on its way, or is not there yet: it goes on, or was interrupted. */
  readonly came: 'finished' | 'failed' | 'unfinished'
  /** What it failed with, in the lines that were said of it. */
  readonly failure?: Failure
  /** Whether a babysitter looked on: at all of the run, at a part of it, or not. */
  /** `lost`: it was watched, and the file of what was seen has nothing of that. */
  readonly watched: 'all' | 'part' | 'none' | 'lost'
  /** Codes of what was found, each once. What was mended is not among them, unless it came back as more than a note. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
  readonly mended: readonly string[]
  /** Of an ensemble: which of its networks, from 1, have it. */
  readonly networks?: Readonly<Record<string, readonly number[]>>
}

export interface Failure {
  /** In which it ended, from 1, where that is known. */
  readonly epoch?: number | undefined
  readonly code: string
  readonly rule: string
  readonly received: string
  readonly try: string
}

/** @param isFinished whether the run has a result */
export function healthIn(
  { findings, mends, watches, failure }: CaseFile,
  manifest: Manifest,
  isFinished: boolean,
): Health {
  const { findings: open, mended } = whatStands(findings, mends)
  const codes = (severity: KnownFinding['severity']): string[] =>
    distinct(open.filter((one) => one.severity === severity).map(({ code }) => code))
  const [errors, warnings, notes] = [codes('error'), codes('warning'), codes('info')]
  return {
    ...(isFinished ? ({ came: 'finished' } as const) : howFar(failure)),
    watched: watchedIn(watches, manifest, isFinished),
    errors,
    warnings: warnings.filter((code) => !errors.includes(code)),
    notes: notes.filter((code) => ![...errors, ...warnings, ...mended].includes(code)),
    mended,
    ...(manifest.ensemble !== undefined && manifest.members === undefined && { networks: networksIn(open) }),
  }
}

function howFar(failure: CaseFile['failure']): Pick<Health, 'came' | 'failure'> {
  if (!failure) return { came: 'unfinished' }
  const { epoch, code, rule, received, try: advice } = failure
  return { came: 'failed', failure: { ...(epoch !== undefined && { epoch }), code, rule, received, try: advice } }
}

/** What was found, as far as it is true of the run as it stands, and what was true of attempts that were given up. */
export interface Findings {
  readonly standing: readonly Case[]
  readonly givenUp: readonly GivenUp[]
  /** The mends that led to the run as it stands. */
  readonly led: readonly KnownMend[]
}

export interface GivenUp {
  readonly attempt: number
  /** After which it was given up. */
  readonly step: number
  readonly cases: readonly Case[]
}

export function findingsIn({ findings, mends }: CaseFile): Findings {
  const { findings: standing, mends: led } = whatStands(findings, mends)
  const tellsAgain = (past: KnownFinding): boolean =>
    standing.some(({ code, severity }) => code === past.code && RANK[severity] <= RANK[past.severity])
  const past = findings.filter((one) => !standing.includes(one) && !tellsAgain(one))
  const givenUp = distinct(past.map(({ attempt }) => attempt)).map((attempt) => ({
    attempt,
    step: mends.find((mend) => mend.attempt === attempt && mend.next !== attempt)?.step ?? 0,
    cases: casesOf(past.filter((one) => one.attempt === attempt)),
  }))
  return { standing: casesOf(standing), givenUp, led }
}

/** A finding, and which networks of an ensemble have it. */
export interface Case {
  readonly finding: KnownFinding
  readonly networks: readonly number[] | undefined
}

const RANK = { error: 0, warning: 1, info: 2 } as const

/**
 * Grave things first, among equals as they came. What networks of an ensemble have in common is one case, the first one's; and
 * what was told as a note before it got worse is told in that.
 */
function casesOf(findings: readonly KnownFinding[]): readonly Case[] {
  const worst = new Map<string, number>()
  for (const { code, severity } of findings) worst.set(code, Math.min(worst.get(code) ?? RANK.info, RANK[severity]))
  const cases = new Map<string, Case>()
  for (const finding of findings) {
    const { code, severity, member } = finding
    if (RANK[severity] !== worst.get(code)) continue
    const { finding: first = finding, networks = [] } = cases.get(code) ?? {}
    cases.set(code, {
      finding: first,
      networks: member === undefined ? undefined : [...networks, member].sort((one, other) => one - other),
    })
  }
  return [...cases.values()].sort((one, other) => RANK[one.finding.severity] - RANK[other.finding.severity])
}

/** Nobody watches the trials of a search, which an ensemble may be made of. */
function watchedIn(
  watches: readonly KnownWatch[],
  { babysit, members, ensemble }: Manifest,
  isFinished: boolean,
): Health['watched'] {
  if (members === 'trials') return 'none'
  const hasLine = isFinished && ensemble === undefined && babysit !== undefined && babysit !== 'off'
  if (hasLine && watches.length === 0) return 'lost'
  const ways = watches.length > 0 ? watches.map(({ how }) => how) : [babysit ?? 'advise']
  if (ways.every((how) => how === 'off')) return 'none'
  return ways.includes('off') ? 'part' : 'all'
}

function networksIn(findings: readonly KnownFinding[]): Record<string, number[]> {
  const networks: Record<string, number[]> = {}
  for (const { code, member = 1 } of findings) {
    networks[code] = distinct([...(networks[code] ?? []), member]).sort((a, b) => a - b)
  }
  return networks
}

function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)]
}
