/**
 * How many updates a run has, and whether what acts only now and then gets round to it before the run ends. What does not
 * would be without effect, and without a word: an average that takes in nothing but the last weights, a lookahead whose slow
 * weights never move.
 */
import { ThalwegError } from '../base/index.ts'
import { batchCount } from '../data/index.ts'
import type { Average, Optimizer } from '../optim/index.ts'
import type { Settings } from './settings.ts'

/** How many updates an epoch of so many batches has. */
export function updatesOf(batches: number, { accumulate = 1 }: Pick<Settings, 'accumulate'>): number {
  return Math.ceil(batches / accumulate)
}

/** How many the whole run has. */
export function updatesOfRun({
  epochs,
  orders,
  batchSize,
  accumulate,
}: Pick<Settings, 'epochs' | 'orders' | 'batchSize' | 'accumulate'>): number {
  let updates = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    updates += updatesOf(batchCount(orders.length(epoch), batchSize), { accumulate })
  }
  return updates
}

/**
 * @param updates of the run
 * @throws ThalwegError `train/bad-option`
 */
export function checkActs(
  { optimizer, groups = [], average, epochs }: Pick<Settings, 'optimizer' | 'groups' | 'average' | 'epochs'>,
  updates: number,
): void {
  checkOptimizer(optimizer, updates)
  for (const group of groups) if (group.optimizer) checkOptimizer(group.optimizer, updates)
  if (average) checkAverage(average, epochs, updates)
}

function checkOptimizer({ acts }: Optimizer, updates: number): void {
  if (acts === undefined || acts.update <= updates) return
  const { name, update, option } = acts
  throw new ThalwegError('train/bad-option', {
    rule: `fit: ${name} must act before the run ends`,
    received: `${option} ${update}, ${count(updates, 'update')} in all`,
    try: `give ${option} at most ${updates}, leave ${name} out, or train for longer`,
  })
}

/** It is the last weights where it follows them all the way in the last update. */
function checkAverage({ name, options, begins = {}, share }: Average, epochs: number, updates: number): void {
  if (share({ update: updates, epoch: epochs, endsEpoch: true }) !== 1) return
  const { epoch, update } = begins
  const [option, start, length, unit] =
    update === undefined ? ['startEpoch', epoch, epochs, 'epoch'] : ['startStep', update, updates, 'update']
  const isLate = start !== undefined && length > 1
  throw new ThalwegError('train/bad-option', {
    rule: `fit: average ${name} must take in more than the last weights`,
    received: `${start === undefined ? JSON.stringify(options) : `${option} ${start}`}, ${count(length, unit)} in all`,
    try: isLate ? `give ${option} ${lateShare(length)}, or more epochs` : `more epochs, or leave the average out`,
  })
}

/** After 75% of it, as in the paper's experiments (Izmailov et al. 2018), and before the last. */
function lateShare(length: number): number {
  return Math.min(Math.floor(0.75 * length) + 1, length - 1)
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
