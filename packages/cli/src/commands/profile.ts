/** `thalweg profile`: where the time of a training step goes, layer by layer and kernel by kernel. */
import type { Command } from 'commander'
import { compactNumber, measureRoofline, type Profile, profile, type Roofline } from 'thalweg/compile'
import { completeOptions, openSession, type Session, writeFileAtomic } from 'thalweg/train'
import { addSharedOptions, integerOption, numberOption, rateOption, type SharedOptions } from '../options.ts'
import { layerProfiles, sumOf } from '../profile/layers.ts'
import { profileSvg } from '../profile/picture.ts'
import { kernelLines, layerLines } from '../profile/words.ts'
import type { Overrides } from '../recipes/choose.ts'
import { fitOptionsOf } from '../recipes/recipe.ts'
import { loadSubject } from '../recipes/subject.ts'
import type { DataRequest } from '../source/open.ts'
import { percent } from '../terminal/format.ts'
import { sayRows } from '../terminal/summary.ts'
import { createVoice } from '../voice.ts'
import { addDataOptions } from './data-options.ts'
import { addNetworkOptions, addStepOptions } from './recipe-options.ts'
import { type Surroundings, untilGone } from './surroundings.ts'

interface ProfileCommandOptions extends SharedOptions, DataRequest, Overrides {
  readonly seconds: number
  readonly kernels: number
  /** Billions of operations, and of bytes, a second. */
  readonly peak?: number
  readonly bandwidth?: number
  readonly svg?: string
}

const EXAMPLES = `
Examples:
  thalweg profile digits                          the step that train would make
  thalweg profile experiment.ts --svg step.svg    and as a picture
  thalweg profile digits --batch-size 256 --threads 1 --kernels 50

Kernels run one by one with a clock between them, on one batch, with learning rate 0. What each could do at best is
the roofline: as fast as a matrix product multiplies and adds, or as fast as memory is read and written, whichever
takes longer. Both are measured first, with as many threads; --peak and --bandwidth give them instead.
  of step   share of the time of all kernels
  of roof   share of the roofline; above 100% where data came from a nearer cache than it did there, or where a 3x3
            convolution saved multiplications (winograd, at most to 225%): what is counted is the plain sum
  GOP/s     billions of operations a second; each addition, multiplication or function value is one`

/** The roofline's arrays are as large as what the step works on, within reason. */
const FEWEST_BYTES = 2 ** 20
const MOST_BYTES = 2 ** 28
/** Steps with their batches made ready, for what that takes. */
const WHOLE_STEPS = 15

export function addProfileCommand(program: Command, surroundings: Surroundings): void {
  const { streams, gone: signal } = surroundings
  const command = program
    .command('profile')
    .summary('show where the time of a training step goes')
    .description('Times the kernels of a training step, and holds them to what the machine can do.')
    .argument('[target]', 'a dataset by name, a .csv file, or an experiment file (.ts, .js, .mjs)')
    .optionsGroup('Measuring:')
    .addOption(
      numberOption('--seconds <n>', 'of steps that count, after as long a warm-up', {
        rule: 'a number from 0 to 600',
        example: '5',
        fits: (value) => value >= 0 && value <= 600,
      }).default(3),
    )
    .addOption(integerOption('--kernels <n>', 'how many of the slowest to list', 1).default(20))
    .addOption(rateOption('--peak <GOP/s>', 'billions of operations a second, instead of measuring them'))
    .addOption(rateOption('--bandwidth <GB/s>', 'billions of bytes a second, instead of measuring them'))
    .option('--svg <file>', 'draw it there, as a flame graph')
  addDataOptions(command.optionsGroup('Data:'))
  addStepOptions(command.optionsGroup('Optimization:'))
  addNetworkOptions(command)
  addSharedOptions(command, { flags: '--out <file>', description: 'write the figures there as JSON' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (target: string | undefined, options: ProfileCommandOptions) => {
    const voice = createVoice(options, streams)
    // Nothing is kept, so Ctrl-C may end it in the midst of a step.
    await untilGone(surroundings, voice, async () => {
      const subject = await loadSubject('profile', target, options, { voice, signal }, options)
      const { data, recipe, seed, model } = subject
      const settings = completeOptions({ ...fitOptionsOf(recipe, data, subject), seed })
      const { engine, batchSize } = settings
      voice.show(voice.style.dim('compiling'))
      let compileMs = 0
      const session = openSession(model, settings, ({ ms }) => {
        compileMs = ms
      })
      const { plan } = session
      voice.show(voice.style.dim('measuring'))
      const wholeMs = wholeStep(session, batchSize)
      const roofline = rooflineOf(options, () =>
        measureRoofline(engine, { bytes: Math.min(Math.max(plan.arenaBytes, FEWEST_BYTES), MOST_BYTES) }),
      )
      const { seconds } = options
      const found = profile(plan, { roofline, seconds, warmUpSeconds: seconds })
      voice.hide()
      session.release()

      const { backend } = engine
      const batches = batchSize === data.train.size ? `all ${batchSize} examples` : `batches of ${batchSize}`
      const seen = `${batches} of ${subject.name}; ${backend.name}, ${backend.features.join(', ')}`
      voice.say('')
      sayRows(voice, [
        ['network', subject.description],
        ['seen', seen],
        ['compiled', `in ${compileMs.toFixed(0)} ms: ${found.kernels.length} kernels`],
        [
          'step',
          `${found.stepMilliseconds.toFixed(3)} ms in one go, ${found.kernelsMilliseconds.toFixed(3)} ms kernel by kernel`,
        ],
        ['batch', `${Math.max(0, wholeMs - found.stepMilliseconds).toFixed(3)} ms to make it ready`],
        ['roofline', rooflineWords(found)],
      ])
      // What is not read at a terminal is read whole.
      const width = voice.isLive ? voice.width() : Infinity
      voice.say(`\n${layerLines(found, width, voice.style).join('\n')}`)
      voice.say(`\n${kernelLines(found, options.kernels, width, voice.style).join('\n')}`)
      if (options.svg !== undefined) voice.say(`\n  drawn in ${options.svg}`)
      voice.say('')

      const layers = layerProfiles(found.kernels)
      for (const layer of layers) voice.event({ type: 'layer', ...layer })
      for (const kernel of found.kernels) voice.event({ type: 'kernel', ...kernel })
      if (options.svg !== undefined)
        await writeFileAtomic(options.svg, profileSvg(found, { network: subject.description, seen }))
      const { stepMilliseconds, kernelsMilliseconds, rounds } = found
      const result = {
        ...{ stepMilliseconds, kernelsMilliseconds, rounds, roofline, seed, batchSize },
        compileMilliseconds: compileMs,
        // By the names of train's start event.
        backend: backend.name,
        features: backend.features,
      }
      if (options.out !== undefined)
        await writeFileAtomic(
          options.out,
          `${JSON.stringify({ ...result, layers, kernels: found.kernels }, undefined, 2)}\n`,
        )
      voice.event({ type: 'end', ...result, kernels: found.kernels.length })
    })
  })
}

/** Milliseconds of a step with its batch made ready; the slot of the learning rate is left at 0, so that weights stay. */
function wholeStep(session: Session, batchSize: number): number {
  const rows = Int32Array.from({ length: batchSize }, (_, row) => row)
  const times = Array.from({ length: WHOLE_STEPS }, () => {
    const start = performance.now()
    session.step(rows, { learningRate: 0 })
    return performance.now() - start
  })
  return times.sort((a, b) => a - b)[WHOLE_STEPS >> 1]
}

function rooflineOf({ peak, bandwidth }: ProfileCommandOptions, measure: () => Roofline): Roofline {
  const measured = peak === undefined || bandwidth === undefined ? measure() : undefined
  return {
    operationsPerSecond: peak === undefined ? (measured?.operationsPerSecond ?? 0) : peak * 1e9,
    bytesPerSecond: bandwidth === undefined ? (measured?.bytesPerSecond ?? 0) : bandwidth * 1e9,
  }
}

function rooflineWords({ kernels, roofline }: Profile): string {
  const least = sumOf(kernels, ({ leastMilliseconds }) => leastMilliseconds)
  const all = sumOf(kernels, ({ milliseconds }) => milliseconds)
  const { operationsPerSecond, bytesPerSecond } = roofline
  const peaks = `${compactNumber(operationsPerSecond)} operations/s, ${compactNumber(bytesPerSecond)}B/s`
  return `${peaks}: ${least.toFixed(3)} ms a step at best, so ${percent(least / all, 0)} of it is reached`
}
