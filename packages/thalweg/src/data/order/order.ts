/**
 * An order of examples: which rows an epoch trains on, in which sequence. Every one is a pure function of the epoch (and
 * of the seed and the data it was made with), so a run that is resumed asks again and gets the same rows.
 */
import { checkCount, checkSeed } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { epochOrder, sequentialOrder } from './epoch.ts'

export interface Order {
  readonly name: string
  /** Examples in every epoch: those of the dataset, or more or fewer where some are repeated or left out. */
  readonly length: number
  /** Rows of epoch `epoch` (from 0), int32 `[length]`. */
  epochOrder(epoch: number): Int32Array
  /** Identity of everything the order depends on, for a run that is resumed. */
  fingerprint(): Promise<string>
}

export interface OrderOptions {
  /** Default 0. */
  readonly seed?: number
}

/** A dataset, or anything else that has a name and a number of examples. */
export type Sized = Pick<Dataset, 'name' | 'size'>

/**
 * Every epoch is a new random order of all examples: the default of training, `epochOrder(size, seed, epoch)`.
 *
 * @throws ThalwegError `data/bad-seed`
 */
export function shuffled({ name, size }: Sized, { seed = 0 }: OrderOptions = {}): Order {
  checkSeed(`shuffled ${name}`, seed)
  return createOrder('shuffled', size, { size, seed }, [], (epoch) => epochOrder(size, seed, epoch))
}

/**
 * Every epoch in the order in which the examples lie. Only for data that is in no order: where neighbours are alike
 * (sorted by class, by time), batches are not samples of the whole, and batch normalization's statistics suffer.
 */
export function inOrder({ size }: Sized): Order {
  return createOrder('inOrder', size, { size }, [], () => sequentialOrder(size))
}

/**
 * An order of one's own.
 *
 * @param description plain data: everything beside `values` that `rows` depends on
 * @param rows int32 `[length]`, rows of the dataset; must give the same for the same epoch
 * @throws ThalwegError `data/bad-count`
 */
export function createOrder(
  name: string,
  length: number,
  description: Readonly<Record<string, unknown>>,
  values: readonly ArrayBufferView[],
  rows: (epoch: number) => Int32Array,
): Order {
  checkCount(name, 'the number of examples', length, 0)
  let identity: Promise<string> | undefined
  return {
    name,
    length,
    epochOrder(epoch) {
      checkCount(name, 'epoch', epoch, 0)
      return rows(epoch)
    },
    fingerprint() {
      identity ??= fingerprintOf({ order: name, length, ...description }, ...values)
      return identity
    },
  }
}
