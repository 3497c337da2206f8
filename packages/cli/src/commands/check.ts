/** `thalweg check`: what can be known of a training before it begins. */
import type { Command } from 'commander'
import { writeFileAtomic } from 'thalweg/train'
import { checkBeforeTraining } from '../check/checkup.ts'
import { checkGradients, summaryOf } from '../check/gradients.ts'
import { EXIT, usage } from '../errors.ts'
import { listenForInterrupt } from '../interrupt.ts'
import { addSharedOptions, integerOption, rateOption, type SharedOptions } from '../options.ts'
import type { Overrides } from '../recipes/choose.ts'
import { loadSubject } from '../recipes/subject.ts'
import { imageNames } from '../source/images.ts'
import type { DataRequest } from '../source/open.ts'
import { pointNames } from '../source/points.ts'
import { createVoice } from '../voice.ts'
import { addDataOptions, addTransformOptions } from './data-options.ts'
import { addNetworkOptions, addOrderOptions, addStepOptions, refuseStatistics } from './recipe-options.ts'
import type { Surroundings } from './surroundings.ts'

export interface CheckOptions extends SharedOptions, DataRequest, Overrides {
  readonly samples?: number
  readonly examples?: number
  readonly all?: boolean
}

const EXAMPLES = `
Examples:
  thalweg check experiment.ts                your own model and loss
  thalweg check experiment.ts --all          every element of every parameter
  thalweg check wine.csv --target cultivar   the network that train would use
  thalweg check digits --activation sigmoid --optimizer sgd --learning-rate 1
                                             and with what train would be told

The gradient of the loss, as training uses it, is held against central differences, in
float64, at a few elements of each parameter. Elements at kinks (where a ReLU switches,
or another place of a pooling window wins) are counted apart. Then the data, the model,
the first loss and the spread of activations are looked at, and whether the network can
learn a single batch by heart.

Datasets by name: ${[...imageNames, ...pointNames].join(', ')}
Exit codes: 0 right, 1 something is wrong, 2 wrong usage`

export function addCheckCommand(program: Command, { streams, gone, finish }: Surroundings): void {
  const command = program
    .command('check')
    .summary('check a training before it begins: gradients, data, model')
    .description('Checks the network that train would use for this, on a few examples, in seconds.')
    .argument('[target]', 'a dataset by name, a .csv file, or an experiment file (.ts, .js, .mjs)')
    .optionsGroup('Options of check:')
  addTransformOptions(addDataOptions(command))
    .addOption(integerOption('--samples <n>', 'elements of each parameter (default: 8, for images 3)', 1))
    .option('--all', 'every element of every parameter')
    .addOption(integerOption('--examples <n>', 'examples to check on (default: 8, for images 3)', 1))
  // What decides about stopping, the best epochs and the end of a run changes nothing of its beginning.
  command.optionsGroup('Optimization:').addOption(rateOption('--learning-rate <rate>', 'of the batch learned by heart'))
  addStepOptions(command)
  addNetworkOptions(command)
  addOrderOptions(command)
  addSharedOptions(command, { flags: '--out <file>', description: 'write the findings there as JSON' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (target: string | undefined, options: CheckOptions) => {
    const voice = createVoice(options, streams)
    refuseAllOfSome(options)
    refuseStatistics('check', options)
    const interrupt = listenForInterrupt(() => undefined, gone)
    try {
      const context = { voice, signal: interrupt.signal }
      const subject = await loadSubject('check', target, options, context, options)
      const gradients = await checkGradients(subject, options, context)
      const before = await checkBeforeTraining(subject, context)
      const passed = gradients.passed && before.passed
      const findings = { passed, checks: { gradients, before } }
      if (options.out !== undefined) await writeFileAtomic(options.out, `${JSON.stringify(findings, undefined, 2)}\n`)
      voice.event({
        type: 'end',
        passed,
        checks: { gradients: summaryOf(gradients), before: { passed: before.passed } },
      })
      finish(passed ? EXIT.done : EXIT.failed)
    } catch (error) {
      if (!interrupt.signal.aborted) throw error
      finish(EXIT.interrupted)
    } finally {
      voice.hide()
      interrupt.release()
    }
  })
}

function refuseAllOfSome({ all, samples }: CheckOptions): void {
  if (!all || samples === undefined) return
  throw usage('contradiction', {
    rule: 'check: --all and --samples must not stand together',
    received: `--all --samples ${samples}`,
    try: 'leave one of them out',
  })
}
