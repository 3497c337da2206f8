/** The command line as a function: arguments in, exit code out. */
import { Command, CommanderError } from 'commander'
import type { ThalwegError } from 'thalweg'
import { addPredictCommand } from './commands/predict.ts'
import { addTrainCommand } from './commands/train.ts'
import { asThalwegError, EXIT, exitCodeOf, usage } from './errors.ts'
import { cliVersion } from './version.ts'
import { createVoice } from './voice.ts'

const EXAMPLES = `
Examples:
  thalweg train digits                       a network in a minute, nothing to download
  thalweg train houses.csv --target price    from a table
  thalweg predict runs/houses-... new.csv    what the network says about new rows

thalweg train --help and thalweg predict --help say more.`

export async function main(args: readonly string[]): Promise<number> {
  let code: number = EXIT.done
  const program = createProgram((ended) => {
    code = ended
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done
    // Without a command the help is the answer, and it was printed.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage
    const told = error instanceof CommanderError ? wrongUsage(error, args) : asThalwegError(error)
    createVoice({ json: args.includes('--json'), quiet: true }).error(told)
    if (process.env.THALWEG_DEBUG)
      process.stderr.write(`${told.stack}\n${String((told.cause as Error)?.stack ?? '')}\n`)
    return exitCodeOf(told)
  }
}

function createProgram(finish: (code: number) => void): Command {
  const program = new Command('thalweg')
    .description('Trains neural networks: in Node, with nothing to install beside it.')
    .version(cliVersion, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand('help [command]', 'print how a command is used')
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    // What commander would print is said in three lines instead (wrongUsage), and main decides how to end.
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
  addTrainCommand(program, finish)
  addPredictCommand(program, finish)
  for (const command of program.commands) command.exitOverride().configureOutput({ outputError: () => undefined })
  return program
}

/** Commander's own complaint in the house's three lines. */
function wrongUsage(error: CommanderError, args: readonly string[]): ThalwegError {
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const command = ['train', 'predict'].find((name) => args.includes(name))
  const help = `thalweg ${command ? `${command} ` : ''}--help`
  const rule = RULES[error.code] ?? 'the command must be used as its help says'
  const near = hint?.match(/Did you mean (.+?)\?/)?.[1]
  return usage(error.code.replace(/^commander[.]/, ''), {
    rule: `thalweg${command ? ` ${command}` : ''}: ${rule}`,
    received: message,
    try: near ? `${near}, or ${help}` : help,
  })
}

const RULES: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'every option must be known',
  'commander.unknownCommand': 'the command must be known',
  'commander.optionMissingArgument': 'the option must have a value',
  'commander.missingArgument': 'nothing that is needed may be left out',
  'commander.excessArguments': 'there must be no arguments too many',
}
