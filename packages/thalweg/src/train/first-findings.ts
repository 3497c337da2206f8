/** What `fit` says before the first step of a sitting: about the model as it is, and about batches that are no samples. */
import type { Model, Store } from '../nn/index.ts'
import type { Finding } from './finding.ts'
import { modelFindings } from './model-findings.ts'
import type { Settings } from './settings.ts'

/** More batches of a strange order say nothing new, and training should begin. */
const BATCHES = 64

/** @param epoch that begins, from 0 */
export async function firstFindings(
  model: Model,
  store: Store,
  { train, orders, seed, batchSize, engine }: Settings,
  epoch: number,
): Promise<Finding[]> {
  const notes = modelFindings(model, train.inputShape, batchSize)
  if (orders.name === 'shuffled') return notes
  const { orderEffect, orderFindings } = await import('./statistics/order-effect.ts')
  const order = { name: orders.name, over: () => orders }
  const options = { order, seed, epoch, batchSize, batches: BATCHES, engine }
  return [...notes, ...orderFindings(await orderEffect({ model, store }, train, options))]
}
