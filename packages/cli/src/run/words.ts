/** What a sitting says to people at its beginning and its end. */
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import type { Dataset } from 'thalweg/data'
import { latestCheckpoint, type Run } from 'thalweg/train'
import { averageText } from '../recipes/average.ts'
import { describeModel } from '../recipes/model.ts'
import { penaltyText } from '../recipes/penalty.ts'
import type { Recipe } from '../recipes/recipe.ts'
import type { Prepared } from '../source/source.ts'
import { healthText } from '../terminal/findings.ts'
import { count, duration, loss, percent, plural, r2, rate } from '../terminal/format.ts'
import { LABEL, type Row, sayRows } from '../terminal/summary.ts'
import { libraryVersion } from '../version.ts'
import type { Voice } from '../voice.ts'
import type { Babysitting } from './babysit.ts'
import { readCaseFile } from './case-file.ts'
import type { RunFolder } from './folder.ts'
import type { Health } from './health.ts'
import type { Manifest } from './manifest.ts'
import { reportFile } from './report.ts'
import type { Sitting } from './sitting.ts'

/** @param resumed how far a run that is gone on with has come, where it is no snapshot that says so */
export function sayBeginning(
  { folder, manifest, data, snapshot, lock, babysit }: Sitting,
  voice: Voice,
  resumed: string = snapshot ? placeOf(snapshot.position) : 'from the beginning: there was no checkpoint yet',
): void {
  const { style } = voice
  const { train, valid, test } = data
  const parts = [part(train, 'for training'), part(valid, 'for validation'), part(test, 'for testing')]
  voice.say(`\n${style.bold('thalweg')} ${style.dim(libraryVersion)}  ${style.accent(manifest.name)}\n`)
  sayRows(voice, [
    ['data', parts.filter(Boolean).join(', ')],
    ['network', describeModel(manifest.recipe.model)],
    ...rows('inputs', describeInputs(manifest)),
    ['recipe', describeRecipe(manifest)],
    ...rows('update', describeUpdate(manifest.recipe)),
    ...(manifest.ensemble === undefined ? [] : [['ensemble', describeEnsemble(manifest, babysit)] as const]),
    ['run', folder.path],
    ...(lock ? [['resumed', resumed] as const] : []),
  ])
  for (const { code, message } of data.notes) {
    voice.say(`  ${style.dim('note'.padEnd(LABEL))}${message}`)
    voice.event({ type: 'note', code, message })
  }
  voice.say('')
}

/** Nothing where there is nothing to say. */
function rows(label: string, parts: readonly (string | undefined)[]): Row[] {
  const said = parts.filter((one) => one !== undefined)
  return said.length > 0 ? [[label, said.join(', ')]] : []
}

/** What is done to examples that is not the usual thing. */
function describeInputs({ preprocess, augment }: Manifest): (string | undefined)[] {
  return [preprocess, augment === undefined ? undefined : `augmented by ${augment}`]
}

/** What is done to gradients and weights beside the optimizer's own step. */
function describeUpdate({
  clipNorm,
  clipParameterNorm,
  clipValue,
  penalty,
  maxNorm,
  lookahead,
  finalMomentum,
}: Recipe): (string | undefined)[] {
  const told = (words: string, value: unknown): string | undefined =>
    value === undefined ? undefined : `${words} ${value}`
  const options = Object.entries(lookahead ?? {}).map(([name, value]) => ` ${name} ${value}`)
  return [
    lookahead && `lookahead${options.join()}`,
    told('momentum towards', finalMomentum),
    told('gradients clipped to norm', clipNorm),
    told('each gradient clipped to norm', clipParameterNorm),
    told('gradients clipped to values of', clipValue),
    told('penalty', penaltyText(penalty)),
    told('norm of weights at most', maxNorm),
  ]
}

function part(dataset: Dataset | undefined, purpose: string): string {
  return dataset ? `${count(dataset.size)} ${purpose}` : ''
}

/** `after epoch 3 and 12 steps of the next (step 1,212)`. */
export function placeOf({ epoch, batch, step }: { epoch: number; batch: number; step: number }): string {
  return `after epoch ${epoch}${batch > 0 ? ` and ${count(batch)} steps of the next` : ''} (step ${count(step)})`
}

export function describeRecipe({ recipe, seed }: Pick<Manifest, 'recipe' | 'seed'>): string {
  const { optimizer, schedule, epochs, batchSize, order, earlyStopping, accumulate, average, statistics } = recipe
  const patience = earlyStopping ? ` at most (patience ${earlyStopping.patience})` : ''
  const ending = [
    average ? `; it ends with the average ${averageText(average)}` : '',
    statistics ? `; batch norm ends with ${statistics} statistics` : '',
  ].join('')
  const highest = Number(optimizer.options.learningRate)
  const rates = describeRates(schedule, rate(highest))
  const update = accumulate === undefined ? '' : `${accumulate} `
  const size = batchSize === 'all' ? 'all examples a step' : `${update}batches of ${batchSize}`
  return `${optimizer.name}, ${rates}, ${size}${describeOrder(order)}, ${plural(epochs, 'epoch')}${patience}, seed ${seed}${ending}`
}

function describeEnsemble({ ensemble = 0, members, seed }: Manifest, babysit: Babysitting | undefined): string {
  const what =
    members === 'snapshots'
      ? `${ensemble} minima of one network, whose rate falls to 0 as many times`
      : `${ensemble} networks, from seeds ${seed} to ${seed + ensemble - 1}`
  return babysit === 'fix' ? `${what}; watched, but not mended: --babysit fix is for a single network` : what
}

function describeRates({ name, warmupEpochs }: Recipe['schedule'], highest: string): string {
  if (name === 'experiment') return "the experiment's schedule"
  const warmup = warmupEpochs === undefined ? '' : ` after ${plural(warmupEpochs, 'epoch')} of warm-up`
  if (name === 'fixed') return `rate ${highest}${warmup}`
  return name === 'one-cycle'
    ? `one cycle up to rate ${highest}`
    : `${name} ${name === 'cyclic' ? 'up to' : 'from'} rate ${highest}${warmup}`
}

function describeOrder({ name, by }: Recipe['order']): string {
  if (name === 'shuffled') return ''
  return by === undefined ? ` ${name === 'experiment' ? "in the experiment's order" : name}` : `, curriculum by ${by}`
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
  const aside = `  (loss ${loss(test.loss)}, ${count(test.examples)} unseen examples)`
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
  const { accent } = voice.style
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
    return voice.say(
      `\n  ${kept}${found ? '; to go on:' : ''}\n${[...resume, ...commands].map((one) => `    ${accent(one)}\n`).join('')}`,
    )
  }
  // What was tried against it has failed, or nothing is known that could be tried: the data itself, say.
  const isMendable = babysit !== 'fix' && (babysit === 'off' || findings.some(({ patches }) => patches.length > 0))
  const mend = isMendable ? [`${resumeCommand(folder)} --babysit fix`] : []
  const again = 'gone on with as it is, it would end at the same step again'
  const helps = mend.length + commands.length > 0 ? '; what may help:' : ''
  voice.say(`\n  ${kept}\n  ${again}${helps}\n${[...mend, ...commands].map((one) => `    ${accent(one)}\n`).join('')}`)
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
