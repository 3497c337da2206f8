/** `thalweg predict`: what a trained run says about new examples, as CSV. */
import type { Command } from 'commander'
import { type StatisticsChoice, writeFileAtomic } from 'thalweg/train'
import { csvLine } from '../csv.ts'
import { EXIT, usage } from '../errors.ts'
import { addSharedOptions, type SharedOptions } from '../options.ts'
import { columnsOf, type Score, scoreOf } from '../predict/columns.ts'
import { readExamples } from '../predict/examples.ts'
import { loadPredictor } from '../predict/predictor.ts'
import { statisticsOption } from '../recipes/statistics.ts'
import { loadRunData } from '../run/data.ts'
import { requireBatchNorm, useStatistics } from '../run/statistics.ts'
import { count, percent, plural, r2 } from '../terminal/format.ts'
import { createVoice } from '../voice.ts'
import type { Surroundings } from './surroundings.ts'

const EXAMPLES = `
Examples:
  thalweg predict runs/wine-... new.csv > predictions.csv
  thalweg predict runs/wine-... new.csv --out predictions.csv
  thalweg predict runs/digits-... images-idx3-ubyte.gz --json

The rows come out in the order in which they went in: the prediction, and for classes
the probability of each. A table may hold its target column; then it is scored, too.`

interface PredictOptions extends SharedOptions {
  readonly batchNorm?: StatisticsChoice
  readonly data?: string
}

export function addPredictCommand(program: Command, { streams, gone: signal, finish }: Surroundings): void {
  const command = program
    .command('predict')
    .summary('say what a trained run predicts for new examples')
    .description('Predicts for every row of a table, or every image of an IDX file, as the run was trained.')
    .argument('<run>', 'the folder of a run')
    .argument('<file>', 'a .csv file; for runs on images an IDX file, plain or .gz')
    .optionsGroup('Options of predict:')
    .addOption(
      statisticsOption('--batch-norm <statistics>', 'what batch norm normalizes by, taken from the data of the run'),
    )
    .option('--data <dir>', 'for that, folder with the files of a dataset by name')
  addSharedOptions(command, { flags: '--out <file>', description: 'write the CSV there (default: standard output)' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (run: string, file: string, options: PredictOptions) => {
    const voice = createVoice({ ...options, aside: true }, streams)
    const predictor = await loadPredictor(run)
    refuseIdleData(options)
    if (options.batchNorm) {
      const { networks, manifest } = predictor
      requireBatchNorm('predict', '--batch-norm', networks[0], manifest)
      const data = await loadRunData(manifest, { folder: options.data, voice, signal })
      for (const network of networks) await useStatistics(network, options.batchNorm, manifest, data)
    }
    const examples = await readExamples(file, predictor)
    const prediction = predictor.predict(examples.inputs)
    const columns = columnsOf(prediction, predictor)
    for (const note of examples.notes) voice.say(`note: ${note}`)
    for (const file of predictor.damaged) voice.say(`note: ${file} is damaged; these are the weights from before it`)
    if (!predictor.isFinished)
      voice.say(`note: the run is not finished; these are its weights after step ${count(predictor.step)}`)

    if (options.json) {
      for (const [row, cells] of columns.rows.entries()) {
        const values = Object.fromEntries(columns.header.map((name, index) => [name, cells[index]]))
        voice.event({ type: 'prediction', row, values })
      }
    }
    const csv = [columns.header, ...columns.rows].map(csvLine).join('')
    if (options.out !== undefined) await writeFileAtomic(options.out, csv)
    else if (!options.json) voice.output(csv)

    const score = examples.truth && scoreOf(prediction, columns, examples.truth)
    voice.say(
      `${plural(examples.size, 'prediction')}${options.out === undefined ? '' : ` in ${options.out}`}${score ? `; ${scoreText(score)}` : ''}`,
    )
    voice.event({ type: 'end', rows: examples.size, ...score })
    finish(EXIT.done)
  })
}

function refuseIdleData({ data, batchNorm }: PredictOptions): void {
  if (data === undefined || batchNorm !== undefined) return
  throw usage('idle-option', {
    rule: 'predict: --data is where --batch-norm takes its statistics from',
    received: `--data ${data}, without --batch-norm`,
    try: 'leave --data out, or add --batch-norm exact',
  })
}

function scoreText(score: Score): string {
  return 'accuracy' in score
    ? `accuracy ${percent(score.accuracy)} by the file's own column`
    : `R2 ${r2(score.r2)} by the file's own column`
}
