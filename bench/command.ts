/** What `npm run bench` can be asked for: its options, and which of them have nothing to say to which kind of run. */
import { usage } from '../packages/cli/src/errors.ts'
import { flag, input, names, nodeProgram, output, program, seconds, whole, wholes } from '../scripts/option-kinds.ts'
import type { CommandDescription, OptionTable } from '../scripts/options.ts'
import type { ContenderOptions } from './contender.ts'
import { CONTENDERS, type ContenderName, field, isContenderName } from './field.ts'
import { SUBJECTS } from './report.ts'
import { SWEEPS } from './scaling.ts'
import { WORKLOADS } from './workloads.ts'

export interface BenchOptions {
  readonly workloads: readonly string[] | undefined
  readonly only: readonly ContenderName[] | undefined
  readonly threads: readonly number[]
  readonly seconds: number | undefined
  readonly rounds: number
  readonly 'warm-up': number
  readonly patience: number
  readonly python: string | undefined
  readonly 'new-node': string | undefined
  readonly json: string | undefined
  readonly scaling: boolean
  readonly neighbour: boolean
  readonly verify: boolean
  readonly docs: string | undefined
}

const options: OptionTable<BenchOptions> = {
  workloads: names(
    'workloads',
    WORKLOADS.map(({ name }) => name),
  ),
  only: names(
    'contenders',
    Object.keys(CONTENDERS).filter(isContenderName),
    'of the contenders below (default: all that start)',
  ),
  threads: wholes('thread counts, for those that have threads', [1], { least: 1, most: 256 }),
  seconds: seconds(
    'measured, for each contender, workload and thread count (default 4; 1 for each size of a curve)',
    undefined,
  ),
  rounds: whole('R', 'turns they are taken in', 8, { least: 1, most: 10_000 }),
  'warm-up': seconds('seconds of steps that do not count, before', 1, 0),
  patience: seconds('after so many seconds whoever does not answer is left out', 100),
  python: program('a Python that has torch (default: /usr/bin/python3, else python3)', 'a Python 3', (said) =>
    said.startsWith('Python 3'),
  ),
  'new-node': nodeProgram('a newer Node (default: node_modules/node/bin/node; npm i --no-save node@24)'),
  json: output(
    'also write the figures to this file; races take the curves along that are in it, and the other way',
    undefined,
  ),
  scaling: flag('instead: time against batch, width, depth, image size and threads'),
  neighbour: flag('instead: what a process costs that computes all the time beside Thalweg'),
  verify: flag('instead: compare the losses of the first steps'),
  docs: input('instead: write docs/speed.md and its pictures from the file of an earlier run'),
}

const contenders = Object.entries(CONTENDERS).map(([name, about]) => `  ${name.padEnd(18)} ${about}`)

export const command: CommandDescription<BenchOptions> = {
  name: 'npm run bench',
  about: 'Thalweg and its peers on the same training steps, taking turns in one run.',
  options,
  notes: `Contenders:\n${contenders.join('\n')}`,
}

type Mode = 'race' | 'scaling' | 'neighbour' | 'verify' | 'docs'

const MEASURING = ['workloads', 'only', 'patience', 'python', 'new-node'] as const

/** What each kind of run listens to. */
const HEARD: Readonly<Record<Mode, readonly (keyof BenchOptions)[]>> = {
  race: [...MEASURING, 'threads', 'seconds', 'rounds', 'warm-up', 'json'],
  scaling: [...MEASURING, 'scaling', 'seconds', 'warm-up', 'json'],
  neighbour: [...MEASURING, 'neighbour', 'seconds', 'rounds', 'warm-up'],
  verify: [...MEASURING, 'verify'],
  docs: ['docs'],
}

export function modeOf({ scaling, neighbour, verify, docs }: BenchOptions): Mode {
  if (docs !== undefined) return 'docs'
  return verify ? 'verify' : neighbour ? 'neighbour' : scaling ? 'scaling' : 'race'
}

/** Those who take part; where one alone is measured, the first. */
export function fieldOf(asked: BenchOptions, threads: number): ContenderOptions[] {
  const isOfOne = ['scaling', 'neighbour'].includes(modeOf(asked))
  const only = isOfOne ? (asked.only ?? SUBJECTS) : asked.only
  return field({ python: asked.python, newNode: asked['new-node'], only }, threads)
}

/** @throws ThalwegError `usage/...` where options are in each other's way or leave nothing to do */
export function checkTogether(asked: BenchOptions): void {
  const mode = modeOf(asked)
  const isGiven = (name: keyof BenchOptions): boolean => asked[name] !== options[name].fallback
  const idle = (Object.keys(options) as (keyof BenchOptions)[]).find(
    (name) => isGiven(name) && !HEARD[mode].includes(name),
  )
  if (idle !== undefined)
    throw usage('idle-option', {
      rule: `npm run bench: --${idle} says nothing to ${mode === 'race' ? 'a race' : `--${mode}`}`,
      received: `--${idle}${mode === 'race' ? '' : ` beside --${mode}`}`,
      try: 'leave one of them out',
    })
  if (mode === 'docs') return
  const absent = asked.only?.find((name) => fieldOf({ ...asked, only: [name] }, 1).length === 0)
  if (absent !== undefined)
    throw usage('no-newer-node', {
      rule: `npm run bench: ${absent} needs a newer Node`,
      received: '--new-node was not given, and there is none in node_modules',
      try: 'npm i --no-save node@24, or --new-node PATH',
    })
  const idleThreads =
    mode === 'race' ? asked.threads.find((threads) => fieldOf(asked, threads).length === 0) : undefined
  if (idleThreads !== undefined)
    throw usage('no-contender', {
      rule: 'npm run bench: for each thread count there must be somebody who has threads',
      received: `${asked.only?.join(', ')} on ${idleThreads} threads`,
      try: '--threads 1',
    })
  if (mode !== 'scaling') return
  const flat = asked.workloads?.find((name) => SWEEPS.every((sweep) => sweep.name !== name))
  if (flat !== undefined)
    throw usage('no-curve', {
      rule: 'npm run bench: with --scaling, --workloads must name those that have a curve',
      received: flat,
      try: `choose of ${[...new Set(SWEEPS.map(({ name }) => name))].join(', ')}`,
    })
  if (asked.only !== undefined && asked.only.length > 1)
    throw usage('many-contenders', {
      rule: 'npm run bench: curves are of one contender',
      received: `--only ${asked.only.join(',')}`,
      try: `--only ${asked.only[0]}`,
    })
}
