/**
 * Code of users: what goes wrong in it is told as theirs, with the file's name. It may throw, now or when it is called much later
 * (a model's function, a loss), there or in a module that it imports; it may end the process; it may wait for what never comes.
 */
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ThalwegError } from 'thalweg'

/** All files that were run, by their absolute path, as they were called. */
const known = new Map<string, string>()
/** Where the command and the library lie: nothing in there is a user's. */
const OURS: readonly string[] = ['../../package.json', 'thalweg/package.json'].map(
  (manifest) => path.dirname(realpathSync(createRequire(import.meta.url).resolve(manifest))) + path.sep,
)
/** With what Node ends where a module awaits what never comes. */
const UNSETTLED = 13
/** The one that is at work now. */
let running: string | undefined

/**
 * What `act` gives, which runs code of `file`.
 *
 * @throws ThalwegError its own with the file's name in front; what `failed` makes of any other
 */
export async function usersCode<T>(
  file: string,
  act: () => T | Promise<T>,
  failed: (received: string, cause: unknown) => ThalwegError = (received, cause) => brokenFile(file, received, cause),
): Promise<T> {
  known.set(path.resolve(file), file)
  // Traces name a file by where it really is, whatever link led to it.
  if (existsSync(file)) known.set(realpathSync(file), file)
  const before = running
  running = file
  try {
    return await act()
  } catch (cause) {
    if (cause instanceof ThalwegError) throw cause.rule.startsWith(`${file}: `) ? cause : cause.within(file)
    // Ctrl-C, or a reader that went: nobody's fault.
    if (cause instanceof Error && cause.name === 'AbortError') throw cause
    throw failed(whereItBroke(cause), cause)
  } finally {
    running = before
  }
}

/** Where `error` was thrown in code of users that the command called later: the error of the file; undefined for any other. */
export function usersError(error: unknown): ThalwegError | undefined {
  const run = [...known]
  const [, last] = run.at(-1) ?? []
  if (last === undefined || !isTheirs(error)) return undefined
  const inTrace = error instanceof Error ? run.find(([whole]) => error.stack?.includes(whole)) : undefined
  return new ThalwegError('cli/failed-experiment', {
    rule: `${inTrace?.[1] ?? last}: what the file defines must not throw when it is called`,
    received: whereItBroke(error),
    try: 'correct the file, and begin a new run with it; THALWEG_DEBUG=1 shows the whole trace',
    cause: error,
  })
}

/**
 * Where the process ends before the command does: the file that is at work, or what it defined and the command calls, ended it
 * or waits for what cannot come any more. Undefined where no file was run.
 */
export function unfinishedError(code: number): ThalwegError | undefined {
  const file = running ?? lastFile()
  if (file === undefined) return undefined
  const isWaiting = code === UNSETTLED
  const parts = {
    received: isWaiting ? 'it awaits a promise that nothing settles' : `process.exit(${code})`,
    try: isWaiting
      ? 'await only what comes to an end'
      : 'leave process.exit() out: the command goes on with what the file exports',
  }
  return running === undefined
    ? new ThalwegError('cli/unfinished-experiment', {
        rule: `${file}: what the file defines must come to an end`,
        ...parts,
      })
    : new ThalwegError('cli/broken-experiment', { rule: `${file}: the file must run to its end`, ...parts })
}

/** Of code that the command called, and that called `process.exit`, while a run went on. */
export function exitedError(code: number): ThalwegError {
  const file = lastFile() ?? 'a module'
  return new ThalwegError('cli/unfinished-experiment', {
    rule: `${file}: what the file defines must come to an end`,
    received: `process.exit(${code})`,
    try: 'leave process.exit() out, and begin a new run with the file; earlyStopping ends one in time',
  })
}

function lastFile(): string | undefined {
  return [...known.values()].at(-1)
}

export function brokenFile(file: string, received: string, cause?: unknown): ThalwegError {
  return new ThalwegError('cli/broken-experiment', {
    rule: `${file}: the experiment file must run`,
    received,
    try: 'correct the file; THALWEG_DEBUG=1 shows the whole trace',
    cause,
  })
}

function whereItBroke(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const [said = '', next = ''] = cause.message.split('\n').map((line) => line.trim())
  // What cannot be parsed was not run: its place is in the message, in a line of its own.
  const unparsed = /:\d+:\d+$/.test(next) ? `at ${next}` : undefined
  const where = framesOf(cause).find(({ code }) => code === 'theirs')?.line ?? unparsed
  return `${cause.name}: ${said}${where ? ` (${where})` : ''}`
}

/** Whether code of users threw it, or a package that they called. */
function isTheirs(error: unknown): boolean {
  // What is no Error has no trace, and nothing of ours throws such.
  if (!(error instanceof Error)) return true
  return framesOf(error).find(({ code }) => code !== 'packaged')?.code === 'theirs'
}

interface Frame {
  readonly line: string
  readonly code: 'theirs' | 'ours' | 'packaged'
}

/** The trace of an error, without Node's own modules. */
function framesOf(error: Error): readonly Frame[] {
  const lines = error.stack?.split('\n') ?? []
  return lines.flatMap((line) => {
    const place = line.match(/^\s+at .*?((?:file:\/\/|[/]|[A-Za-z]:[\\]).*):\d+:\d+[)]?$/)?.[1]
    if (place === undefined) return []
    const file = place.startsWith('file://') ? fileURLToPath(place) : place
    return [{ line: line.trim(), code: codeOf(file) }]
  })
}

function codeOf(file: string): Frame['code'] {
  if (known.has(file)) return 'theirs'
  if (OURS.some((folder) => file.startsWith(folder))) return 'ours'
  return file.includes(`${path.sep}node_modules${path.sep}`) ? 'packaged' : 'theirs'
}
