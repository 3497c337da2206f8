/**
 * Code of users that ends a command from within: it throws where nobody waits for it (a timer, a promise), or calls
 * `process.exit()`. While there is something to keep, neither ends the process: what goes on is asked to save and to come to its
 * end, as by Ctrl-C, and the command then tells what happened. Until `listen`, and after `release`, both end it at once (bin.ts).
 */
import { syncBuiltinESMExports } from 'node:module'
import type { ThalwegError } from 'thalweg'
import { failureOf } from './errors.ts'
import { exitedError } from './source/user-code.ts'

export interface SuddenEnd {
  /** Fires when it happens. */
  readonly signal: AbortSignal
  /** The first that happened, if anything did. */
  error(): ThalwegError | undefined
  listen(): void
  release(): void
}

/** The way out for the command itself, whoever listens. */
export const leave: (code: number) => never = process.exit.bind(process)

/** Who is told; one at a time. */
let hear: ((error: ThalwegError) => void) | undefined
let hasHappened = false

/** Whether somebody was told: what a user's code has left running is not to be waited for then. */
export function hasEndedSuddenly(): boolean {
  return hasHappened
}

/** Whether somebody listens, and was told; otherwise nothing has come of it. */
export function handOver(error: unknown): boolean {
  hear?.(failureOf(error))
  return hear !== undefined
}

export function suddenEnd(): SuddenEnd {
  const controller = new AbortController()
  const exit = process.exit
  let first: ThalwegError | undefined
  function hearOf(error: ThalwegError): void {
    first ??= error
    hasHappened = true
    controller.abort()
  }
  /** Who calls it does not go on after it; what it throws may be caught, and the signal has fired. */
  function refuseToLeave(code: number | string | null = process.exitCode ?? 0): never {
    const error = failureOf(exitedError(Number(code)))
    hearOf(error)
    throw error
  }
  function replace(way: typeof process.exit): void {
    process.exit = way
    // For `import { exit } from 'node:process'`.
    syncBuiltinESMExports()
  }
  return {
    signal: controller.signal,
    error: () => first,
    listen() {
      hear = hearOf
      replace(refuseToLeave)
    },
    release() {
      if (hear !== hearOf) return
      hear = undefined
      replace(exit)
    },
  }
}
