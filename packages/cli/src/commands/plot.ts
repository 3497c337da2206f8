/** `thalweg plot`: the curves of a run as a picture, or of several side by side. */
import path from 'node:path'
import type { Command } from 'commander'
import { writeFileAtomic } from 'thalweg/train'
import { EXIT, usage } from '../errors.ts'
import { addSharedOptions, type SharedOptions } from '../options.ts'
import type { NamedCurves } from '../run/curves.ts'
import { runFolder } from '../run/folder.ts'
import { readMetrics } from '../run/metrics.ts'
import { count } from '../terminal/format.ts'
import { createVoice } from '../voice.ts'
import type { Surroundings } from './surroundings.ts'

interface PlotOptions extends SharedOptions {
  readonly svg?: string
}

const EXAMPLES = `
Examples:
  thalweg plot runs/digits-... --svg curves.svg
  thalweg plot runs/low runs/good runs/high --svg rates.svg     several runs, a line each
  thalweg plot runs/digits-... > curves.svg`

export function addPlotCommand(program: Command, { streams, finish }: Surroundings): void {
  const command = program
    .command('plot')
    .summary('draw the training curves of a run, or of several')
    .description(
      'Draws loss, accuracy or R2, and the learning rate over the epochs of a run, finished or not; of several runs the losses and what validation says.',
    )
    .argument('<runs...>', 'the folders of one run or more')
    .optionsGroup('Options of plot:')
    .option('--svg <file>', 'write the picture there (default: standard output)')
  addSharedOptions(command, { flags: '--out <file>', description: 'the same as --svg' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (folders: readonly string[], options: PlotOptions) => {
    const voice = createVoice({ ...options, aside: true }, streams)
    const file = options.svg ?? options.out
    const runs = await Promise.all(folders.map(finishedEpochs))
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

async function finishedEpochs(folder: string): Promise<NamedCurves & { readonly folder: string }> {
  const epochs = await readMetrics(runFolder(folder))
  if (epochs.length > 0) return { folder, name: path.basename(path.resolve(folder)), epochs }
  throw usage('no-epochs', {
    rule: 'plot: the run must have finished an epoch',
    received: `${folder}, which has finished none`,
    try: `thalweg train --resume ${folder}`,
  })
}
