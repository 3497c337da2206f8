/** The command line as a function: arguments in, exit code out. */
import { Command, CommanderError } from 'commander'
import type { ThalwegError } from 'thalweg'
import { addCheckCommand } from './commands/check.ts'
import { addExplainCommand } from './commands/explain.ts'
import { addInspectCommand } from './commands/inspect.ts'
import { addPlotCommand } from './commands/plot.ts'
import { addPredictCommand } from './commands/predict.ts'
import { addProfileCommand } from './commands/profile.ts'
import { addRangeCommand } from './commands/range.ts'
import { addSurfacesCommand } from './commands/surfaces.ts'
import type { Surroundings } from './commands/surroundings.ts'
import { addTestCommand } from './commands/test.ts'
import { addTrainCommand } from './commands/train.ts'
import { addTuneCommand } from './commands/tune.ts'
import { asThalwegError, EXIT, exitCodeOf, usage } from './errors.ts'
import { refuseTwice } from './once.ts'
import { cliVersion } from './version.ts'
import { createVoice, type Streams } from './voice.ts'

const EXAMPLES = `
Examples:
  thalweg train digits                       a network in a minute, nothing to download
  thalweg train houses.csv --target price    from a table
  thalweg tune houses.csv --target price     look for better hyperparameters
  thalweg predict runs/houses-... new.csv    what the network says about new rows
  thalweg test runs/houses-...               how good it is, measured again
  thalweg check experiment.ts                are the gradients of your own model right?
  thalweg inspect digits --depth 10          what first weights make of a network
  thalweg range digits                       which learning rates train
  thalweg profile digits                     where the time of a step goes
  thalweg surfaces beale                     optimizers racing to a minimum

thalweg train --help says more about train, and so for each command.`

export async function main(args: readonly string[], streams: Streams = process): Promise<number> {
  let code: number = EXIT.done
  const finish = (ended: number): void => {
    code = ended
  }
  const gone = streams.gone ?? new AbortController().signal
  const program = createProgram({ streams, gone, finish })
  const commands = program.commands.map((command) => command.name())
  try {
    await program.parseAsync(withoutIdleHelp(args, commands), { from: 'user' })
    return code
  } catch (error) {
    if (gone.aborted && error instanceof Error && error.name === 'AbortError') return EXIT.interrupted
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done
    // Without a command the help is the answer, and it was printed.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage
    const told = error instanceof CommanderError ? wrongUsage(error, args, commands) : asThalwegError(error)
    return fail(told, args, streams)
  }
}

/** Tells what ended the command. Returns the exit code. */
export function fail(told: ThalwegError, args: readonly string[], streams: Streams): number {
  createVoice({ json: args.includes('--json'), quiet: true }, streams).error(told)
  if (process.env.THALWEG_DEBUG) streams.stderr.write(`${traceOf(told)}\n`)
  return exitCodeOf(told)
}

/** All commands and their options, before anything is parsed. */
export function createProgram(surroundings: Surroundings): Command {
  const { stdout, stderr } = surroundings.streams
  // What commander would print of an error is said in three lines instead (wrongUsage).
  const output = {
    writeOut: (text: string) => stdout.write(text),
    writeErr: (text: string) => stderr.write(text),
    outputError: () => undefined,
  }
  const program = new Command('thalweg')
    .description('Trains neural networks: in Node, with nothing to install beside it.')
    .version(cliVersion, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand('help [command]', 'print how a command is used')
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
  addTrainCommand(program, surroundings)
  addTuneCommand(program, surroundings)
  addPredictCommand(program, surroundings)
  addTestCommand(program, surroundings)
  addCheckCommand(program, surroundings)
  addInspectCommand(program, surroundings)
  addRangeCommand(program, surroundings)
  addProfileCommand(program, surroundings)
  addExplainCommand(program, surroundings)
  addPlotCommand(program, surroundings)
  addSurfacesCommand(program, surroundings)
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput(output)
    refuseTwice(command)
  }
  return program
}

/** Help is for what exists: asked for with an unknown command, commander would print its own and call that done. */
function withoutIdleHelp(args: readonly string[], commands: readonly string[]): string[] {
  const words = args.filter((arg) => !arg.startsWith('-'))
  const command = words[0] === 'help' ? words[1] : words[0]
  if (command === undefined || command === 'help' || commands.includes(command)) return [...args]
  return [command]
}

/** Commander's own complaint in the house's three lines. */
function wrongUsage(error: CommanderError, args: readonly string[], commands: readonly string[]): ThalwegError {
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const command = commands.find((name) => args.includes(name))
  const help = `thalweg ${command ? `${command} ` : ''}--help`
  const rule = RULES[error.code] ?? 'the command must be used as its help says'
  const near = hint?.match(/Did you mean (.+?)\?/)?.[1]
  return usage(error.code.replace(/^commander[.]/, ''), {
    rule: `thalweg${command ? ` ${command}` : ''}: ${rule}`,
    received: message,
    try: near ? `${near}, or ${help}` : help,
  })
}

/** For THALWEG_DEBUG: where it was thrown, and where what it stems from was. */
function traceOf(error: ThalwegError): string {
  return error.cause instanceof Error ? `${error.stack}\n${error.cause.stack}` : String(error.stack)
}

const RULES: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'every option must be known',
  'commander.unknownCommand': 'the command must be known',
  'commander.optionMissingArgument': 'the option must have a value',
  'commander.missingArgument': 'nothing that is needed may be left out',
  'commander.excessArguments': 'there must be no arguments too many',
}
