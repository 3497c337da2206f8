/** The kinds of options that the house's commands have: numbers, names, files, programs. Each says what it refuses. */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { suggest } from 'thalweg/base'
import { usage } from '../packages/cli/src/errors.ts'
import { requireWritable } from '../packages/cli/src/outputs.ts'
import type { OptionKind } from './options.ts'

export function flag(about: string): OptionKind<boolean> {
  return { about, fallback: false, read: () => true }
}

/** Beyond a day a timer would go off at once, or nobody waits for it. */
const MOST_SECONDS = 86_400

/** A time in seconds; `least` is the least there may be, and without it the time must be above 0. */
export function seconds<Fallback>(about: string, fallback: Fallback, least?: number): OptionKind<number | Fallback> {
  const rule = least === undefined ? 'above 0' : `from ${least}`
  return {
    placeholder: 'S',
    about: withDefault(about, fallback),
    fallback,
    read(text, flag) {
      const value = text.trim() === '' ? Number.NaN : Number(text)
      if ((least === undefined ? value > 0 : value >= least) && value <= MOST_SECONDS) return value
      throw badValue(`${flag} must be a number of seconds ${rule} to ${MOST_SECONDS}`, text, `${flag} 1`)
    },
  }
}

export interface Range {
  readonly least: number
  readonly most: number
}

export function whole<Fallback>(
  placeholder: string,
  about: string,
  fallback: Fallback,
  range: Range,
): OptionKind<number | Fallback> {
  const read = (text: string, flag: string): number => wholeIn(text, flag, range)
  return { placeholder, about: withDefault(about, fallback), fallback, read }
}

/** Whole numbers with commas between them, each once. */
export function wholes(about: string, fallback: readonly number[], range: Range): OptionKind<readonly number[]> {
  const read = (text: string, flag: string) => listed(text, flag).map((one) => wholeIn(one, flag, range))
  return { placeholder: 'a,b', about: withDefault(about, fallback.join(',')), fallback, read }
}

/** Names with commas between them, each once. `kind` is what they are names of: `workloads`. */
export function names<Name extends string>(
  kind: string,
  known: readonly Name[],
  about: string = `of ${known.join(', ')} (default: all)`,
): OptionKind<readonly Name[] | undefined> {
  return {
    placeholder: 'a,b',
    about,
    fallback: undefined,
    read: (text, flag) =>
      listed(text, flag).map((one) => {
        const found = known.find((name) => name === one)
        if (found !== undefined) return found
        throw badValue(`${flag} must name ${kind} that exist`, one, suggest(one, known, kind))
      }),
  }
}

export function text(placeholder: string, about: string): OptionKind<string | undefined> {
  return { placeholder, about, fallback: undefined, read: (typed) => typed }
}

/** A file that will be written in the end. */
export function output<Fallback>(about: string, fallback: Fallback): OptionKind<string | Fallback> {
  return {
    placeholder: 'FILE',
    about,
    fallback,
    read(text, flag) {
      requireWritable(flag, text)
      return text
    },
  }
}

/** A file that will be read. */
export function input(about: string): OptionKind<string | undefined> {
  return {
    placeholder: 'FILE',
    about,
    fallback: undefined,
    read(text, flag) {
      if (statSync(text, { throwIfNoEntry: false })?.isDirectory() === false) return text
      throw badValue(`${flag} must name a file that exists`, text, 'check the path')
    },
  }
}

/** A program that says its version when it is asked, and `isRight` of what it says. */
export function program(
  about: string,
  what: string,
  isRight: (version: string) => boolean,
): OptionKind<string | undefined> {
  return {
    placeholder: 'PATH',
    about,
    fallback: undefined,
    read(text, flag) {
      const { error, status, stdout, stderr } = spawnSync(text, ['--version'], { encoding: 'utf8', timeout: 10_000 })
      if (error === undefined && status === 0 && isRight(`${stdout}${stderr}`.trim())) return text
      const said = error === undefined ? `which says '${`${stdout}${stderr}`.trim().split('\n')[0]}'` : error.message
      throw badValue(
        `${flag} must be the path of ${what}`,
        `${text}, ${said}`,
        `the whole path, as \`which\` prints it`,
      )
    },
  }
}

/** A Node, and not an older one than Thalweg runs on. */
export function nodeProgram(about: string): OptionKind<string | undefined> {
  return program(about, 'a Node, 20 or newer', (said) => Number(/^v(\d+)[.]/.exec(said)?.[1]) >= 20)
}

function wholeIn(text: string, flag: string, { least, most }: Range): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw badValue(
    `${flag} must be a whole number from ${least} to ${most}`,
    text || 'nothing',
    `${flag} ${Math.max(least, 1)}`,
  )
}

function listed(text: string, flag: string): string[] {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.includes('')) throw badValue(`${flag} must have something between its commas`, text, `${flag} a,b`)
  const again = parts.find((part, index) => parts.indexOf(part) < index)
  if (again === undefined) return parts
  throw badValue(`${flag} must name each once`, text, `${flag} ${[...new Set(parts)].join(',')}`)
}

function withDefault(about: string, fallback: unknown): string {
  return fallback === undefined || fallback === '' ? about : `${about} (default ${fallback})`
}

function badValue(rule: string, received: string, act: string): Error {
  return usage('bad-value', { rule, received: received === '' ? 'nothing' : received, try: act })
}
