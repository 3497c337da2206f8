/** Findings and mends in words, once each: where they arose while a run goes on, in full when somebody asks. */
import type { FindingEvent, MendEvent } from 'thalweg/train'
import { changesText, type KnownFinding, type KnownMend } from '../run/case-file.ts'
import type { Health } from '../run/health.ts'
import type { Voice } from '../voice.ts'
import { figure, percent, plural } from './format.ts'
import type { Style } from './style.ts'
import { wrap } from './summary.ts'

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
  const { severity, code, layer, step, message, evidence, cause, source } = finding
  voice.say(
    `  ${painted(severity, style)} ${style.bold(code)}${layer ? ` in ${layer}` : ''} ${style.dim(`after ${plural(step, 'step')}${where && `, ${where}`}`)}`,
  )
  sayEvidence(
    [
      ['seen', message],
      ['measured', `${figure(evidence.measured)}, the limit is ${figure(evidence.threshold)}: ${evidence.rule}`],
      ['likely', cause],
      ['try', finding.try],
      ['source', source],
    ],
    voice,
  )
}

function sayEvidence(rows: readonly (readonly [label: string, words: string])[], voice: Voice): void {
  const room = Math.max(40, voice.width() - 15)
  const lines = rows.flatMap(([label, words]) =>
    wrap(words, room).map((line, index) => `    ${voice.style.dim((index === 0 ? label : '').padEnd(10))}${line}`),
  )
  voice.say(`${lines.join('\n')}\n`)
}

/** With all that was tried, and what came of it. */
export function sayMendCase(mend: KnownMend, voice: Voice): void {
  const { style } = voice
  const { codes, step, from, control, candidates, kept, margin, spent, share } = mend
  const label = kept.length === 0 ? style.bold('not mended') : style.good('mended')
  voice.say(`  ${label} ${style.bold(codes.join(', '))} ${style.dim(`after ${plural(step, 'step')}`)}`)
  const tried = [...candidates].sort((a, b) => a.loss - b.loss)
  sayEvidence(
    [
      kept.length === 0
        ? ['result', 'nothing did clearly better than the run as it is, which goes on unchanged']
        : ['changed', changesText(mend)],
      ...(kept.length === 0 ? [] : [['on', placeText(from)] as const]),
      ...tried.map(
        (trial, index) => [index === 0 ? 'tried' : '', `${lossText(trial.loss)}: ${changesText(trial)}`] as const,
      ),
      ['against', `${lossText(control)}: the run as it was, to be beaten by ${percent(margin, 0)}`],
      ['budget', `${plural(spent, 'step')}; all races together ${percent(share, 0)} of the run`],
    ],
    voice,
  )
}

function placeText({ step }: KnownMend['from']): string {
  return step === 0 ? 'from the beginning' : `from step ${step}`
}

/** That a run came to. */
function lossText(loss: number): string {
  return Number.isFinite(loss) ? `loss ${figure(loss)}` : 'dies'
}

/** In a few lines, while the run goes on. */
export function sayMend(mend: MendEvent | KnownMend, voice: Voice): void {
  const { style } = voice
  const { codes, control, candidates, kept, spent, share, from } = mend
  const of = codes.join(', ')
  const budget = `(${plural(candidates.length, 'change')} tried in ${plural(spent, 'step')}, ${percent(share, 0)} of the run)`
  const label = kept.length === 0 ? 'not mended' : 'mended'
  const head =
    kept.length === 0
      ? `${label} (${of}): nothing did clearly better than the run as it is ${budget}`
      : `${label} (${of}): ${changesText(mend)}`
  const [first, ...rest] = lines(head, voice)
  const best = Math.min(...candidates.map(({ loss }) => loss))
  const against = Number.isFinite(control) ? `${figure(control)} unchanged` : 'a run that dies'
  const result =
    kept.length === 0 ? [] : lines(`  loss ${figure(best)} against ${against}; on ${placeText(from)} ${budget}`, voice)
  const paint = kept.length === 0 ? style.bold : style.good
  voice.say([`${paint(label)}${first.slice(label.length)}`, ...rest, ...result.map(style.dim)].join('\n'))
}

/** How a run fared, in one line. */
export function healthText(health: Health, { members, ensemble = 1 }: HealthOf, style: Style): string {
  const { watched, errors, warnings, notes, mended, networks } = health
  const of = (code: string): string => (networks ? `${code} (${networksText(networks[code] ?? [], ensemble)})` : code)
  const wrong = [...errors, ...warnings].map(of)
  const asides = [
    ...(mended.length > 0 ? [`mended: ${mended.join(', ')}`] : []),
    ...(notes.length > 0 ? [`${notes.length === 1 ? 'note' : 'notes'}: ${notes.map(of).join(', ')}`] : []),
  ]
  if (watched === 'none') {
    const nobody = members === 'trials' ? 'nobody watches the trials of a search' : 'nobody watched (--babysit off)'
    return [nobody, ...wrong.map(style.bad), ...asides].join('; ')
  }
  if (watched === 'part') asides.push('nobody watched a part of it (--babysit off)')
  const verdict = wrong.length === 0 ? style.good('nothing wrong was seen') : style.bad(wrong.join(', '))
  return [verdict, ...asides].join('; ')
}

/** Of a run's manifest: whether it is an ensemble, of how many networks. */
export interface HealthOf {
  readonly members?: 'snapshots' | 'trials' | undefined
  readonly ensemble?: number | undefined
}

/** `network 2`, `networks 1, 3 and 4`, `all 5 networks`, `12 of 20 networks`. */
export function networksText(networks: readonly number[], of: number): string {
  if (networks.length === of) return `all ${of} networks`
  if (networks.length > NAMED) return `${networks.length} of ${of} networks`
  const [last, ...others] = [...networks].reverse()
  return others.length === 0 ? `network ${last}` : `networks ${others.reverse().join(', ')} and ${last}`
}

/** More numbers than this are only counted. */
const NAMED = 4

function painted(severity: string, { bad, bold, dim }: Style): string {
  return severity === 'info' ? dim('note') : severity === 'error' ? bad('error') : bold('warning')
}
