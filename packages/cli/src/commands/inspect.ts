/** `thalweg inspect`: what first weights make of a network, layer by layer, before it is trained. */
import type { Command } from 'commander'
import { inspect } from 'thalweg/diagnose'
import { summary } from 'thalweg/nn'
import { writeFileAtomic } from 'thalweg/train'
import { usage } from '../errors.ts'
import { inspectionSvg } from '../inspect/picture.ts'
import { shownPaths } from '../inspect/rows.ts'
import { courseRows, inspectionLines } from '../inspect/words.ts'
import {
  activationOption,
  addSharedOptions,
  integerOption,
  numberOption,
  rateOption,
  type SharedOptions,
} from '../options.ts'
import { activationNames } from '../recipes/activations.ts'
import { type DeepOptions, deepModel, describeDeep } from '../recipes/deep.ts'
import { loadSubject } from '../recipes/subject.ts'
import { firstWeights, initNames, type WeightsRequest } from '../recipes/weights.ts'
import type { DataRequest } from '../source/open.ts'
import { count, loss as lossText } from '../terminal/format.ts'
import { sayRows } from '../terminal/summary.ts'
import { createVoice } from '../voice.ts'
import { addDataOptions } from './data-options.ts'
import { type Surroundings, untilGone } from './surroundings.ts'

export interface InspectCommandOptions extends SharedOptions, DataRequest, WeightsRequest {
  readonly depth?: number
  readonly width?: number
  readonly activation?: string
  readonly batchSize: number
  readonly all?: boolean
  readonly svg?: string
}

/** Nobody can interrupt compiling, which takes a few seconds for so many. */
const DEEPEST = 1000

const EXAMPLES = `
Examples:
  thalweg inspect experiment.ts             the network that train would use
  thalweg inspect wine.csv --target cultivar --init lsuv

Ten layers of tanh fade away, saturate, keep their spread; so do rectifiers with he:
  thalweg inspect digits --depth 10 --init small-random --scale 0.01
  thalweg inspect digits --depth 10 --init unit-random
  thalweg inspect digits --depth 10 --init xavier --svg xavier.svg
  thalweg inspect digits --depth 10 --init he --activation relu

One batch goes forward and back, as in the first step of training. Rows are activations,
or --all layers. All histograms of a column span one range, and each is as high as its
row; exact zeros are left out of it where they are many. Gradients are those of each
example's own loss with respect to what the layer gives out.
  spread   standard deviation
  sat      share of saturated values: within 3% of an end of the activation's range
  zero     share of exact zeros

Initializations; options go after a colon, he:fan=out,distribution=uniform:
${lines(initNames)}

Activations:
${lines(activationNames)}`

/** Names side by side, as many as a line takes. */
function lines(names: readonly string[]): string {
  const wrapped: string[] = []
  for (const name of names) {
    const last = wrapped.at(-1)
    if (last === undefined || last.length + name.length > 76) wrapped.push(`  ${name}`)
    else wrapped[wrapped.length - 1] = `${last}, ${name}`
  }
  return wrapped.join(',\n')
}

export function addInspectCommand(program: Command, surroundings: Surroundings): void {
  const { streams, gone: signal } = surroundings
  const command = program
    .command('inspect')
    .summary('show what first weights make of a network, layer by layer')
    .description("Shows every layer's activations and gradients before the first step of training.")
    .argument('[target]', 'a dataset by name, a .csv file, or an experiment file (.ts, .js, .mjs)')
    .optionsGroup('Options of inspect:')
  addDataOptions(command)
    .option('--init <name>', "first weights by name, instead of the network's own")
    .addOption(rateOption('--scale <deviation>', 'of small-random'))
    .addOption(
      numberOption('--depth <n>', `a plain network of so many equal layers instead, at most ${DEEPEST}`, {
        rule: `an integer from 1 to ${DEEPEST}`,
        example: '10',
        fits: (value) => Number.isInteger(value) && value >= 1 && value <= DEEPEST,
      }),
    )
    .addOption(integerOption('--width <n>', 'units of each of them (default: 256)', 1))
    .addOption(activationOption('what follows each of them (default: tanh)'))
    .addOption(integerOption('--batch-size <n>', 'examples to look at', 1).default(128))
    .option('--all', 'a row for every layer, those without weights too')
    .option('--svg <file>', 'draw the histograms there')
  addSharedOptions(command, { flags: '--out <file>', description: 'write the figures there as JSON' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (target: string | undefined, options: InspectCommandOptions) => {
    const voice = createVoice(options, streams)
    // Nothing is kept, so Ctrl-C may end it in the midst of compiling.
    await untilGone(surroundings, voice, async () => {
      const subject = await loadSubject('inspect', target, options, { voice, signal })
      const { train } = subject.data
      const deep = deepOptions(options)
      const model = deep ? deepModel(deep, train) : subject.model
      const experiment = deep ? undefined : subject.data.experiment?.definition
      const given = await firstWeights(options, { model, train, seed: subject.seed, experiment })
      voice.show(voice.style.dim('compiling'))
      const inspection = await inspect(model, train, {
        seed: subject.seed,
        loss: subject.loss,
        batchSize: options.batchSize,
        bins: 48,
        range: 'shared',
        ...(!options.all && { layers: shownPaths(summary(model, train.inputShape)) }),
        ...(given && { store: given.store }),
      })
      voice.hide()
      const { layers } = inspection
      const network = deep ? describeDeep(deep) : subject.description
      const weights = given?.description ?? "the network's own"
      const seen = `${count(inspection.examples)} examples of ${subject.name}, seed ${subject.seed}`

      voice.say('')
      sayRows(voice, [
        ['network', network],
        ['first weights', weights],
        ['seen', `${seen}; loss ${lossText(inspection.loss)}`],
      ])
      voice.say('')
      for (const line of inspectionLines(layers, voice.width(), voice.style)) voice.say(line)
      const last = [...courseRows(layers), ...(options.svg === undefined ? [] : [['drawn in', options.svg] as const])]
      if (last.length > 0) {
        voice.say('')
        sayRows(voice, last)
      }
      voice.say('')

      for (const layer of inspection.layers) voice.event({ type: 'layer', ...layer })
      for (const parameter of inspection.parameters) voice.event({ type: 'parameter', ...parameter })
      if (options.out !== undefined) await writeFileAtomic(options.out, `${JSON.stringify(inspection, undefined, 2)}\n`)
      if (options.svg !== undefined) {
        await writeFileAtomic(options.svg, inspectionSvg(layers, { weights, network, seen }))
      }
      const { examples, loss, seed } = inspection
      voice.event({ type: 'end', layers: inspection.layers.length, examples, loss, seed, weights })
    })
  })
}

const DEEP = { width: 256, activation: 'tanh' } as const

function deepOptions({ depth, width, activation }: InspectCommandOptions): DeepOptions | undefined {
  if (depth !== undefined) return { depth, width: width ?? DEEP.width, activation: activation ?? DEEP.activation }
  for (const [option, value] of Object.entries({ '--width': width, '--activation': activation })) {
    if (value === undefined) continue
    throw usage('idle-option', {
      rule: `inspect: ${option} is for the plain network that --depth asks for`,
      received: `${option} ${value}`,
      try: `add --depth 10, or leave ${option} out`,
    })
  }
  return undefined
}
