/** Options that commands share, and how their values are read. A wrong value is wrong usage: exit code 2. */
import { type Command, InvalidArgumentError, Option } from 'commander'

export interface SharedOptions {
  readonly seed?: number
  readonly threads?: number
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
    .addOption(
      new Option('--seed <n>', 'where all randomness starts; the same seed gives the same bits').argParser(seed),
    )
    .addOption(new Option('--threads <n>', 'threads to compute with').argParser(positiveInteger))
    .option(out.flags, out.description)
    .option('--json', 'one JSON event a line on standard output, words on standard error')
    .option('--quiet', 'say nothing but errors')
}

export function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new InvalidArgumentError('It must be an integer of at least 1.')
}

export function batchSize(text: string): number | 'all' {
  if (text === 'all') return 'all'
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new InvalidArgumentError("It must be an integer of at least 1, or 'all'.")
}

export function learningRate(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('It must be a number greater than 0.')
}

function seed(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value
  throw new InvalidArgumentError('It must be an integer of at least 0.')
}
