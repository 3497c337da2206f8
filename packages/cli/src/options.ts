/** Options that commands share, and how their values are read. A wrong value is wrong usage, said in three lines. */
import os from 'node:os'
import { type Command, Option } from 'commander'
import { MOST_THREADS, wasmBackend } from 'thalweg/backend'
import { suggest } from 'thalweg/base'
import { createEngine, setDefaultEngine } from 'thalweg/compile'
import { usage } from './errors.ts'
import { checkOutputs } from './outputs.ts'
import { activationName } from './recipes/activations.ts'

export interface SharedOptions {
  readonly seed?: number | undefined
  readonly threads?: number
  /** Commander's name for `--no-wide`, turned round. */
  readonly wide?: boolean
  readonly strict?: boolean
  readonly out?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

export function addSharedOptions(
  command: Command,
  out: { readonly flags: string; readonly description: string },
): Command {
  return command
    .optionsGroup('Options of every command:')
    .addOption(integerOption('--seed <n>', 'where all randomness starts: same seed, same bits', 0))
    .addOption(
      numberOption('--threads <n>', 'threads to compute with; the result does not depend on it (default: all cores)', {
        rule: `an integer from 1 to ${MOST_THREADS}`,
        example: '2',
        fits: (value) => Number.isInteger(value) && value >= 1 && value <= MOST_THREADS,
      }),
    )
    .option('--strict', 'the same bits on every machine and engine; a little slower')
    .option('--no-wide', 'no 256-bit instructions (THALWEG_WIDE=0 does the same)')
    .option(out.flags, out.description)
    .option('--json', 'one JSON event a line on standard output, words on standard error')
    .option('--quiet', 'say nothing but errors')
    .helpOption('-h, --help', 'print this')
    .hook('preAction', (_, action) => {
      checkOutputs(action)
      const options = action.opts<SharedOptions>()
      tellOfFewCores(options, (text) => action.configureOutput().writeErr?.(text))
      chooseEngine(options)
    })
}

/** Threads that share a core wait for each other at the end of every kernel. */
function tellOfFewCores({ threads = 1, quiet }: SharedOptions, write: (text: string) => void): void {
  const cores = os.availableParallelism()
  if (quiet || threads <= cores) return
  const shared = cores === 1 ? '1 core' : `${cores} cores`
  write(`${threads} threads share ${shared}: --threads ${cores} is faster, and the result is the same\n`)
}

/** The engine is made for the whole command; without options it is the library's own choice, made when it is first needed. */
function chooseEngine({ strict, wide, threads }: SharedOptions): void {
  if (!strict && wide !== false && threads === undefined) return
  setDefaultEngine(
    createEngine(
      wasmBackend({
        ...(strict && { numerics: 'strict' }),
        ...(wide === false && { wide }),
        ...(threads !== undefined && { threads }),
      }),
    ),
  )
}

export type EngineOptions = Pick<SharedOptions, 'strict' | 'wide' | 'threads'>

/** The same choice for each of `size` worker processes, as variables of their environment; they share the threads. */
export function engineEnvironment({ strict, wide, threads }: EngineOptions, size: number): Record<string, string> {
  const each = Math.max(1, Math.floor((threads ?? os.availableParallelism()) / size))
  return {
    THALWEG_THREADS: String(each),
    ...(strict && { THALWEG_NUMERICS: 'strict' }),
    ...(wide === false && { THALWEG_WIDE: '0' }),
  }
}

/** An option whose value is an integer of at least `least`; `example` stands in what is said about a wrong one. */
export function integerOption(
  flags: string,
  description: string,
  least: number,
  example: number = least === 0 ? 1 : Math.max(least, 10),
): Option {
  return checkedOption(flags, description, {
    rule: `must be an integer of at least ${least}`,
    example: String(example),
    read: (text) => integerFrom(text, least),
  })
}

export function batchSizeOption(flags: string, description: string): Option {
  return checkedOption(flags, description, {
    rule: "must be an integer of at least 1, or 'all'",
    example: '64',
    read: (text) => (text === 'all' ? text : integerFrom(text, 1)),
  })
}

export function rateOption(flags: string, description: string, example: string = '0.001'): Option {
  return checkedOption(flags, description, {
    rule: 'must be a finite number above 0',
    example,
    read: (text) =>
      text.trim() !== '' && Number.isFinite(Number(text)) && Number(text) > 0 ? Number(text) : undefined,
  })
}

/** An option whose value is a number for which `fits` holds; `rule` says which. */
export function numberOption(
  flags: string,
  description: string,
  {
    rule,
    example,
    fits,
  }: { readonly rule: string; readonly example: string; readonly fits: (value: number) => boolean },
): Option {
  return checkedOption(flags, description, {
    rule: `must be ${rule}`,
    example,
    read: (text) => {
      const value = text.trim() === '' ? Number.NaN : Number(text)
      return Number.isFinite(value) && fits(value) ? value : undefined
    },
  })
}

/** A time as 90s, 10m or 2h; its value is in milliseconds. */
export function timeOption(flags: string, description: string): Option {
  const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }
  return checkedOption(flags, description, {
    rule: 'must be a number with its unit, s, m or h',
    example: '10m',
    read(text) {
      const [, number, unit] = text.match(/^(\d+(?:[.]\d+)?)([smh])$/) ?? []
      return unit !== undefined && Number(number) > 0 ? Number(number) * units[unit] : undefined
    },
  })
}

/** Its value is the one name of an activation, however it was spelled. */
export function activationOption(description: string): Option {
  return new Option('--activation <name>', description).argParser(activationName)
}

/**
 * An option whose value is one of some names; near ones are suggested.
 *
 * @param elsewhere what to type for names that others use and that go by another option here
 */
export function nameOption(
  flags: string,
  description: string,
  names: readonly string[],
  what: string,
  elsewhere: Readonly<Record<string, string>> = {},
): Option {
  const [name] = flags.split(' ')
  return new Option(flags, description).argParser((text: string) => {
    if (names.includes(text)) return text
    throw usage('bad-value', {
      rule: `${name} must name one that exists`,
      received: text === '' ? 'nothing' : text,
      try: Object.hasOwn(elsewhere, text) ? elsewhere[text] : suggest(text, names, what),
    })
  })
}

interface Reading {
  readonly rule: string
  readonly example: string
  /** The value; nothing where the text is none. */
  readonly read: (text: string) => unknown
}

function checkedOption(flags: string, description: string, { rule, example, read }: Reading): Option {
  const [name] = flags.split(' ')
  return new Option(flags, description).argParser((text: string) => {
    const value = read(text)
    if (value !== undefined) return value
    throw usage('bad-value', {
      rule: `${name} ${rule}`,
      received: text === '' ? 'nothing' : text,
      try: `${name} ${example}`,
    })
  })
}

function integerFrom(text: string, least: number): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isSafeInteger(value) && value >= least ? value : undefined
}
