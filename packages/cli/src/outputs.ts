/**
 * Files that a command is to write, looked at before it begins: what cannot be written is said at once, not after minutes of
 * measuring, and nobody's file is written over by another one of the same command.
 */
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import { usage } from './errors.ts'

interface Output {
  readonly option: string
  readonly file: string
  /** Where it will lie, with links followed. */
  readonly place: string
}

/**
 * Holds the options of `command` that name a file to write to what can be done.
 *
 * @throws ThalwegError `usage/bad-value`, `usage/same-file`, `usage/unwritable-file`
 */
export async function checkOutputs(command: Command): Promise<void> {
  const outputs: Output[] = []
  for (const option of command.options) {
    const file: unknown = command.getOptionValue(option.attributeName())
    if (typeof file !== 'string' || !option.flags.endsWith(' <file>')) continue
    const named = `${option.long}`
    if (file === '') throw noName(named)
    const place = await placeOf(file)
    if ((await kindOf(place)) === 'other') continue
    await requireWritable(named, file, place)
    outputs.push({ option: named, file, place })
  }
  const inputs = await Promise.all(command.args.map(placeOf))
  for (const [index, { option, file, place }] of outputs.entries()) {
    const twin = outputs.slice(0, index).find((other) => other.place === place)
    const input = inputs.indexOf(place)
    if (twin) throw sameFile(`${twin.option} ${twin.file} and ${option} ${file}`)
    if (input >= 0 && (await kindOf(place)) === 'file') throw sameFile(`${command.args[input]} and ${option} ${file}`)
  }
}

async function placeOf(file: string): Promise<string> {
  const whole = path.resolve(file)
  try {
    return await fs.realpath(whole)
  } catch {
    const above = path.dirname(whole)
    return above === whole ? whole : path.join(await placeOf(above), path.basename(whole))
  }
}

/** `other` is a device or a pipe: it is written to as it is. */
async function kindOf(place: string): Promise<'none' | 'file' | 'folder' | 'other'> {
  const found = await fs.stat(place).catch(() => undefined)
  if (found === undefined) return 'none'
  return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'
}

/** Folders are made when the file is written; here the nearest one that exists must take a file. */
async function requireWritable(option: string, file: string, place: string): Promise<void> {
  const refuse = (received: string, advice: string): never => {
    throw usage('unwritable-file', {
      rule: `${option} ${file}: the file must be one that can be written`,
      received,
      try: advice,
    })
  }
  if ((await kindOf(place)) === 'folder') refuse('a folder', `${option} ${path.join(file, 'NAME')}`)
  let folder = path.dirname(place)
  while ((await kindOf(folder)) === 'none') folder = path.dirname(folder)
  if ((await kindOf(folder)) !== 'folder') refuse(`${folder}, which is no folder`, 'check the path')
  const trial = path.join(folder, `.${crypto.randomUUID().slice(0, 8)}.tmp`)
  try {
    await (await fs.open(trial, 'wx')).close()
    await fs.rm(trial, { force: true })
  } catch (cause) {
    refuse(
      cause instanceof Error ? cause.message.replace(trial, folder) : String(cause),
      'choose a folder that is yours',
    )
  }
}

function noName(option: string): Error {
  return usage('bad-value', {
    rule: `${option} must name a file`,
    received: 'nothing',
    try: `${option} NAME, or leave it out`,
  })
}

function sameFile(received: string): Error {
  return usage('same-file', {
    rule: 'a file that is written must not be one that is read, or written as something else',
    received,
    try: 'give each a name of its own',
  })
}
