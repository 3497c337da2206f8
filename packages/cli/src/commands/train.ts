/** `thalweg train`: the options of the command, and how it ends. */
import type { Command } from 'commander'
import { optimizers } from 'thalweg/optim'
import { EXIT } from '../errors.ts'
import { listenForInterrupt } from '../interrupt.ts'
import { addSharedOptions, batchSizeOption, integerOption, rateOption, type SharedOptions } from '../options.ts'
import { prepareSitting } from '../run/prepare.ts'
import { resumeSitting } from '../run/resume.ts'
import { runSitting } from '../run/train.ts'
import { imageNames } from '../source/images.ts'
import { pointNames } from '../source/points.ts'
import { createVoice } from '../voice.ts'
import type { Surroundings } from './surroundings.ts'

export interface TrainOptions extends SharedOptions {
  readonly target?: string
  readonly epochs?: number
  readonly batchSize?: number | 'all'
  readonly optimizer?: string
  readonly learningRate?: number
  readonly init?: string
  readonly data?: string
  readonly resume?: string
  readonly checkpointEvery?: number
}

const EXAMPLES = `
Examples:
  thalweg train digits                              learn to read 12,000 drawn digits
  thalweg train fashion-mnist --epochs 5 --seed 1   by name: found on this machine, or
                                                    downloaded once
  thalweg train houses.csv --target price           a table; numbers and classes alike
  thalweg train experiment.ts --json                your own model, events for a program
  thalweg train --resume runs/digits-...            go on where a run was interrupted

Datasets by name: ${[...imageNames, ...pointNames].join(', ')}
Exit codes: 0 done, 1 the run failed, 2 wrong usage, 130 interrupted (checkpoint saved)`

export function addTrainCommand(program: Command, { streams, finish }: Surroundings): void {
  const command = program
    .command('train')
    .summary('train a network on a dataset, a table or an experiment file')
    .description('Trains a network and leaves a run folder: checkpoints, metrics, and all that prediction needs.')
    .argument('[target]', 'a dataset by name, a .csv file, or an experiment file (.ts, .js, .mjs)')
    .optionsGroup('Options of train:')
    .option('--target <name>', 'the column of a table to predict')
    .addOption(integerOption('--epochs <n>', 'passes over the training data', 1))
    .addOption(batchSizeOption('--batch-size <n>', "examples a step, or 'all'"))
    .option('--optimizer <name>', `one of ${Object.keys(optimizers).join(', ')}`)
    .addOption(rateOption('--learning-rate <rate>', 'the highest rate of the schedule'))
    .option('--init <name>', "first weights by name, instead of the network's own (thalweg inspect --help)")
    .option('--data <dir>', 'folder with the files of a dataset by name')
    .option('--resume <run>', 'go on with an interrupted run, bit for bit')
    .addOption(integerOption('--checkpoint-every <steps>', 'save every so many steps, not only after epochs', 1))
  addSharedOptions(command, { flags: '--out <dir>', description: 'the run folder (default: runs/<name>)' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (target: string | undefined, options: TrainOptions) => {
    const voice = createVoice(options, streams)
    const interrupt = listenForInterrupt(() => {
      voice.say(voice.style.dim('finishing this step and saving; Ctrl-C once more quits at once'))
    })
    const context = { voice, signal: interrupt.signal }
    try {
      const sitting =
        options.resume === undefined
          ? await prepareSitting(target, options, context)
          : await resumeSitting(options.resume, target, options, context)
      finish(await runSitting(sitting, context))
    } catch (error) {
      if (!interrupt.signal.aborted || !isAbort(error)) throw error
      finish(EXIT.interrupted)
    } finally {
      voice.hide()
      interrupt.release()
    }
  })
}

/** What a download throws when it is called off. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
