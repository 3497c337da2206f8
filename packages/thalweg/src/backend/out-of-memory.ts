/** Memory that could not be had, in the house's three lines, whatever words an engine has for it. */
import { ThalwegError } from '../base/index.ts'

/** V8, SpiderMonkey and JavaScriptCore; a typed array of a length below 0 is a mistake, not a want of memory. */
const WORDS = /allocation failed|could not allocate|out of memory|invalid typed array length: \d/i

/**
 * `act`, with the engine's own error for want of memory told as one of this library.
 *
 * @param what begins the rule: what needs the memory
 * @throws ThalwegError `backend/out-of-memory`
 */
export function withinMemory<T>(what: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw outOfMemoryOf(error, what) ?? error
  }
}

/** The error of this library where `error` is an engine's own for want of memory; undefined for any other. */
export function outOfMemoryOf(error: unknown, what: string): ThalwegError | undefined {
  const isMemory =
    error instanceof Error &&
    (error.name === 'RangeError' || error.name === 'InternalError') &&
    WORDS.test(error.message)
  if (!isMemory) return undefined
  return new ThalwegError('backend/out-of-memory', {
    rule: `${what}: the machine must have the memory for it, and let this process use it`,
    received: error.message,
    try: 'use a smaller network, batch or dataset; look for limits too (ulimit -v, a container) and for other programs',
    cause: error,
  })
}
