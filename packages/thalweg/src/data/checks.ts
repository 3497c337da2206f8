/** The checks that several files of this room share; each throws a three-line error that starts with `operation`. */
import { checkBag, checkKnown, ThalwegError } from '../base/index.ts'

/** Names of Keras, PyTorch and scikit-learn, where no edit distance leads to ours. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  class_names: ['classes'],
  data: ['inputs'],
  features: ['inputs'],
  n_components: ['components'],
  n_samples: ['size'],
  p: ['probability'],
  random_state: ['seed'],
  std: ['deviation'],
  stddev: ['deviation'],
  targets: ['labels', 'numbers'],
  test_size: ['test'],
  validation: ['valid'],
  validation_split: ['valid'],
  x: ['inputs'],
  y: ['labels', 'numbers'],
}

/**
 * The names in a bag of options; `known` has one for each that the options' type has.
 *
 * @throws ThalwegError `data/unknown-option` with near names; `data/bad-option` where it is no bag at all
 */
export function checkNames<Options extends object>(
  operation: string,
  given: Options,
  known: Readonly<Record<keyof Options, unknown>>,
): void {
  const names = Object.keys(known)
  checkBag('data/bad-option', operation, given, names)
  checkKnown('data/unknown-option', operation, given, names, ELSEWHERE)
}

/** A seed is any integer from 0 to 2^53 - 1. */
export function checkSeed(operation: string, seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return
  throw new ThalwegError('data/bad-seed', {
    rule: `${operation}: the seed must be an integer from 0 to 2^53 - 1`,
    received: String(seed),
    try: 'give a small integer, such as 1',
  })
}

/** A count of `what` (examples, epochs) is an integer of at least `least`. */
export function checkCount(operation: string, what: string, count: number, least: number): void {
  if (Number.isSafeInteger(count) && count >= least) return
  throw new ThalwegError('data/bad-count', {
    rule: `${operation}: ${what} must be an integer of at least ${least}`,
    received: String(count),
    try: `give ${what} an integer of at least ${least}`,
  })
}

/** Noise is a standard deviation. */
export function checkNoise(operation: string, noise: number): void {
  if (Number.isFinite(noise) && noise >= 0) return
  throw new ThalwegError('data/bad-noise', {
    rule: `${operation}: noise must be a standard deviation of at least 0`,
    received: String(noise),
    try: 'give a number such as 0.1, or 0 for none',
  })
}

/** Row numbers lie in 0..size-1. */
export function checkRows(operation: string, rows: Int32Array, size: number): void {
  for (let i = 0; i < rows.length; i++) {
    if (rows[i] >= 0 && rows[i] < size) continue
    throw new ThalwegError('data/row-out-of-range', {
      rule: `${operation}: a row number must lie in 0..size-1`,
      received: `row ${rows[i]} (at position ${i}) of a dataset with ${size} examples`,
      try: 'take row numbers from epochOrder(dataset.size, seed, epoch) or split',
    })
  }
}

/** A batch's slots hold exactly `count` examples. */
export function checkSlot(operation: string, slot: string, length: number, expected: number): void {
  if (length === expected) return
  throw new ThalwegError('data/slot-size', {
    rule: `${operation}: the ${slot} slot must hold exactly the batch`,
    received: `${length} values for a batch of ${expected}`,
    try: `give ${slot} an array of ${expected} values`,
  })
}
