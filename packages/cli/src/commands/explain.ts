/** `thalweg explain`: the case file of a run: what was found, with its evidence, and what was done about it. */
import path from 'node:path'
import type { Command } from 'commander'
import { writeFileAtomic } from 'thalweg/train'
import { EXIT } from '../errors.ts'
import { addSharedOptions, type SharedOptions } from '../options.ts'
import { exists } from '../read.ts'
import { readCaseFile } from '../run/case-file.ts'
import { whenText } from '../run/case-words.ts'
import { isFinished, readManifest, reportFile, runFolder } from '../run/folder.ts'
import { type Case, findingsIn, healthIn } from '../run/health.ts'
import { reportOf } from '../run/report.ts'
import { healthText, networksText, sayCase, sayFailureCase, sayMendCase } from '../terminal/findings.ts'
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
    const [caseFile, manifest] = [await readCaseFile(folder), await readManifest(folder)]
    const { findings, mends } = caseFile
    voice.say(`\n${voice.style.bold('thalweg')}  explain ${voice.style.accent(path.basename(path.resolve(run)))}\n`)
    const { standing, givenUp, led } = findingsIn(caseFile)
    const sayCases = (cases: readonly Case[]): void => {
      for (const { finding, networks } of cases) {
        sayCase(finding, voice, networks && networksText(networks, manifest.ensemble ?? 1))
      }
    }
    const health = healthIn(caseFile, manifest, await isFinished(folder))
    if (health.failure) sayFailureCase(health.failure, voice)
    sayCases(standing)
    for (const mend of mends) sayMendCase(mend, voice)
    for (const { attempt, step, cases } of givenUp) {
      voice.say(`  ${voice.style.bold(`attempt ${attempt}`)}, given up ${whenText(step)}, had\n`)
      sayCases(cases)
    }
    for (const event of [...findings, ...mends]) voice.event({ ...event })
    if (options.out !== undefined) await writeFileAtomic(options.out, await reportOf(folder))
    const page = options.out ?? ((await exists(reportFile(folder))) ? reportFile(folder) : undefined)
    sayRows(voice, [
      ['health', healthText(health, manifest, voice.style)],
      ...(page === undefined ? [] : [['report', page] as const]),
    ])
    voice.say('')
    voice.event({ type: 'end', findings: findings.length, mends: led.length, health })
    finish(EXIT.done)
  })
}
