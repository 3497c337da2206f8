/**
 * Code of users: what goes wrong in it is told as theirs, with the file's name. It may throw, now or when it is called much later
 * (a model's function, a loss); it may end the process; it may wait for what never comes.
 */
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { ThalwegError } from 'thalweg'

/** All files that were run, by their absolute path, as they were called. */
const known = new Map<string, string>()
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
    throw failed(whereItBroke(file, cause), cause)
  } finally {
    running = before
  }
}

/** The error of a user's file where `error` was thrown right there; undefined for any other. */
export function usersError(error: unknown): ThalwegError | undefined {
  if (!(error instanceof Error)) return undefined
  const top = error.stack?.split('\n').find((line) => /^\s+at .*[/\\]/.test(line) && !line.includes('node:'))
  const found = top === undefined ? undefined : [...known].find(([whole]) => top.includes(whole))
  return found && brokenFile(found[1], whereItBroke(found[1], error), error)
}

/** Where the process ends although a file is at work: it ended it, or waits for what cannot come any more. */
export function unfinishedError(code: number): ThalwegError | undefined {
  if (running === undefined) return undefined
  const isWaiting = code === UNSETTLED
  return new ThalwegError('cli/broken-experiment', {
    rule: `${running}: the file must run to its end`,
    received: isWaiting ? 'it awaits a promise that nothing settles' : `process.exit(${code})`,
    try: isWaiting
      ? 'await only what comes to an end'
      : 'leave process.exit() out: the command goes on with what the file exports',
  })
}

export function brokenFile(file: string, received: string, cause?: unknown): ThalwegError {
  return new ThalwegError('cli/broken-experiment', {
    rule: `${file}: the experiment file must run`,
    received,
    try: 'correct the file; THALWEG_DEBUG=1 shows the whole trace',
    cause,
  })
}

function whereItBroke(file: string, cause: unknown): string {
  const where =
    cause instanceof Error ? cause.stack?.split('\n').find((line) => line.includes(path.basename(file))) : undefined
  const message = cause instanceof Error ? `${cause.name}: ${cause.message.split('\n')[0]}` : String(cause)
  return where ? `${message} (${where.trim()})` : message
}
