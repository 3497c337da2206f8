/**
 * A page for each thing that a finding can be about, docs/findings/CODE.md, and a list of them, written from the conditions
 * that the library looks for. `npm run docs` writes them; a test fails where one is missing, out of date, or left over.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { conditions } from 'thalweg/diagnose'
import type { Condition } from 'thalweg/train'

export const findingsFolder: string = join(resolve(import.meta.dirname, '..'), 'docs/findings')

const INDEX = 'README.md'

/** By file name. */
export function findingsPages(): ReadonlyMap<string, string> {
  const pages = new Map(conditions.map((condition) => [`${condition.code}.md`, pageOf(condition)]))
  return pages.set(INDEX, indexOf())
}

function pageOf({ code, severity, about, rule, threshold, cause, source, ...condition }: Condition): string {
  return `# ${code}

${sentence(about)}

| | |
|---|---|
| severity | ${severity} |
| measured | ${cell(rule)} |
| threshold | ${threshold} |
| likely cause | ${cell(cause)} |
| what to try | ${cell(condition.try)} |
| source | ${cell(source)} |
`
}

function indexOf(): string {
  const rows = [...conditions]
    .sort((a, b) => a.code.localeCompare(b.code))
    .map(({ code, severity, cause }) => `| [${code}](${code}.md) | ${severity} | ${cell(cause)} |`)
  return `# What the babysitter finds

Each finding of \`advise()\`, \`fix()\`, \`thalweg train\` and \`thalweg check\` has one of these codes. It names the step, the
layer where there is one, the number that was measured, the rule that it broke, and where that rule comes from. The severity
is the usual one: a finding may be milder or graver than its page says, and tells so.

What is read of a run, and when: losses at every step; the layers before the first update, after 1, 2, 4, 8 ... of them, and
from then on every 16 (steps of microseconds) to 128 updates (large ones), after 1024 steps half as often, after 2048 a quarter
as often; \`advise({ readingEvery })\` reads as often as it says. A reading is
a step that is made by a second plan, which also leaves some dozens of means behind; all else in it is the step as it would
have been, to the last bit. What that costs is in bench/faults.

| code | severity | likely cause |
|---|---|---|
${rows.join('\n')}
`
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(findingsFolder, { recursive: true })
  const pages = findingsPages()
  for (const file of readdirSync(findingsFolder)) if (!pages.has(file)) rmSync(join(findingsFolder, file))
  for (const [file, text] of pages) writeFileSync(join(findingsFolder, file), text)
}
