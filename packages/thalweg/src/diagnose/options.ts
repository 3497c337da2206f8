/** Options of those that watch a run, read in one place. */
import { checkBag, checkKnown, ThalwegError } from '../base/index.ts'
import type { Ailment } from './ailment.ts'
import { ailments } from './ailments/index.ts'
import type { Reading } from './reading.ts'
import type { WatchOptions } from './watch.ts'

export interface AdviseOptions {
  /**
   * A reading every so many updates. Default by the work in a step: every 16 for the smallest, 128 for large ones; half as often
   * from update 1024 on, a quarter as often from 2048 on.
   */
  readonly readingEvery?: number
  /** Called with every reading: what the layers are like, for records and pictures. */
  readonly onReading?: ((reading: Reading) => void) | undefined
  /** What to look for. Default everything. */
  readonly ailments?: readonly Ailment[]
}

/** Names of other libraries' monitors, where no edit distance leads to ours. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  every_n_steps: ['readingEvery'],
  log_every_n_steps: ['readingEvery'],
  save_interval: ['readingEvery'],
  rules: ['ailments'],
  budget: ['share'],
}

const ADVISE: Readonly<Record<keyof AdviseOptions, true>> = { readingEvery: true, onReading: true, ailments: true }

/**
 * What a watch goes by.
 *
 * @param own the names that `what` has beside those of `advise`
 * @throws ThalwegError `diagnose/unknown-option` with near names; `diagnose/bad-option`
 */
export function watchOptions(what: string, given: AdviseOptions, own: readonly string[] = []): WatchOptions {
  const known = [...Object.keys(ADVISE), ...own]
  checkBag('diagnose/bad-option', what, given, known)
  checkKnown('diagnose/unknown-option', what, given, known, ELSEWHERE)
  const { readingEvery, onReading, ailments: sought = ailments } = given
  if (readingEvery !== undefined) checkWhole(what, 'readingEvery', readingEvery)
  if (onReading !== undefined && typeof onReading !== 'function')
    refuse(`${what}: onReading must be a function`, onReading, 'give onReading: (reading) => ..., or leave it out')
  if (!Array.isArray(sought) || sought.some((ailment) => typeof ailment?.examine !== 'function'))
    refuse(`${what}: ailments must be a list of ailments`, sought, 'leave ailments out: all of them')
  return { readingEvery, onReading, ailments: sought }
}

export function checkWhole(what: string, option: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return
  refuse(`${what}: ${option} must be a whole number of at least 1`, value, `leave ${option} out`)
}

export function refuse(rule: string, received: unknown, advice: string): never {
  throw new ThalwegError('diagnose/bad-option', { rule, received: String(received), try: advice })
}
