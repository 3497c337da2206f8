/** `thalweg test`: how good a trained run is on a part of its data, under each kind of batch norm's statistics if asked for. */
import type { Command } from 'commander'
import {
  compareStatistics,
  type Metrics,
  type StatisticsChoice,
  type StatisticsComparison,
  writeFileAtomic,
} from 'thalweg/train'
import { EXIT, usage } from '../errors.ts'
import { addSharedOptions, nameOption, type SharedOptions } from '../options.ts'
import { loadPredictor, type Predictor } from '../predict/predictor.ts'
import { lossFor, realize } from '../recipes/recipe.ts'
import { statisticsOption } from '../recipes/statistics.ts'
import { loadRunData } from '../run/data.ts'
import { requireBatchNorm, useStatistics } from '../run/statistics.ts'
import type { Prepared } from '../source/source.ts'
import { count, loss, percent } from '../terminal/format.ts'
import { sayRows } from '../terminal/summary.ts'
import { createVoice, type Voice } from '../voice.ts'
import type { Surroundings } from './surroundings.ts'

const parts = ['test', 'valid', 'train'] as const

interface TestOptions extends SharedOptions {
  readonly part: (typeof parts)[number]
  readonly batchNorm?: StatisticsChoice
  readonly compare?: boolean
  readonly data?: string
}

const EXAMPLES = `
Examples:
  thalweg test runs/digits-...                       the figures that train ended with
  thalweg test runs/digits-... --part valid
  thalweg test runs/digits-... --batch-norm article  under other statistics
  thalweg test runs/digits-... --compare             how far moving, article's and exact
                                                     statistics are apart, layer by layer

The data is loaded as the run had it. Nothing in the run's folder changes.`

export function addTestCommand(program: Command, { streams, gone: signal, finish }: Surroundings): void {
  const command = program
    .command('test')
    .summary('measure a trained run again')
    .description('Measures a run on a part of its data, with the weights that predict uses.')
    .argument('<run>', 'the folder of a run')
    .optionsGroup('Options of test:')
    .addOption(nameOption('--part <name>', `which part: ${parts.join(', ')}`, parts, 'parts').default('test'))
    .addOption(statisticsOption('--batch-norm <statistics>', 'what batch norm normalizes by'))
    .option('--compare', 'measure under all three, and say how far they are apart')
    .option('--data <dir>', 'folder with the files of a dataset by name')
  addSharedOptions(command, { flags: '--out <file>', description: 'write the figures there as JSON' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (run: string, options: TestOptions) => {
    const voice = createVoice(options, streams)
    const predictor = await loadPredictor(run)
    const { manifest, networks } = predictor
    if (options.batchNorm) requireBatchNorm('test', '--batch-norm', networks[0], manifest)
    if (options.compare) requireComparable(predictor, options)
    const data = await loadRunData(manifest, { folder: options.data, voice, signal })
    const part = data[options.part]
    if (!part) throw noPart(run, options.part)
    if (options.batchNorm) {
      for (const network of networks) await useStatistics(network, options.batchNorm, manifest, data)
    }
    const metrics = await predictor.evaluate(part, lossFor(manifest.recipe, data))
    sayMetrics(predictor, metrics, options, voice)
    const comparison = options.compare ? await compared(predictor, data, options.part) : undefined
    if (comparison) sayComparison(comparison, voice)
    const told = { part: options.part, ...metrics, step: predictor.step, finished: predictor.isFinished }
    if (options.out !== undefined) {
      await writeFileAtomic(options.out, `${JSON.stringify({ ...told, comparison }, undefined, 2)}\n`)
    }
    voice.event({ type: 'end', ...told })
    finish(EXIT.done)
  })
}

function sayMetrics(
  { damaged, isFinished, step }: Predictor,
  metrics: Metrics,
  options: TestOptions,
  voice: Voice,
): void {
  for (const file of damaged) voice.say(`note: ${file} is damaged; these are the weights from before it`)
  if (!isFinished) voice.say(`note: the run is not finished; these are its weights after step ${count(step)}`)
  const [name, value] =
    metrics.task === 'class' ? ['accuracy', percent(metrics.accuracy)] : ['R2', metrics.r2.toFixed(4)]
  const under = options.batchNorm ? `, ${options.batchNorm} statistics` : ''
  const aside = `(loss ${loss(metrics.loss)}, ${count(metrics.examples)} examples${under})`
  voice.say('')
  sayRows(voice, [[`${options.part} ${name}`, `${voice.style.bold(value)}  ${aside}`]])
  voice.say('')
}

async function compared({ networks: [network], manifest }: Predictor, data: Prepared, part: TestOptions['part']) {
  await useStatistics(network, 'moving', manifest, data)
  const { order, loss } = await realize(manifest.recipe, data, network.seed)
  const { batchSize } = manifest.recipe
  return compareStatistics(network, data.train, {
    order,
    loss,
    seed: network.seed,
    evaluateOn: data[part] ?? data.train,
    batchSize: batchSize === 'all' ? data.train.size : batchSize,
  })
}

function sayComparison(comparison: StatisticsComparison, voice: Voice): void {
  for (const line of String(comparison).split('\n')) voice.say(`  ${line}`)
  voice.say('')
  for (const { path, movingToExact, articleToExact, movingToArticle, order } of comparison.layers) {
    voice.event({ type: 'statistics', layer: path, movingToExact, articleToExact, movingToArticle, order })
  }
  if (comparison.metrics) voice.event({ type: 'comparison', ...comparison.metrics })
  for (const finding of comparison.findings) voice.event({ type: 'finding', ...finding })
}

function requireComparable({ networks, manifest }: Predictor, { batchNorm }: TestOptions): void {
  requireBatchNorm('test', '--compare', networks[0], manifest)
  if (networks.length === 1 && batchNorm === undefined) return
  throw usage('idle-option', {
    rule: 'test: --compare takes one network under all statistics',
    received: batchNorm === undefined ? `an ensemble of ${networks.length}` : `--batch-norm ${batchNorm}`,
    try: batchNorm === undefined ? '--batch-norm exact, for all of them' : 'leave --batch-norm out',
  })
}

function noPart(run: string, part: string): Error {
  return usage('no-part', {
    rule: `test ${run}: the data must have the part`,
    received: `no ${part} part`,
    try: '--part train',
  })
}
