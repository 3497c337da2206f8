/** The options that say which data, and what is in its columns; for all commands that take data. */
import { type Command, Option } from 'commander'
import { suggest } from 'thalweg/base'
import { usage } from '../errors.ts'
import { type ColumnTypes, columnTypes } from '../source/columns.ts'
import { augmentOption, preprocessOption } from '../source/transforms.ts'

export function addDataOptions(command: Command): Command {
  return command
    .option('--target <name>', 'the column of a table to predict')
    .addOption(columnOption())
    .option('--data <dir>', 'folder with the files of a dataset by name')
}

/** What is done to the examples before the network sees them. */
export function addTransformOptions(command: Command): Command {
  return command.addOption(preprocessOption()).addOption(augmentOption())
}

/** May be given again for another column. */
function columnOption(): Option {
  const known = Object.keys(columnTypes)
  return new Option(
    '--column <name=type>',
    `what a column holds, instead of what its cells look like: ${known.join(', ')}; again for another`,
  ).argParser((text: string, before: ColumnTypes | undefined): ColumnTypes => {
    // Names may have an equals sign in them, types have none.
    const at = text.lastIndexOf('=')
    const [name, type] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
    if (before && Object.hasOwn(before, name)) throw columnTwice(name)
    if (at > 0 && name !== '' && Object.hasOwn(columnTypes, type)) return { ...before, [name]: columnTypes[type] }
    throw usage('bad-value', {
      rule: '--column must be the name of a column, an equals sign and a type',
      received: text === '' ? 'nothing' : text,
      try: at > 0 && name !== '' ? suggest(type, known, 'types') : `--column price=number, of ${known.join(', ')}`,
    })
  })
}

function columnTwice(name: string): Error {
  return usage('given-twice', {
    rule: '--column may be given once for each column',
    received: `${name} twice`,
    try: 'leave one of them out',
  })
}
