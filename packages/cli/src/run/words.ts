/** What a sitting says to people at its beginning and its end. */
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import { latestCheckpoint, type Run } from 'thalweg/train'
import type { Prepared } from '../source/source.ts'
import { healthText } from '../terminal/findings.ts'
import { count, duration, loss, percent, plural, r2 } from '../terminal/format.ts'
import { LABEL, type Row, sayRows } from '../terminal/summary.ts'
import { libraryVersion } from '../version.ts'
import type { Voice } from '../voice.ts'
import { readCaseFile } from './case-file.ts'
import { describeRun } from './description.ts'
import { type RunFolder, reportFile } from './folder.ts'
import type { Health } from './health.ts'
import type { Sitting } from './sitting.ts'

/** @param resumed how far a run that is gone on with has come, where it is no snapshot that says so */
export function sayBeginning(
  { folder, manifest, data, snapshot, lock }: Sitting,
  voice: Voice,
  resumed: string = snapshot ? placeOf(snapshot.position) : 'from the beginning: there was no checkpoint yet',
): void {
  const { style } = voice
  voice.say(`\n${style.bold('thalweg')} ${style.dim(libraryVersion)}  ${style.accent(manifest.name)}\n`)
  sayRows(voice, [...describeRun(manifest), ['run', folder.path], ...(lock ? [['resumed', resumed] as const] : [])])
  sayNotes(data, voice)
  voice.say('')
}

/** What reading the data had to decide. */
export function sayNotes({ notes }: Pick<Prepared, 'notes'>, { style, say, event }: Voice): void {
  for (const { code, message } of notes) {
    say(`  ${style.dim('note'.padEnd(LABEL))}${message}`)
    event({ type: 'note', code, message })
  }
}

/** `after epoch 3 and 12 steps of the next (step 1,212)`. */
export function placeOf({ epoch, batch, step }: { epoch: number; batch: number; step: number }): string {
  return `after epoch ${epoch}${batch > 0 ? ` and ${count(batch)} steps of the next` : ''} (step ${count(step)})`
}

export function sayEnd(run: Run, { folder, data, manifest }: Sitting, health: Health, voice: Voice): void {
  const { style } = voice
  const examples = run.steps > 0 ? (run.epochs * data.train.size) / run.seconds : 0
  voice.say('')
  sayRows(voice, [
    ...stopRows(run),
    ...testRows(run, style.bold),
    [
      'trained',
      `${plural(run.epochs, 'epoch')}, ${plural(run.steps, 'step')} in ${duration(run.seconds)} (${count(examples)} examples/s)`,
    ],
    ['parameters', count(run.parameters)],
    ['health', healthText(health, manifest, style)],
    ['run', folder.path],
    ['report', reportFile(folder)],
  ])
  sayNext(nextCommands(folder, data, health), voice)
}

export function sayNext(commands: readonly string[], { style, say }: Voice): void {
  say(`\n  ${style.dim('next')}\n${commands.map((command) => `    ${style.accent(command)}`).join('\n')}\n`)
}

function stopRows({ stop, bestEpoch, epochs, last }: Run): Row[] {
  if (!stop) return []
  const restored =
    last !== undefined || bestEpoch === undefined || bestEpoch === epochs
      ? ''
      : `; the weights are those of epoch ${bestEpoch}`
  return [['early stop', `stopped after epoch ${stop.epoch}: ${stop.message}${restored}`]]
}

function testRows({ test }: Run, bold: (text: string) => string): Row[] {
  if (!test) return []
  const aside = `  (loss ${loss(test.loss)}, ${plural(test.examples, 'unseen example')})`
  if (test.task === 'class') return [['test accuracy', `${bold(percent(test.accuracy))}${aside}`]]
  return [['test R2', `${bold(r2(test.r2))}${aside}`]]
}

function nextCommands(folder: RunFolder, { train }: Prepared, health: Health): string[] {
  const file = train.inputShape.length === 3 ? 'images-idx3-ubyte.gz' : 'new.csv'
  const run = quoted(folder.path)
  return [
    `thalweg predict ${run} ${file}`,
    `thalweg plot ${run} --svg curves.svg`,
    ...(isIll(health) ? [explainCommand(folder)] : []),
  ]
}

/** Whether there is something to explain. */
export function isIll({ errors, warnings, mended }: Health): boolean {
  return errors.length + warnings.length + mended.length > 0
}

export function sayInterrupted(run: Run, folder: RunFolder, voice: Voice): void {
  voice.say(`\n  saved after step ${count(run.steps)}; to go on:\n    ${voice.style.accent(resumeCommand(folder))}\n`)
}

/** A run that fails keeps what it had: says where, and how to go on if that leads anywhere. */
export async function sayFailure({ folder, babysit }: Sitting, error: unknown, voice: Voice): Promise<void> {
  voice.hide()
  const [found, { findings }] = await Promise.all([
    latestCheckpoint(folder.checkpoints).catch(() => undefined),
    readCaseFile(folder),
  ])
  const kept = found
    ? `the last checkpoint is whole: ${path.basename(found.path)} in ${folder.checkpoints}`
    : `the run lies in ${folder.path}; it has no checkpoint yet`
  const commands = findings.length > 0 ? [explainCommand(folder)] : []
  if (!isDeath(error)) {
    const resume = found ? [resumeCommand(folder)] : []
    return voice.say(`\n  ${kept}${found ? `; ${wayOn(error)}` : ''}\n${commandLines([...resume, ...commands], voice)}`)
  }
  // What was tried against it has failed, or nothing is known that could be tried: the data itself, say.
  const isMendable = babysit !== 'fix' && (babysit === 'off' || findings.some(({ patches }) => patches.length > 0))
  const mend = isMendable ? [`${resumeCommand(folder)} --babysit fix`] : []
  const again = 'gone on with as it is, it would end at the same step again'
  const helps = mend.length + commands.length > 0 ? '; what may help:' : ''
  voice.say(`\n  ${kept}\n  ${again}${helps}\n${commandLines([...mend, ...commands], voice)}`)
}

/** Before the command that does. Where a user's file ended the run: one that is corrected is for a new run. */
export function wayOn(error: unknown): string {
  const isTheirs = error instanceof ThalwegError && /^cli[/](failed|unfinished)-experiment$/.test(error.code)
  return `to go on${isTheirs ? ' with the file as it is' : ''}:`
}

/** Below the sentence that leads to them. */
export function commandLines(commands: readonly string[], { style }: Voice): string {
  return commands.map((one) => `    ${style.accent(one)}\n`).join('')
}

/** Runs are deterministic: a number that is none comes again. */
export function isDeath(error: unknown): boolean {
  return error instanceof ThalwegError && error.code.startsWith('train/non-finite')
}

export function explainCommand(folder: RunFolder): string {
  return `thalweg explain ${quoted(folder.path)}`
}

export function resumeCommand(folder: RunFolder): string {
  return `thalweg train --resume ${quoted(folder.path)}`
}

function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : JSON.stringify(text)
}
