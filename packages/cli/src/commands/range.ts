/** `thalweg range`: a learning-rate range test on a dataset, a table or an experiment, with its reading. */
import type { Command } from 'commander'
import { type RangeTest, type RangeVerdict, rangeTest, writeFileAtomic } from 'thalweg/train'
import { addSharedOptions, integerOption, rateOption, type SharedOptions } from '../options.ts'
import { lineChartSvg } from '../plot/line-chart.ts'
import type { Overrides } from '../recipes/choose.ts'
import { loadSubject } from '../recipes/subject.ts'
import { firstWeights } from '../recipes/weights.ts'
import type { DataRequest } from '../source/open.ts'
import { figure, loss, percent } from '../terminal/format.ts'
import { type Row, sayRows } from '../terminal/summary.ts'
import { createVoice, type Voice } from '../voice.ts'
import { addDataOptions } from './data-options.ts'
import { addNetworkOptions, addOrderOptions, addStepOptions, refuseStatistics } from './recipe-options.ts'
import { type Surroundings, untilGone } from './surroundings.ts'

interface RangeOptions extends SharedOptions, DataRequest, Overrides {
  readonly from?: number
  readonly to?: number
  readonly steps?: number
  readonly seeds?: number
}

const EXAMPLES = `
Examples:
  thalweg range digits                              which rates train the default network
  thalweg range wine.csv --target cultivar --optimizer sgd --momentum 0.9
  thalweg range experiment.ts --seeds 5 --out range.svg

A hundred steps from fresh weights, the rate rising at each, with several seeds. The loss
begins to fall at the low end of the interval and falls no more at the high end; where the
curves do not show it, the command says so and gives none.`

export function addRangeCommand(program: Command, surroundings: Surroundings): void {
  const { streams, gone: signal } = surroundings
  const command = program
    .command('range')
    .summary('find the learning rates that train: a range test over several seeds')
    .description('Raises the learning rate step by step and reads off where the loss falls.')
    .argument('[target]', 'a dataset by name, a .csv file, or an experiment file (.ts, .js, .mjs)')
    .optionsGroup('Test:')
    .addOption(rateOption('--from <rate>', 'lowest rate (default: 1e-7)'))
    .addOption(rateOption('--to <rate>', 'highest rate (default: 10)'))
    .addOption(integerOption('--steps <n>', 'rates between them, at like ratios (default: 100)', 20))
    .addOption(integerOption('--seeds <n>', 'how many sets of fresh weights (default: 3)', 1))
  addDataOptions(command.optionsGroup('Data:'))
  addStepOptions(command.optionsGroup('Optimization:'))
  addNetworkOptions(command)
  addOrderOptions(command)
  addSharedOptions(command, { flags: '--out <file>', description: 'write the curves there, as an SVG picture' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (target: string | undefined, options: RangeOptions) => {
    const voice = createVoice(options, streams)
    // Nothing is kept, so Ctrl-C may end it in the midst of a step.
    await untilGone(surroundings, voice, async () => {
      const { from, to, steps, seeds } = options
      refuseStatistics('range', options)
      const subject = await loadSubject('range', target, options, { voice, signal }, options)
      const { name, data, recipe, seed, model, loss, optimizer, order, groups, clip, penalty, constraint } = subject
      const experiment = data.experiment?.definition
      const { train } = data
      voice.show(voice.style.dim('compiling'))
      const test = await rangeTest(model, {
        ...{ groups, clip, penalty, constraint },
        ...{ train, loss, optimizer, order, batchSize: recipe.batchSize, from, to, steps, seeds, seed, signal },
        initialize: async (copy) => (await firstWeights(recipe, { model, train, seed: copy, experiment }))?.store,
        onProgress: (share) => voice.show(voice.style.dim(`testing rates: ${percent(share)}`)),
      })
      voice.hide()
      tell(test, voice)
      if (options.out !== undefined) {
        await writeFileAtomic(options.out, picture(test, `${name}, ${optimizer.name}`))
        voice.say(`\n  the curves: ${options.out}`)
      }
    })
  })
}

/** Rates that the table shows. */
const SHOWN = 17

function tell({ rates, curves, verdict }: RangeTest, voice: Voice): void {
  const { dim, bold } = voice.style
  voice.event({ type: 'range', rates, curves })
  if (curves.length > 0) voice.say(dim(`\n${'rate'.padStart(12)}${'loss'.padStart(12)}${'seeds'.padStart(22)}`))
  const every = Math.max(1, Math.round(rates.length / SHOWN))
  for (let at = 0; at < rates.length && curves.length > 0; at += every) {
    const losses = curves.map(({ smooth }) => smooth[at])
    const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length
    const spread = `${loss(Math.min(...losses))} to ${loss(Math.max(...losses))}`
    const inside = verdict.kind === 'interval' && rates[at] >= verdict.low && rates[at] <= verdict.high
    voice.say(`${figure(rates[at]).padStart(12)}${loss(mean).padStart(12)}${spread.padStart(22)}${inside ? '  |' : ''}`)
  }
  voice.say('')
  sayRows(voice, rowsOf(verdict, bold))
  voice.event({ type: 'end', ...verdict })
}

function rowsOf(verdict: RangeVerdict, bold: (text: string) => string): Row[] {
  if (verdict.kind === 'abstention') {
    return [
      ['no interval', verdict.message],
      ['try', verdict.try],
    ]
  }
  const { low, high, suggestion } = verdict
  return [
    ['interval', `${figure(low)} to ${figure(high)}`],
    ['begin with', `${bold(figure(suggestion))}, where the loss falls fastest`],
    ['try', `--learning-rate ${figure(suggestion)}`],
  ]
}

function picture({ rates, curves, verdict }: RangeTest, subtitle: string): string {
  const points = (losses: readonly number[]): [number, number][] => rates.map((x, i) => [x, losses[i]])
  const means = rates.map((_, i) => curves.reduce((sum, { smooth }) => sum + smooth[i] / curves.length, 0))
  const first = means[0] ?? 1
  // What exploded would leave nothing to be seen of the valley.
  const shown = (losses: readonly number[]): [number, number][] =>
    points(losses).filter(([, value]) => value <= first + Math.abs(first))
  return lineChartSvg({
    title: 'Learning-rate range test',
    subtitle,
    x: { label: 'learning rate', kind: 'log' },
    y: { label: 'loss, smoothed' },
    series: [
      ...curves.map(({ smooth }) => ({ points: shown(smooth), isFaint: true })),
      { name: 'mean', points: shown(means) },
    ],
    marks:
      verdict.kind === 'abstention'
        ? []
        : [
            { kind: 'band', from: verdict.low, to: verdict.high, label: 'interval' },
            { kind: 'rule', at: verdict.suggestion, label: figure(verdict.suggestion) },
          ],
  })
}
