/** `thalweg explain`: the case file of a run: what was found, with its evidence, and what was done about it. */
import path from 'node:path'
import type { Command } from 'commander'
import { writeFileAtomic } from 'thalweg/train'
import { EXIT } from '../errors.ts'
import { addSharedOptions, type SharedOptions } from '../options.ts'
import { readCaseFile } from '../run/case-file.ts'
import { runFolder } from '../run/folder.ts'
import { reportOf } from '../run/report.ts'
import { healthOf, sayCase, sayMend } from '../terminal/findings.ts'
import { sayRows } from '../terminal/summary.ts'
import { createVoice } from '../voice.ts'
import type { Surroundings } from './surroundings.ts'

const EXAMPLES = `
Examples:
  thalweg explain runs/digits-...            what was found, in words
  thalweg explain runs/digits-... --out report.html   as a page, with curves and layers
  thalweg explain runs/digits-... --json     the same as events`

export function addExplainCommand(program: Command, { streams, finish }: Surroundings): void {
  const command = program
    .command('explain')
    .summary('say what was wrong with a run, and how that is known')
    .description('Prints the findings of a run with the measured numbers, their rules and sources, and the mends.')
    .argument('<run>', 'the folder of a run')
  addSharedOptions(command, { flags: '--out <file>', description: 'write the report there, as a page (.html)' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (run: string, options: SharedOptions) => {
    const voice = createVoice(options, streams)
    const folder = runFolder(run)
    const { findings, mends } = await readCaseFile(folder)
    voice.say(`\n${voice.style.bold('thalweg')}  explain ${voice.style.accent(path.basename(path.resolve(run)))}\n`)
    // Grave things first; among equals as they came.
    const rank = { error: 0, warning: 1, info: 2 }
    for (const finding of [...findings].sort((a, b) => rank[a.severity] - rank[b.severity])) {
      sayCase(finding, voice)
      voice.event({ ...finding })
    }
    for (const mend of mends) {
      sayMend(mend, voice)
      voice.event({ ...mend })
    }
    if (options.out !== undefined) await writeFileAtomic(options.out, await reportOf(folder))
    const kept = mends.filter((mend) => mend.kept.length > 0)
    sayRows(voice, [['health', healthOf(findings, kept, voice.style)]])
    voice.say('')
    voice.event({ type: 'end', findings: findings.length, mends: kept.length })
    finish(EXIT.done)
  })
}
