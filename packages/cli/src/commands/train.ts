/** `thalweg train`: the options of the command, and how it ends. */
import type { Command } from 'commander'
import type { Combine } from 'thalweg/tune'
import { runEnsembleSitting } from '../ensemble/sitting.ts'
import { EXIT } from '../errors.ts'
import { listenForInterrupt } from '../interrupt.ts'
import { addSharedOptions, integerOption, nameOption, type SharedOptions } from '../options.ts'
import type { Overrides } from '../recipes/choose.ts'
import { type Babysitting, babysittings } from '../run/babysit.ts'
import { prepareSitting } from '../run/prepare.ts'
import { resumeSitting } from '../run/resume.ts'
import { runSitting } from '../run/train.ts'
import { imageNames } from '../source/images.ts'
import type { DataRequest } from '../source/open.ts'
import { pointNames } from '../source/points.ts'
import { createVoice } from '../voice.ts'
import { addDataOptions, addTransformOptions } from './data-options.ts'
import { addRecipeOptions } from './recipe-options.ts'
import type { Surroundings } from './surroundings.ts'

export interface TrainOptions extends SharedOptions, DataRequest, Overrides {
  readonly resume?: string
  readonly checkpointEvery?: number
  readonly babysit?: Babysitting
  readonly ensemble?: number
  readonly snapshots?: number
  readonly combine?: Combine
  readonly workers?: number
}

const combines: readonly Combine[] = ['probabilities', 'logits', 'vote', 'mean']

const EXAMPLES = `
Examples:
  thalweg train digits                              learn to read 12,000 drawn digits
  thalweg train fashion-mnist --epochs 5 --seed 1   by name: found on this machine, or
                                                    downloaded once
  thalweg train houses.csv --target price           a table; numbers and classes alike
  thalweg train wine.csv --target cultivar --epochs 200 --patience 20
                                                    stop when validation gets no better,
                                                    with the best weights
  thalweg train digits --optimizer sgd --momentum 0.9 --weight-decay 5e-4 \\
      --schedule cosine --warmup 1 --label-smoothing 0.1
  thalweg train houses.csv --target price --column zip=class --column id=ignore
                                                    what the cells do not show by themselves
  thalweg train houses.csv --target price --order curriculum --curriculum-by rooms
  thalweg train fashion-mnist --augment flip,shift:pixels=2
                                                    other images in every epoch
  thalweg train digits --average ema --batch-norm exact
                                                    the weights that count in the end
  thalweg train experiment.ts --json                your own model, events for a program
  thalweg train digits --ensemble 5                 five networks that answer as one
  thalweg train digits --snapshots 3 --epochs 9     three minima of one, for the time of one
  thalweg train --resume runs/digits-...            go on where a run was interrupted

Datasets by name: ${[...imageNames, ...pointNames].join(', ')}
Exit codes: 0 done, 1 the run failed, 2 wrong usage, 130 interrupted (checkpoint saved)`

export function addTrainCommand(program: Command, { streams, gone, finish }: Surroundings): void {
  const command = program
    .command('train')
    .summary('train a network on a dataset, a table or an experiment file')
    .description('Trains a network and leaves a run folder: checkpoints, metrics, and all that prediction needs.')
    .argument('[target]', 'a dataset by name, a .csv file, or an experiment file (.ts, .js, .mjs)')
    .optionsGroup('Data and run:')
  addTransformOptions(addDataOptions(command))
    .option('--resume <run>', 'go on with an interrupted run, bit for bit, or for more --epochs')
    .addOption(integerOption('--checkpoint-every <steps>', 'save every so many steps, not only after epochs', 1))
    .addOption(
      nameOption(
        '--babysit <how>',
        `watch the run: say what is wrong with it, or mend it too: ${babysittings.join(', ')} (default: advise; members of an ensemble are not mended)`,
        babysittings,
        'ways',
      ),
    )
    .addOption(integerOption('--ensemble <n>', 'train so many networks from other seeds, which answer as one', 2, 5))
    .addOption(
      integerOption('--snapshots <n>', 'train one whose rate falls to 0 so many times: its minima answer as one', 2, 3),
    )
    .addOption(
      nameOption(
        '--combine <how>',
        `how an ensemble makes one answer: ${combines.join(', ')} (default: probabilities, or mean)`,
        combines,
        'ways',
      ),
    )
    .addOption(integerOption('--workers <n>', 'of an ensemble, networks at the same time (default: one a core)', 1))
  addRecipeOptions(command)
  addSharedOptions(command, { flags: '--out <dir>', description: 'the run folder (default: runs/<name>)' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (target: string | undefined, options: TrainOptions) => {
    const voice = createVoice(options, streams)
    const interrupt = listenForInterrupt((cause) => {
      const how = cause === 'reader' ? 'the reader of standard output has gone: ' : ''
      voice.say(voice.style.dim(`${how}finishing this step and saving; Ctrl-C${how ? '' : ' once more'} quits at once`))
    }, gone)
    const context = { voice, signal: interrupt.signal, interrupt }
    try {
      const sitting =
        options.resume === undefined
          ? await prepareSitting(target, options, context)
          : await resumeSitting(options.resume, target, options, context)
      const isEnsemble = sitting.manifest.ensemble !== undefined
      finish(await (isEnsemble ? runEnsembleSitting(sitting, context, options) : runSitting(sitting, context)))
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
