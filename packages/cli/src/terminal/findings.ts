/** Findings and mends in words, once each: where they arose while a run goes on, in full when somebody asks. */
import type { FindingEvent, MendEvent } from 'thalweg/train'
import { describePatch, type KnownFinding, type KnownMend } from '../run/case-file.ts'
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

/** With the evidence and its source. */
export function sayCase(finding: KnownFinding, voice: Voice): void {
  const { style } = voice
  const { severity, code, layer, step, message, evidence, cause, source } = finding
  const room = Math.max(40, voice.width() - 12)
  voice.say(
    `  ${painted(severity, style)} ${style.bold(code)}${layer ? ` in ${layer}` : ''} ${style.dim(`after ${plural(step, 'step')}`)}`,
  )
  const rows = [
    ['seen', message],
    ['measured', `${figure(evidence.measured)}, the limit is ${figure(evidence.threshold)}: ${evidence.rule}`],
    ['likely', cause],
    ['try', finding.try],
    ['source', source],
  ]
  for (const [label, words] of rows) {
    const [first, ...rest] = wrap(words, room)
    voice.say(
      [`    ${style.dim(label.padEnd(10))}${first}`, ...rest.map((line) => `${' '.repeat(14)}${line}`)].join('\n'),
    )
  }
  voice.say('')
}

export function sayMend(
  { codes, control, candidates, kept, spent, share, from }: MendEvent | KnownMend,
  voice: Voice,
): void {
  const { style } = voice
  const of = codes.join(', ')
  const budget = `(${plural(candidates.length, 'change')} tried in ${plural(spent, 'step')}, ${percent(share, 0)} of the run)`
  const label = kept.length === 0 ? 'not mended' : 'mended'
  const head =
    kept.length === 0
      ? `${label} (${of}): nothing did clearly better than the run as it is ${budget}`
      : `${label} (${of}): ${kept.map(describePatch).join(', ')}`
  const [first, ...rest] = lines(head, voice)
  const best = Math.min(...candidates.map(({ loss }) => loss))
  const place = from.step === 0 ? 'from the beginning' : `from step ${from.step}`
  const against = Number.isFinite(control) ? `${figure(control)} unchanged` : 'a run that dies'
  const result =
    kept.length === 0 ? [] : lines(`  loss ${figure(best)} against ${against}; on ${place} ${budget}`, voice)
  const paint = kept.length === 0 ? style.bold : style.good
  voice.say([`${paint(label)}${first.slice(label.length)}`, ...rest, ...result.map(style.dim)].join('\n'))
}

interface Told {
  readonly severity: string
  readonly code: string
  readonly step: number
}

/** How a run fared in one line. What was found before it was mended, and not since, is not wrong with it any more. */
export function healthOf(
  findings: readonly Told[],
  mends: readonly Pick<MendEvent, 'codes' | 'step' | 'from'>[],
  style: Style,
): string {
  const open = findings.filter(({ code }) => !mends.some(({ codes }) => codes.includes(code)))
  const of = (severity: string): string[] => {
    return [...new Set(open.filter((one) => one.severity === severity).map(({ code }) => code))]
  }
  const [errors, warnings, notes] = [of('error'), of('warning'), of('info')]
  const wrong = [...errors, ...warnings.filter((code) => !errors.includes(code))]
  const aside = [
    ...(mends.length > 0 ? [`mended: ${[...new Set(mends.flatMap(({ codes }) => codes))].join(', ')}`] : []),
    ...(notes.length > 0 ? [plural(notes.length, 'note')] : []),
  ]
  const verdict = wrong.length === 0 ? style.good('nothing wrong was seen') : style.bad(wrong.join(', '))
  return [verdict, ...aside].join('; ')
}

function painted(severity: string, { bad, bold, dim }: Style): string {
  return severity === 'info' ? dim('note') : severity === 'error' ? bad('error') : bold('warning')
}
