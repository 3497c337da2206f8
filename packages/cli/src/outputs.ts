/**
 * Files that a command is to write, looked at before it begins: what cannot be written is said at once, not after minutes of
 * measuring, and nobody's file is written over by another one of the same command.
 */
import fs from 'node:fs'
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
export function checkOutputs(command: Command): void {
  const outputs: Output[] = []
  for (const option of command.options) {
    const file: unknown = command.getOptionValue(option.attributeName())
    if (typeof file !== 'string' || !option.flags.endsWith(' <file>')) continue
    const named = `${option.long}`
    const place = requireWritable(named, file)
    if (kindOf(place) !== 'other') outputs.push({ option: named, file, place })
  }
  const inputs = command.args.map(placeOf)
  for (const [index, { option, file, place }] of outputs.entries()) {
    const twin = outputs.slice(0, index).find((other) => other.place === place)
    const input = inputs.indexOf(place)
    if (twin) throw sameFile(`${twin.option} ${twin.file} and ${option} ${file}`)
    if (input >= 0 && kindOf(place) === 'file') throw sameFile(`${command.args[input]} and ${option} ${file}`)
  }
}

/**
 * Where a file that `option` names will lie. Folders are made when it is written; here the nearest one that exists must take a
 * file. A device or a pipe is written to as it is.
 *
 * @throws ThalwegError `usage/bad-value`, `usage/unwritable-file`
 */
export function requireWritable(option: string, file: string): string {
  if (file === '') throw noName(option)
  const refuse = (received: string, advice: string): never => {
    throw usage('unwritable-file', {
      rule: `${option} ${file}: the file must be one that can be written`,
      received,
      try: advice,
    })
  }
  const place = placeOf(file)
  if (kindOf(place) === 'other') return place
  if (kindOf(place) === 'folder') refuse('a folder', `${option} ${path.join(file, 'NAME')}`)
  let folder = path.dirname(place)
  while (kindOf(folder) === 'none') folder = path.dirname(folder)
  if (kindOf(folder) !== 'folder') refuse(`${folder}, which is no folder`, 'check the path')
  const trial = path.join(folder, `.${crypto.randomUUID().slice(0, 8)}.tmp`)
  try {
    fs.closeSync(fs.openSync(trial, 'wx'))
    fs.rmSync(trial, { force: true })
  } catch (cause) {
    refuse(
      cause instanceof Error ? cause.message.replace(trial, folder) : String(cause),
      'choose a folder that is yours',
    )
  }
  return place
}

function placeOf(file: string): string {
  const whole = path.resolve(file)
  try {
    return fs.realpathSync(whole)
  } catch {
    const above = path.dirname(whole)
    return above === whole ? whole : path.join(placeOf(above), path.basename(whole))
  }
}

/** `other` is a device or a pipe. */
function kindOf(place: string): 'none' | 'file' | 'folder' | 'other' {
  try {
    const found = fs.statSync(place)
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'
  } catch {
    return 'none'
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
