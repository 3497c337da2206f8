/** Errors of the command line, and which exit code each kind of error ends with. */
import { ThalwegError } from 'thalweg'

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** Asked for something that cannot be done: an option, a name, a file that is not there. */
export function usage(code: string, parts: { rule: string; received: string; try: string }): ThalwegError {
  return new ThalwegError(`usage/${code}`, parts)
}

/** Codes of the library that mean: another command would have worked. Everything else means that the run failed. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'data/unknown-column',
  'data/missing-column',
  'data/no-classes',
  'data/not-provided',
  'data/bad-seed',
  'nn/unknown-activation',
  'optim/unknown-optimizer',
  'optim/unknown-option',
  'optim/bad-option',
  'optim/unknown-surface',
  'optim/bad-surface',
  'train/bad-option',
  'tune/bad-option',
  'tune/empty-space',
  'tune/study-mismatch',
  'train/bad-learning-rate',
  'train/resume-mismatch',
  'train/no-checkpoint',
])

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof ThalwegError)) return EXIT.failed
  return error.code.startsWith('usage/') || USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failed
}

/** Any thrown thing as a ThalwegError, so that people and programs always get the same three fields. */
export function asThalwegError(error: unknown): ThalwegError {
  if (error instanceof ThalwegError) return error
  const message = error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error)
  return new ThalwegError('internal', {
    rule: 'internal: something went wrong that should not have',
    received: message,
    try: 'run again with THALWEG_DEBUG=1 to see where, and report it',
    cause: error,
  })
}
