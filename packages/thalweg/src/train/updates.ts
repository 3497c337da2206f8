/**
 * How many updates a run has, and whether an average of its weights begins before the last: one that does not would be the
 * last weights, without a word.
 */
import { ThalwegError } from '../base/index.ts'
import { batchCount } from '../data/index.ts'
import type { Average } from '../optim/index.ts'
import type { Settings } from './settings.ts'

/** @throws ThalwegError `train/bad-option` */
export function checkBegins(
  { name, begins }: Average,
  { epochs, orders, batchSize, accumulate }: Pick<Settings, 'epochs' | 'orders' | 'batchSize' | 'accumulate'>,
): void {
  if (begins?.epoch !== undefined && begins.epoch > epochs) {
    throw tooLate(name, `startEpoch ${begins.epoch}, ${epochs} epochs`, `startEpoch ${lateShare(epochs)}`)
  }
  if (begins?.update === undefined) return
  let updates = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    updates += updatesOf(batchCount(orders.length(epoch), batchSize), { accumulate })
  }
  if (begins.update <= updates) return
  throw tooLate(name, `startStep ${begins.update}, ${updates} updates in all`, `startStep ${lateShare(updates)}`)
}

/** After 75% of it, as in the paper's experiments (Izmailov et al. 2018). */
function lateShare(length: number): number {
  return Math.floor(0.75 * length) + 1
}

function tooLate(name: string, received: string, advice: string): ThalwegError {
  return new ThalwegError('train/bad-option', {
    rule: `fit: average ${name} must begin before the run ends`,
    received,
    try: `give ${advice}, or more epochs`,
  })
}

/** How many updates an epoch of so many batches has. */
export function updatesOf(batches: number, { accumulate = 1 }: Pick<Settings, 'accumulate'>): number {
  return Math.ceil(batches / accumulate)
}
