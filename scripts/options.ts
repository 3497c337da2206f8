/**
 * How the house's own commands (npm run bench, ulp, test:matrix and their sisters) read their options. A table says which
 * there are; help, values and refusals come from it, and everything is checked before anything begins. What is refused is
 * said in three lines and ends with the exit codes of the command line.
 */
import { parseArgs } from 'node:util'
import { suggest } from 'thalweg/base'
import { asThalwegError, exitCodeOf, usage } from '../packages/cli/src/errors.ts'

export interface OptionKind<Value> {
  /** What stands for the value in the help: `S`, `a,b`. A switch has none. */
  readonly placeholder?: string
  readonly about: string
  /** Its value where it is not given. */
  readonly fallback: Value
  /**
   * The value that was typed.
   *
   * @param flag with its dashes, for what is thrown
   * @throws ThalwegError `usage/...`
   */
  readonly read: (text: string, flag: string) => Value
}

/** One kind for each of a command's values. */
export type OptionTable<Values> = { readonly [Name in keyof Values]: OptionKind<Values[Name]> }

export interface CommandDescription<Values> {
  /** As it is typed: `npm run bench`. */
  readonly name: string
  readonly about: string
  readonly options: OptionTable<Values>
  /** What words without dashes are, as they stand in the help. Without it there may be none. */
  readonly words?: { readonly placeholder: string; readonly about: string }
  /** Below the options. */
  readonly notes?: string
}

/** Runs a command with what was typed; whatever it throws is told in three lines and sets the exit code. */
export async function runCommand<Values>(
  command: CommandDescription<Values>,
  work: (values: Values, words: readonly string[]) => Promise<void> | void,
): Promise<void> {
  try {
    const read = readOptions(command, process.argv.slice(2))
    if (read === 'help') console.log(helpOf(command))
    else await work(read.values, read.words)
  } catch (error) {
    const told = asThalwegError(error)
    console.error(told.message)
    if (process.env.THALWEG_DEBUG) console.error(error)
    process.exitCode = exitCodeOf(told)
  }
}

/** @throws ThalwegError `usage/...` */
export function readOptions<Values>(
  { name: command, options, words: known }: CommandDescription<Values>,
  args: readonly string[],
): { readonly values: Values; readonly words: readonly string[] } | 'help' {
  const table: Readonly<Record<string, OptionKind<unknown>>> = options
  const types = Object.entries(table).map(([name, { placeholder }]) => {
    return [name, { type: placeholder === undefined ? 'boolean' : 'string' }] as const
  })
  const { tokens } = parseArgs({ args: [...args], options: Object.fromEntries(types), strict: false, tokens: true })
  if (tokens.some((token) => token.kind === 'option' && ['--help', '-h'].includes(token.rawName))) return 'help'
  const values: Record<string, unknown> = {}
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName: flag, value } = token
    const option = flag.startsWith('--') && Object.hasOwn(table, name) ? table[name] : undefined
    if (option === undefined) throw unknownOption(command, flag, Object.keys(table))
    if (Object.hasOwn(values, name)) throw givenTwice(command, flag)
    values[name] = option.read(typedValue(option, flag, value), flag)
  }
  if (known === undefined && words.length > 0) throw strayWord(command, words[0])
  for (const [name, { fallback }] of Object.entries(table)) if (!Object.hasOwn(values, name)) values[name] = fallback
  // Every name of the table has a value now, and its own kind read it.
  return { values: values as Values, words }
}

/** What was typed behind the option; nothing for a switch. */
function typedValue({ placeholder }: OptionKind<unknown>, flag: string, value: string | undefined): string {
  if (placeholder === undefined && value === undefined) return ''
  if (placeholder === undefined)
    throw usage('excess-value', {
      rule: `${flag} must stand alone`,
      received: `${flag}=${value}`,
      try: flag,
    })
  if (value !== undefined && value !== '' && !value.startsWith('--')) return value
  throw usage('missing-value', {
    rule: `${flag} must have a value`,
    received: value ? `${value} behind it` : 'nothing',
    try: `${flag} ${placeholder}`,
  })
}

function unknownOption(command: string, flag: string, known: readonly string[]): Error {
  const flags = [...known, 'help'].map((name) => `--${name}`)
  return usage('unknown-option', {
    rule: `${command}: every option must be known`,
    received: flag,
    try: suggest(flag, flags, 'options'),
  })
}

function givenTwice(command: string, flag: string): Error {
  return usage('given-twice', {
    rule: `${command}: ${flag} may be given once`,
    received: `${flag} again`,
    try: 'leave one of them out; lists are written with commas',
  })
}

function strayWord(command: string, word: string): Error {
  return usage('excess-arguments', {
    rule: `${command}: there must be nothing but options`,
    received: word,
    try: typed(command, '--help'),
  })
}

function helpOf<Values>({ name, about, options, words, notes }: CommandDescription<Values>): string {
  const table: Readonly<Record<string, OptionKind<unknown>>> = options
  const rows = Object.entries(table).map(([option, { placeholder, about: says }]) => {
    return [`--${option}${placeholder === undefined ? '' : ` ${placeholder}`}`, says]
  })
  if (words) rows.unshift([words.placeholder, words.about])
  rows.push(['--help', 'print this'])
  const width = Math.max(...rows.map(([left]) => left.length)) + 3
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`)
  return [typed(name, '[options]'), '', about, '', ...lines, ...(notes === undefined ? [] : ['', notes])].join('\n')
}

/** npm keeps options to itself unless dashes stand before them. */
function typed(command: string, rest: string): string {
  return `${command}${command.startsWith('npm ') ? ' --' : ''} ${rest}`
}
