/**
 * An order of examples: which rows an epoch trains on, in which sequence. It is a description (`shuffled()`) that knows no
 * data; `over` applies it to a dataset under a run's seed. What comes of that is a pure function of the epoch, so a run
 * that is resumed asks again and gets the same rows, and a checkpoint holds none of it.
 */
import { ThalwegError } from '../../base/index.ts'
import { checkCount, checkSeed } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { epochOrder, sequentialOrder } from './epoch.ts'

export interface Order {
  readonly name: string
  /**
   * The rows of every epoch of a run.
   *
   * @throws ThalwegError `data/bad-seed`, and what the order itself finds wrong with the dataset
   */
  over(dataset: Dataset, seed: number): EpochOrders
}

export interface EpochOrders {
  readonly name: string
  /** Examples in epoch `epoch` (from 0): as many as the dataset has, or more or fewer where some repeat or are left out. */
  length(epoch: number): number
  /** Rows of epoch `epoch`, int32 `[length(epoch)]`. */
  epochOrder(epoch: number): Int32Array
  /** Identity of everything the rows depend on, for a run that is resumed. */
  fingerprint(): Promise<string>
}

/**
 * Every epoch is a new random order of all examples, `epochOrder(size, seed, epoch)`: the default of training.
 */
export function shuffled(): Order {
  return createOrder('shuffled', ({ size }, seed) => ({ length: size, rows: (epoch) => epochOrder(size, seed, epoch) }))
}

/**
 * Every epoch in the order in which the examples lie. Only for data that is in no order: where neighbours are alike
 * (sorted by class, by time), batches are not samples of the whole, and batch normalization's statistics suffer.
 */
export function inOrder(): Order {
  return createOrder('inOrder', ({ size }) => ({ length: size, rows: () => sequentialOrder(size) }))
}

export interface OrderParts {
  /** Examples in an epoch, at least 1; a function where it differs from epoch to epoch (from 0). */
  readonly length: number | ((epoch: number) => number)
  /** Rows of the dataset, int32 `[length]`; must give the same for the same epoch. */
  readonly rows: (epoch: number) => Int32Array
  /** Plain data and arrays that `rows` depends on, beside the seed and the number of examples. */
  readonly identity?: Readonly<Record<string, unknown>>
  readonly values?: readonly ArrayBufferView[]
}

/**
 * An order of one's own. `apply` is called once for a run.
 *
 * @throws ThalwegError, when an epoch is asked for: `data/bad-order` for rows that are not there or another number of them
 * than `length` says
 */
export function createOrder(name: string, apply: (dataset: Dataset, seed: number) => OrderParts): Order {
  return {
    name,
    over(dataset, seed) {
      const operation = `${name} of ${dataset.name}`
      checkSeed(operation, seed)
      const { length, rows, identity, values = [] } = apply(dataset, seed)
      const lengthOf = typeof length === 'number' ? () => length : length
      let fingerprint: Promise<string> | undefined
      return {
        name,
        length(epoch) {
          checkCount(operation, 'epoch', epoch, 0)
          return lengthOf(epoch)
        },
        epochOrder(epoch) {
          checkCount(operation, 'epoch', epoch, 0)
          const order = rows(epoch)
          checkRows(operation, order, lengthOf(epoch), dataset.size)
          return order
        },
        fingerprint() {
          const { size } = dataset
          fingerprint ??= fingerprintOf({ order: name, size, seed, ...identity }, ...values)
          return fingerprint
        },
      }
    },
  }
}

function checkRows(operation: string, rows: Int32Array, length: number, size: number): void {
  const outside = rows.find((row) => row < 0 || row >= size)
  if (rows.length === length && length > 0 && outside === undefined) return
  throw new ThalwegError('data/bad-order', {
    rule: `${operation}: an epoch must be as many rows as its length says, at least 1, each from 0 to ${size - 1}`,
    received: outside === undefined ? `${rows.length} rows, length ${length}` : `row ${outside}`,
    try: 'make rows(epoch) and length agree, and count rows from 0',
  })
}
