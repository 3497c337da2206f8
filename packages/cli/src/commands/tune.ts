/** `thalweg tune`: the options of the command, and how it ends. */
import type { Command } from 'commander'
import type { SearchMetric } from 'thalweg/tune'
import { EXIT } from '../errors.ts'
import { listenForInterrupt } from '../interrupt.ts'
import { addSharedOptions, integerOption, nameOption, type SharedOptions, timeOption } from '../options.ts'
import { prunerOption, samplerOption } from '../tune/methods.ts'
import { runStudy, type TuneRequest } from '../tune/run.ts'
import { createVoice } from '../voice.ts'
import { addDataOptions } from './data-options.ts'
import type { Surroundings } from './surroundings.ts'

const metrics: readonly SearchMetric[] = ['validLoss', 'validAccuracy', 'validR2']

const EXAMPLES = `
Examples:
  thalweg tune wine.csv --target cultivar --trials 20
  thalweg tune digits --pruner hyperband
  thalweg tune search.ts --time-limit 30m --workers 2    your own models and space
  thalweg tune --resume runs/tune-wine-...               go on where it was interrupted
  thalweg tune --resume runs/tune-wine-... --ensemble 3  the best three as one network

It leaves a folder with every trial (table.csv), and the best one as best.ts:
  thalweg train runs/tune-wine-.../best.ts
Exit codes: 0 done, 1 no trial succeeded, 2 wrong usage, 130 interrupted (all finished trials kept)`

export function addTuneCommand(program: Command, { streams, gone, finish }: Surroundings): void {
  const command = program
    .command('tune')
    .summary('search for good hyperparameters')
    .description('Trains many configurations of a network and finds out which one is best on the validation part.')
    .argument('[target]', 'a dataset by name, a .csv file, or a search file (.ts, .js, .mjs)')
    .optionsGroup('Options of tune:')
  addDataOptions(command)
    .addOption(integerOption('--trials <n>', 'how many configurations (default: 20)', 1))
    .addOption(samplerOption())
    .addOption(prunerOption())
    .addOption(integerOption('--epochs <n>', 'the most that a trial is trained for', 1))
    .addOption(
      nameOption('--metric <name>', `what counts: ${metrics.join(', ')} (default: validLoss)`, metrics, 'metrics'),
    )
    .addOption(timeOption('--time-limit <time>', 'begin no trial after 90s, 10m or 2h'))
    .addOption(integerOption('--workers <n>', 'trials at the same time (default: one for each core)', 1))
    .addOption(integerOption('--ensemble <n>', 'let the best so many answer as one: a run, for predict', 2, 3))
    .option('--resume <study>', 'go on with an interrupted study')
  addSharedOptions(command, {
    flags: '--out <dir>',
    description: 'the folder of the study (default: runs/tune-<name>)',
  })
  command.addHelpText('after', EXAMPLES)
  command.action(async (target: string | undefined, options: SharedOptions & TuneRequest) => {
    const voice = createVoice(options, streams)
    const interrupt = listenForInterrupt((cause) => {
      const how = cause === 'reader' ? 'the reader of standard output has gone: ' : ''
      voice.say(voice.style.dim(`${how}stopping the trials that run; Ctrl-C${how ? '' : ' once more'} quits at once`))
    }, gone)
    try {
      finish(await runStudy(target, options, { voice, signal: interrupt.signal, interrupt }))
    } catch (error) {
      if (!interrupt.signal.aborted || !(error instanceof Error && error.name === 'AbortError')) throw error
      finish(EXIT.interrupted)
    } finally {
      voice.hide()
      interrupt.release()
    }
  })
}
