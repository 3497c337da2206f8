/**
 * The order of examples in an epoch. It is a pure function of (size, seed, epoch): whoever resumes at (epoch, batch)
 * asks again and gets the same rows, so a checkpoint holds no shuffling state. Batches are cut from it.
 */
import { random } from '../../base/index.ts'
import { checkCount, checkSeed } from '../checks.ts'

/**
 * A uniformly random order of 0..size-1 (Fisher and Yates) for one epoch.
 *
 * @param size number of examples
 * @param seed the run's seed
 * @param epoch from 0
 * @returns int32 `[size]`
 * @throws ThalwegError `data/bad-count`, `data/bad-seed`
 */
export function epochOrder(size: number, seed: number, epoch: number): Int32Array {
  checkCount('epochOrder', 'size', size, 0)
  checkCount('epochOrder', 'epoch', epoch, 0)
  checkSeed('epochOrder', seed)
  return random(seed, `data/order/${epoch}`).permutation(size)
}

/** 0..size-1 as they lie. */
export function sequentialOrder(size: number): Int32Array {
  checkCount('sequentialOrder', 'size', size, 0)
  return Int32Array.from({ length: size }, (_, row) => row)
}

/** Batches in an epoch; the last one may be short. */
export function batchCount(size: number, batchSize: number): number {
  checkCount('batchCount', 'size', size, 0)
  checkCount('batchCount', 'batchSize', batchSize, 1)
  return Math.ceil(size / batchSize)
}

/**
 * The rows of batch `batch` (from 0) of an order: a view, not a copy. The last batch holds what is left, exactly.
 *
 * @throws ThalwegError `data/bad-count`
 */
export function batchRows(order: Int32Array, batchSize: number, batch: number): Int32Array {
  checkCount('batchRows', 'batchSize', batchSize, 1)
  checkCount('batchRows', 'batch', batch, 0)
  return order.subarray(batch * batchSize, Math.min((batch + 1) * batchSize, order.length))
}
