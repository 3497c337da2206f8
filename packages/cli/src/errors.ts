/** Errors of the command line, and which exit code each kind of error ends with. */
import { ThalwegError } from 'thalweg'
import { outOfMemoryOf } from 'thalweg/backend'
import { usersError } from './source/user-code.ts'

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** Asked for something that cannot be done: an option, a name, a file that is not there. */
export function usage(code: string, parts: { rule: string; received: string; try: string }): ThalwegError {
  return new ThalwegError(`usage/${code}`, parts)
}

/** Began, and did not come to its end: numbers that are none, a disk, a process, a machine. */
const FAILURES: ReadonlySet<string> = new Set([
  'internal',
  'backend/index-out-of-range',
  'backend/no-simd',
  'backend/out-of-memory',
  'cli/unfinished-experiment',
  'cli/worker-died',
  'cli/write-failed',
  'data/no-crypto',
  'train/non-finite-activation',
  'train/non-finite-loss',
  'train/write-failed',
  'tune/all-failed',
])

/** Of runs that had begun. */
const endings = new WeakSet<object>()

/** What a run ended with that had begun: a failure, whatever it would be called before. */
export function failureOf(error: unknown): ThalwegError {
  const told = asThalwegError(error)
  endings.add(told)
  return told
}

/** Whatever else is refused is refused before anything begins: options, names, files, tables, models cannot be used as given. */
export function exitCodeOf(error: unknown): number {
  const isRefusal = error instanceof ThalwegError && !FAILURES.has(error.code) && !endings.has(error)
  return isRefusal ? EXIT.usage : EXIT.failed
}

/** Any thrown thing as a ThalwegError, so that people and programs always get the same three fields. */
export function asThalwegError(error: unknown): ThalwegError {
  if (error instanceof ThalwegError) return error
  const known = outOfMemoryOf(error, 'thalweg') ?? usersError(error)
  if (known) return known
  const message = error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error)
  return new ThalwegError('internal', {
    rule: 'internal: something went wrong that should not have',
    received: message,
    try: 'run again with THALWEG_DEBUG=1 to see where, and report it',
    cause: error,
  })
}
