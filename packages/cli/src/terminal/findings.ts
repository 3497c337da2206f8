/** Findings and mends in words, once each: where they arose while a run goes on, in full when somebody asks. */
import type { FindingEvent, MendEvent } from 'thalweg/train'
import type { KnownFinding, KnownMend } from '../run/case-file.ts'
import {
  changesText,
  endText,
  failureRows,
  findingRows,
  mendRows,
  placeText,
  trialsOf,
  verdictOf,
  whenText,
} from '../run/case-words.ts'
import type { Failure, Health } from '../run/health.ts'
import type { Voice } from '../voice.ts'
import { percent } from './format.ts'
import type { Style } from './style.ts'
import { type Row, wrap } from './summary.ts'

/** A note takes one line; what is wrong takes what is wrong, why, and what to try, unless `isBrief`. */
export function sayFinding(event: Omit<FindingEvent, 'attempt'>, voice: Voice, isBrief = false): void {
  const { style } = voice
  const { severity, layer, code, message, cause } = event
  const where = layer ? ` in ${layer}` : ''
  const label = severity === 'info' ? 'note' : severity
  const [first, ...rest] = lines(`${label}${where} (${code}): ${message}`, voice)
  if (severity === 'info') {
    voice.say(style.dim([first, ...rest].join('\n')))
    return
  }
  const head = `${painted(severity, style)}${first.slice(label.length)}`
  const more = isBrief
    ? []
    : [...lines(`  likely: ${cause}`, voice).map(style.dim), ...lines(`  try: ${event.try}`, voice)]
  voice.say([head, ...rest, ...more].join('\n'))
}

/** As wide as the terminal; what goes on does so a little to the right. */
function lines(text: string, voice: Voice): [string, ...string[]] {
  const indent = text.startsWith(' ') ? '    ' : '  '
  const start = text.length - text.trimStart().length
  const [first, ...rest] = wrap(text.trimStart(), Math.max(40, voice.width() - 1 - indent.length))
  return [`${' '.repeat(start)}${first}`, ...rest.map((line) => `${indent}${line}`)]
}

/**
 * With the evidence and its source.
 *
 * @param where which networks of an ensemble have it, in words
 */
export function sayCase(finding: KnownFinding, voice: Voice, where = ''): void {
  const { style } = voice
  const { severity, code, layer, step } = finding
  const aside = style.dim(`${whenText(step)}${where && `, in ${where}`}`)
  voice.say(`  ${painted(severity, style)} ${style.bold(code)}${layer ? ` in ${layer}` : ''} ${aside}`)
  sayEvidence(findingRows(finding), voice)
}

/** With all that was tried, and what came of it. */
export function sayMendCase(mend: KnownMend, voice: Voice): void {
  const { style } = voice
  const label = verdictPaint(mend, style)(verdictOf(mend))
  const aside = style.dim(whenText(mend.step))
  const of = mend.codes.length > 0 ? ` ${style.bold(mend.codes.join(', '))}` : ''
  voice.say(`  ${label}${of} ${aside}`)
  const tried = trialsOf(mend).map(
    ({ loss, words }, index): Row => [
      index === 0 ? 'tried' : '',
      `${loss === 'died' ? loss : `loss ${loss}`}: ${words}`,
    ],
  )
  sayEvidence([...mendRows(mend), ...tried], voice)
}

/** What a run ended with. */
export function sayFailureCase(failure: Failure, voice: Voice): void {
  const { style } = voice
  voice.say(`  ${painted('error', style)} ${style.bold(failure.code)} ${style.dim(endText(failure))}`)
  sayEvidence([['rule', failure.rule], ...failureRows(failure)], voice)
}

function sayEvidence(rows: readonly Row[], voice: Voice): void {
  const room = Math.max(40, voice.width() - 15)
  const lines = rows.flatMap(([label, words]) =>
    wrap(words, room).map((line, index) => `    ${voice.style.dim((index === 0 ? label : '').padEnd(10))}${line}`),
  )
  voice.say(`${lines.join('\n')}\n`)
}

/** In a few lines, while the run goes on. */
export function sayMend(mend: MendEvent | KnownMend, voice: Voice): void {
  const { codes, changes, attempt, next, from, reason, share } = mend
  const label = verdictOf(mend)
  const place = next === attempt ? '' : `; on ${placeText(from)}`
  const why = `${reason}${place} (all races ${percent(share, 0)} of the run)`
  const of = codes.length > 0 ? ` (${codes.join(', ')})` : ''
  const [first, ...rest] = lines(`${label}${of}: ${changes.length > 0 ? changesText(mend) : why}`, voice)
  const more = changes.length > 0 ? lines(`  ${why}`, voice).map(voice.style.dim) : []
  voice.say([`${verdictPaint(mend, voice.style)(label)}${first.slice(label.length)}`, ...rest, ...more].join('\n'))
}

function verdictPaint(mend: MendEvent | KnownMend, { good, bold }: Style): (text: string) => string {
  return verdictOf(mend) === 'mended' ? good : bold
}

/** How a run fared, in one line. */
export function healthText(health: Health, { members, ensemble = 1 }: HealthOf, style: Style): string {
  const { came, watched, errors, warnings, notes, mended, networks } = health
  const found = (codes: readonly string[]): string =>
    networks ? byNetworks(codes, (code) => networksText(networks[code] ?? [], ensemble)) : codes.join(', ')
  const wrong = [...errors, ...warnings]
  const asides = [
    ...(mended.length > 0 ? [`mended: ${mended.join(', ')}`] : []),
    ...(notes.length > 0 ? [`${notes.length === 1 ? 'note' : 'notes'}: ${found(notes)}`] : []),
  ]
  const end = came === 'finished' ? [] : [came === 'failed' ? style.bad('it failed') : 'it is not finished']
  if (watched === 'none' || watched === 'lost') {
    const unwatched = members === 'trials' ? 'nobody watches the trials of a search' : 'nobody watched (--babysit off)'
    const nobody = watched === 'lost' ? 'what was seen is lost: case.jsonl is missing or damaged' : unwatched
    return [nobody, ...end, ...(wrong.length > 0 ? [style.bad(found(wrong))] : []), ...asides].join('; ')
  }
  if (watched === 'part') asides.push('nobody watched a part of it (--babysit off)')
  if (wrong.length > 0) return [style.bad(found(wrong)), ...end, ...asides].join('; ')
  const seen = 'nothing wrong was seen'
  return came === 'finished'
    ? [style.good(seen), ...asides].join('; ')
    : [...end, `${seen} until then`, ...asides].join('; ')
}

/** Of a run's manifest: whether it is an ensemble, of how many networks. */
export interface HealthOf {
  readonly members?: 'snapshots' | 'trials' | undefined
  readonly ensemble?: number | undefined
}

/** `vanishing-gradient and rate-too-low in all 3 networks, dead-relu in network 2`. */
function byNetworks(codes: readonly string[], networksOf: (code: string) => string): string {
  const groups = new Map<string, string[]>()
  for (const code of codes) groups.set(networksOf(code), [...(groups.get(networksOf(code)) ?? []), code])
  return [...groups].map(([where, list]) => `${listed(list)} in ${where}`).join(', ')
}

/** `1, 3 and 4`. */
function listed(items: readonly (string | number)[]): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** `network 2`, `networks 1, 3 and 4`, `both networks`, `all 5 networks`, `12 of 20 networks`. */
export function networksText(networks: readonly number[], of: number): string {
  if (networks.length === of) return of === 2 ? 'both networks' : `all ${of} networks`
  if (networks.length > NAMED) return `${networks.length} of ${of} networks`
  return `${networks.length === 1 ? 'network' : 'networks'} ${listed(networks)}`
}

/** More numbers than this are only counted. */
const NAMED = 4

function painted(severity: string, { bad, bold, dim }: Style): string {
  return severity === 'info' ? dim('note') : severity === 'error' ? bad('error') : bold('warning')
}
