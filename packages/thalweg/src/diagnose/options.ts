/** Options of this room, held to names and values in one place; and those of whoever watches a run, read. */
import { checkBag, checkKnown, checkMade as checkMember, ThalwegError } from '../base/index.ts'
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

/** Names of other libraries, where no edit distance leads to ours. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  every_n_steps: ['readingEvery'],
  log_every_n_steps: ['readingEvery'],
  save_interval: ['readingEvery'],
  rules: ['ailments'],
  budget: ['share'],
  criterion: ['loss'],
  dataset: ['data'],
  regularizer: ['penalty'],
  rtol: ['tolerance'],
  weights: ['store'],
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
  checkNames(what, given, known)
  const { readingEvery, onReading, ailments: sought = ailments } = given
  if (readingEvery !== undefined) checkWhole(what, 'readingEvery', readingEvery)
  checkFunction(what, 'onReading', onReading, '(reading) => ...')
  if (!Array.isArray(sought) || sought.some((ailment) => typeof ailment?.examine !== 'function'))
    refuse(`${what}: ailments must be a list of ailments`, sought, 'leave ailments out: all of them')
  return { readingEvery, onReading, ailments: sought }
}

/** @throws ThalwegError `diagnose/unknown-option` with near names; `diagnose/bad-option` where it is no bag of options at all */
export function checkNames(what: string, given: object, known: readonly string[]): void {
  checkBag('diagnose/bad-option', what, given, known)
  checkKnown('diagnose/unknown-option', what, given, known, ELSEWHERE)
}

export function checkWhole(what: string, option: string, value: number, least = 1): void {
  if (Number.isSafeInteger(value) && value >= least) return
  refuse(`${what}: ${option} must be a whole number of at least ${least}`, value, `leave ${option} out`)
}

export function checkFlag(what: string, option: string, value: unknown): void {
  if (typeof value === 'boolean') return
  refuse(`${what}: ${option} must be true or false`, value, `leave ${option} out`)
}

export function checkFunction(what: string, option: string, value: unknown, example: string): void {
  if (value === undefined || typeof value === 'function') return
  refuse(`${what}: ${option} must be a function`, value, `give ${option}: ${example}, or leave it out`)
}

export function checkMade(owner: string, option: string, value: unknown, member: string, example: string): void {
  checkMember('diagnose/bad-option', value, { owner, option, member, example })
}

export function refuse(rule: string, received: unknown, advice: string): never {
  throw new ThalwegError('diagnose/bad-option', { rule, received: String(received), try: advice })
}
