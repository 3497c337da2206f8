/** `thalweg surfaces`: optimizers racing on a surface, as a table, as data and as a picture. */
import path from 'node:path'
import type { Command } from 'commander'
import {
  findSurface,
  type Optimizer,
  optimizerFor,
  type Surface,
  surfaces,
  type Trajectories,
  trajectories,
} from 'thalweg/optim'
import { writeFileAtomic } from 'thalweg/train'
import { csvLine } from '../csv.ts'
import { EXIT, usage } from '../errors.ts'
import { addSharedOptions, integerOption, rateOption, type SharedOptions } from '../options.ts'
import { checkOptimizerName, optimizerNames } from '../recipes/optimizer.ts'
import { loadSurface } from '../surfaces/own.ts'
import { ranked, standingOf } from '../surfaces/standing.ts'
import { startsFrom } from '../surfaces/starts.ts'
import { figure, loss } from '../terminal/format.ts'
import { tableLines } from '../terminal/table.ts'
import { createVoice, type Voice } from '../voice.ts'
import type { Surroundings } from './surroundings.ts'

interface SurfacesOptions extends SharedOptions {
  readonly optimizers: string
  readonly steps: number
  readonly learningRate?: number
  readonly starts?: string
  readonly tolerance?: number
  readonly svg?: string
  readonly animate?: boolean
}

/** Those of the pictures that the article shows, and Adam, which it recommends. */
const RACERS = 'sgd,momentum,nesterov,adagrad,adadelta,rmsprop,adam'

const EXAMPLES = `
Examples:
  thalweg surfaces                                   which surfaces there are
  thalweg surfaces beale --svg beale.svg --animate   a race as a moving picture
  thalweg surfaces long-valley --svg valley.svg
  thalweg surfaces saddle --optimizers sgd,adam --learning-rate 0.05
  thalweg surfaces himmelblau --starts grid:5 --optimizers adam --svg basins.svg
  thalweg surfaces mine.ts                           your own: export default defineSurface({ ... })

Without --learning-rate every optimizer runs with options that suit the surface.`

export function addSurfacesCommand(program: Command, { streams, finish }: Surroundings): void {
  const command = program
    .command('surfaces')
    .summary('watch optimizers race on test surfaces')
    .description('Lets optimizers go down a surface of two parameters, with the very updates that train networks.')
    .argument('[surface]', `${surfaces.map(({ name }) => name).join(', ')}, or a file that exports one`)
    .optionsGroup('Options of surfaces:')
    .option('--optimizers <names>', `apart by commas, of ${optimizerNames.join(', ')}`, RACERS)
    .addOption(integerOption('--steps <n>', 'updates', 1).default(200))
    .addOption(rateOption('--learning-rate <rate>', 'one rate for all'))
    .option('--starts <points>', "'x,y', several apart by semicolons, or 'grid:5' for 5 by 5")
    .addOption(rateOption('--tolerance <distance>', 'how near to a minimum is there'))
    .option('--svg <file>', 'draw the paths over the contours')
    .option('--animate', 'let the picture of --svg move')
  addSharedOptions(command, { flags: '--out <file>', description: 'write every step of every path there, as CSV' })
  command.addHelpText('after', EXAMPLES)
  command.action(async (name: string | undefined, options: SurfacesOptions) => {
    const voice = createVoice(options, streams)
    if (name === undefined) {
      refuseIdleOptions(command)
      listSurfaces(voice)
    } else await race(await surfaceFrom(name), options, voice)
    finish(EXIT.done)
  })
}

/** The list of surfaces races nobody and draws nothing. */
function refuseIdleOptions(command: Command): void {
  const own = ['optimizers', 'steps', 'learningRate', 'starts', 'tolerance', 'svg', 'animate', 'out']
  const given = command.options.find(
    (option) => own.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli',
  )
  if (!given?.long) return
  throw usage('no-surface', {
    rule: `surfaces: ${given.long} needs a surface`,
    received: `${given.long} without one`,
    try: `thalweg surfaces beale ${given.long === '--animate' ? '--svg beale.svg --animate' : `${given.long} ${command.getOptionValue(given.attributeName())}`}`,
  })
}

async function race(surface: Surface, options: SurfacesOptions, voice: Voice): Promise<void> {
  if (options.animate && options.svg === undefined) {
    throw usage('animate-without-svg', {
      rule: 'surfaces: --animate needs a picture to move',
      received: '--animate without --svg',
      try: `thalweg surfaces ${surface.name} --svg ${surface.name}.svg --animate`,
    })
  }
  refuseIdleTolerance(options, surface)
  const result = trajectories(surface, {
    optimizers: racersFrom(options, surface),
    starts: startsFrom(options.starts, surface),
    steps: options.steps,
    ...(options.tolerance !== undefined && { tolerance: options.tolerance }),
  })
  if (options.svg !== undefined) {
    // Only pictures need what draws them.
    const { pictureOf } = await import('../surfaces/picture.ts')
    await writeFileAtomic(options.svg, pictureOf(result, options.animate === true))
  }
  if (options.out !== undefined) await writeFileAtomic(options.out, csvOf(result))
  sayTable(result, voice)
  for (const file of [options.svg, options.out]) if (file !== undefined) voice.say(voice.style.dim(`wrote ${file}`))
  tellEvents(result, options, voice)
}

function refuseIdleTolerance({ tolerance }: SurfacesOptions, { name, minima }: Surface): void {
  if (tolerance === undefined || minima.length > 0) return
  throw usage('idle-option', {
    rule: 'surfaces: --tolerance is for surfaces with a minimum to come near to',
    received: `--tolerance ${tolerance}, for ${name} without one`,
    try: 'leave --tolerance out',
  })
}

async function surfaceFrom(name: string): Promise<Surface> {
  return path.extname(name) === '' ? findSurface(name) : loadSurface(name)
}

function racersFrom({ optimizers: names, learningRate }: SurfacesOptions, surface: Surface): Record<string, Optimizer> {
  const racers: Record<string, Optimizer> = {}
  for (const name of names.split(',').map((part) => part.trim())) {
    checkOptimizerName('--optimizers', name)
    if (Object.hasOwn(racers, name)) throw racerTwice(name)
    racers[name] = optimizerFor(surface, name, learningRate === undefined ? {} : { learningRate })
  }
  return racers
}

function racerTwice(name: string): Error {
  return usage('given-twice', {
    rule: 'surfaces: --optimizers must name each of them once',
    received: `${name} twice`,
    try: `leave one ${name} out`,
  })
}

function listSurfaces(voice: Voice): void {
  const rows = surfaces.map(({ name, formula, minima, below }) => {
    const [first, ...more] = minima.map((point) => `(${point.join(', ')})`)
    return [
      name,
      formula,
      first ? `${first}${more.length ? ` and ${more.length} more` : ''}` : `none; off below ${below}`,
    ]
  })
  voice.say(tableLines([{ title: 'surface' }, { title: 'height' }, { title: 'minimum' }], rows, voice.style).join('\n'))
  voice.say(voice.style.dim('\nthalweg surfaces beale lets optimizers race; thalweg surfaces --help says more'))
  for (const { name, title, formula, source, minima, starts, domain } of surfaces) {
    voice.event({ type: 'surface', name, title, formula, source, minima, starts, domain })
  }
  voice.event({ type: 'end', surfaces: surfaces.length })
}

function sayTable(result: Trajectories, voice: Voice): void {
  const { surface, starts, steps } = result
  const isOne = starts.length === 1
  const hasMinima = surface.minima.length > 0
  const from = isOne
    ? `(${starts[0].map((value) => Number(value.toPrecision(6))).join(', ')})`
    : `${starts.length} starts; middle values`
  voice.say(`${voice.style.bold(surface.title)}${surface.formula ? `  ${surface.formula}` : ''}`)
  voice.say(voice.style.dim(`${steps} steps from ${from}`))
  const columns = [
    { title: 'optimizer' },
    { title: 'rate', align: 'right' as const },
    { title: 'final value', align: 'right' as const },
    ...(hasMinima ? [{ title: 'to minimum', align: 'right' as const }] : []),
    { title: surface.below === undefined ? 'steps to it' : 'steps to leave', align: 'right' as const },
    { title: '' },
  ]
  const rows = ranked(result.runs.map(standingOf)).map(({ run, height, distance, reached, diverged, steps: taken }) => {
    const share = isOne ? '' : `${reached} of ${starts.length}`
    const lost = diverged === 0 ? '' : isOne ? `diverged at step ${run.outcomes[0].step}` : `${diverged} diverged`
    return [
      run.name,
      figure(run.optimizer.learningRate),
      // Down a slope without an end, a height says nothing.
      surface.below !== undefined && reached > 0 ? '-' : loss(height),
      ...(hasMinima ? [loss(distance)] : []),
      reached > 0 ? String(taken) : '-',
      [share, lost].filter((part) => part !== '').join(', '),
    ]
  })
  voice.say(tableLines(columns, rows, voice.style).join('\n'))
}

function csvOf({ runs, starts, steps }: Trajectories): string {
  const lines = [csvLine(['optimizer', 'start', 'step', 'x', 'y', 'height'])]
  for (const { name, paths, heights } of runs) {
    for (const start of starts.keys()) {
      for (let step = 0; step <= steps; step++) {
        const at = start * (steps + 1) + step
        lines.push(csvLine([name, start, step, paths[2 * at], paths[2 * at + 1], heights[at]]))
      }
    }
  }
  return lines.join('')
}

/** One event for each path; what is no number is null in JSON. */
function tellEvents(
  { surface, runs, starts, steps, tolerance }: Trajectories,
  options: SurfacesOptions,
  voice: Voice,
): void {
  if (!voice.json) return
  for (const { name, optimizer, paths, heights, outcomes } of runs) {
    for (const [point, start] of starts.entries()) {
      const first = point * (steps + 1)
      const places = Array.from({ length: steps + 1 }, (_, step) => [
        paths[2 * (first + step)],
        paths[2 * (first + step) + 1],
        heights[first + step],
      ])
      const { kind, step, height, distance } = outcomes[point]
      voice.event({
        type: 'trajectory',
        surface: surface.name,
        optimizer: name,
        options: optimizer.options,
        start,
        outcome: kind,
        step,
        height,
        distance,
        path: places,
      })
    }
  }
  voice.event({
    type: 'end',
    surface: surface.name,
    steps,
    tolerance,
    ...(options.svg !== undefined && { svg: options.svg }),
    ...(options.out !== undefined && { csv: options.out }),
  })
}
