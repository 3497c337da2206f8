/** `thalweg plot`: the curves of a run as a picture. */
import path from 'node:path'
import type { Command } from 'commander'
import { writeFileAtomic } from 'thalweg/train'
import { EXIT, usage } from '../errors.ts'
import { addSharedOptions, type SharedOptions } from '../options.ts'
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
  thalweg plot runs/digits-... > curves.svg`

export function addPlotCommand(program: Command, { streams, finish }: Surroundings): void {
  const command = program
    .command('plot')
    .summary('draw the training curves of a run')
    .description('Draws loss, accuracy or R2, and the learning rate over the epochs of a run, finished or not.')
    .argument('<run>', 'the folder of a run')
    .optionsGroup('Options of plot:')
    .option('--svg <file>', 'write the picture there (default: standard output)')
  addSharedOptions(command, { flags: '--out <file>', description: 'the same as --svg' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (run: string, options: PlotOptions) => {
    const voice = createVoice({ ...options, aside: true }, streams)
    const file = options.svg ?? options.out
    const epochs = await readMetrics(runFolder(run))
    if (epochs.length === 0) {
      throw usage('no-epochs', {
        rule: 'plot: the run must have finished an epoch',
        received: `${run}, which has finished none`,
        try: `thalweg train --resume ${run}`,
      })
    }
    const [{ lineChartSvg }, { curvesOf }] = await Promise.all([
      import('../plot/line-chart.ts'),
      import('../run/curves.ts'),
    ])
    const charts = curvesOf(epochs, path.basename(path.resolve(run)))
    const svg = lineChartSvg(charts, { height: 320 })
    if (file !== undefined) await writeFileAtomic(file, svg)
    else if (!options.json) voice.output(svg)
    for (const one of epochs) voice.event({ type: 'epoch', ...one })
    voice.event({ type: 'end', epochs: epochs.length, ...(file !== undefined && { svg: file }) })
    voice.say(`${count(epochs.length)} epochs${file === undefined ? '' : ` in ${file}`}`)
    finish(EXIT.done)
  })
}
