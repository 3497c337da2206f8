/** `thalweg plot`: the curves of a run as a picture, or of several side by side. */
import type { Command } from 'commander'
import { writeFileAtomic } from 'thalweg/train'
import { curvesIn, type RunCurves } from '../ensemble/curves.ts'
import { EXIT, usage } from '../errors.ts'
import { addSharedOptions, integerOption, numberOption, rateOption, type SharedOptions } from '../options.ts'
import { scheduleNames } from '../recipes/schedule.ts'
import { readManifest, runFolder } from '../run/folder.ts'
import { count } from '../terminal/format.ts'
import { createVoice, type Voice } from '../voice.ts'
import type { Surroundings } from './surroundings.ts'

interface PlotOptions extends SharedOptions {
  readonly svg?: string
  readonly schedule?: string
  readonly epochs?: number
  readonly learningRate?: number
  readonly warmup?: number
  readonly stepsPerEpoch?: number
}

const EXAMPLES = `
Examples:
  thalweg plot runs/digits-... --svg curves.svg
  thalweg plot runs/low runs/good runs/high --svg rates.svg     several runs, a line each
  thalweg plot runs/digits-... > curves.svg
  thalweg plot --schedule one-cycle --epochs 20                 a schedule, before training`

export function addPlotCommand(program: Command, { streams, finish }: Surroundings): void {
  const command = program
    .command('plot')
    .summary('draw the training curves of a run, or of several')
    .description(
      'Draws loss, accuracy or R2, and the learning rate over the epochs of a run, finished or not; of several runs, and of the networks of an ensemble, the losses and what validation says.',
    )
    .argument('[runs...]', 'the folders of one run or more')
    .optionsGroup('Options of plot:')
    .option('--svg <file>', 'write the picture there (default: standard output)')
    .optionsGroup('A schedule, before anything is trained:')
    .option('--schedule <name>', `instead of runs, the rates of one of ${scheduleNames.join(', ')}`)
    .addOption(integerOption('--epochs <n>', 'over which it lies (default: 10)', 1))
    .addOption(rateOption('--learning-rate <rate>', 'the highest (default: 0.1)'))
    .addOption(
      numberOption('--warmup <epochs>', 'in which the rate rises from 0', {
        ...{ rule: 'a number of at least 0', example: '1', fits: (value) => value >= 0 },
      }),
    )
    .addOption(integerOption('--steps-per-epoch <n>', 'updates of an epoch (default: 100)', 1))
  addSharedOptions(command, { flags: '--out <file>', description: 'the same as --svg' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (folders: readonly string[], options: PlotOptions) => {
    const voice = createVoice({ ...options, aside: true }, streams)
    const file = options.svg ?? options.out
    refuseMixed(folders, options)
    refuseTwoFiles(options)
    if (options.schedule !== undefined) return finish(await plotSchedule(options.schedule, file, options, voice))
    const runs = (await Promise.all(folders.map(curvesOfRun))).flat()
    const [{ lineChartSvg }, { comparedCurves, curvesOf }] = await Promise.all([
      import('../plot/line-chart.ts'),
      import('../run/curves.ts'),
    ])
    const [first] = runs
    const svg = lineChartSvg(runs.length === 1 ? curvesOf(first) : comparedCurves(runs), { height: 320 })
    if (file !== undefined) await writeFileAtomic(file, svg)
    else if (!options.json) voice.output(svg)
    for (const { folder, epochs } of runs) {
      for (const one of epochs) voice.event({ type: 'epoch', ...(runs.length > 1 && { run: folder }), ...one })
    }
    const epochs = runs.reduce((total, run) => total + run.epochs.length, 0)
    voice.event({ type: 'end', epochs, ...(file !== undefined && { svg: file }) })
    const of = runs.length === 1 ? '' : ` of ${runs.length} runs`
    voice.say(`${count(epochs)} epochs${of}${file === undefined ? '' : ` in ${file}`}`)
    finish(EXIT.done)
  })
}

/** Without a file the terminal shows it. */
async function plotSchedule(
  schedule: string,
  file: string | undefined,
  { epochs = 10, learningRate = 0.1, stepsPerEpoch = 100, warmup }: PlotOptions,
  voice: Voice,
): Promise<number> {
  const { ratesChart, ratesOf, ratesText } = await import('../run/rates.ts')
  const rates = ratesOf({ schedule, epochs, learningRate, stepsPerEpoch, warmup })
  if (file !== undefined) {
    const { lineChartSvg } = await import('../plot/line-chart.ts')
    await writeFileAtomic(file, lineChartSvg(ratesChart(rates)))
    voice.say(`the rates of ${count(rates.values.length)} updates in ${file}`)
  } else if (!voice.json) voice.output(`${ratesText(rates)}\n`)
  voice.event({ type: 'rates', schedule: rates.name, stepsPerEpoch, rates: rates.values })
  voice.event({ type: 'end', epochs, ...(file !== undefined && { svg: file }) })
  return EXIT.done
}

/** Runs or a schedule; what belongs to a schedule means nothing to runs. */
function refuseMixed(folders: readonly string[], options: PlotOptions): void {
  const { schedule, epochs, learningRate, warmup, stepsPerEpoch } = options
  const given = { epochs, learningRate, warmup, stepsPerEpoch }
  const idle = Object.values(given).some((value) => value !== undefined) && schedule === undefined
  if (!idle && (schedule === undefined) === folders.length > 0) return
  throw usage('nothing-to-plot', {
    rule: 'plot: there must be runs, or a --schedule with what belongs to it',
    received: folders.length > 0 ? `${folders.join(' ')} and options of a schedule` : 'neither',
    try: 'thalweg plot runs/digits-..., or thalweg plot --schedule one-cycle --epochs 20',
  })
}

function refuseTwoFiles({ svg, out }: PlotOptions): void {
  if (svg === undefined || out === undefined) return
  throw usage('contradiction', {
    rule: 'plot: --out is the same as --svg, and only one of them may be given',
    received: `--svg ${svg} --out ${out}`,
    try: 'leave one of them out',
  })
}

/** @throws ThalwegError `usage/no-epochs` where there is nothing to draw */
async function curvesOfRun(run: string): Promise<readonly RunCurves[]> {
  const folder = runFolder(run)
  const manifest = await readManifest(folder)
  if (manifest.members === 'trials') throw noCurves(run)
  return begun(await curvesIn(folder, manifest), run)
}

function noCurves(folder: string): Error {
  return usage('no-epochs', {
    rule: 'plot: the run must have been trained by itself',
    received: `${folder}, which a search put together of its best trials`,
    try: 'train one of the experiment files beside it, and plot that run',
  })
}

function begun(runs: readonly RunCurves[], folder: string): RunCurves[] {
  if (runs.some(({ epochs }) => epochs.length > 0)) return [...runs]
  throw usage('no-epochs', {
    rule: 'plot: the run must have finished an epoch',
    received: `${folder}, which has finished none`,
    try: `thalweg train --resume ${folder}`,
  })
}
