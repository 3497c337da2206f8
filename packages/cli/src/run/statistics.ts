/** A trained network under another kind of batch norm's statistics than those that it was saved with. */
import { type Model, type Store, summary } from 'thalweg/nn'
import {
  completeOptions,
  latestCheckpoint,
  modelArrays,
  populationStatistics,
  restoresBest,
  type StatisticsChoice,
} from 'thalweg/train'
import { usage } from '../errors.ts'
import { fitOptionsOf, realize } from '../recipes/recipe.ts'
import type { Prepared } from '../source/source.ts'
import type { RunFolder } from './folder.ts'
import type { Manifest } from './manifest.ts'

export interface Network {
  readonly model: Model
  readonly store: Store
  /** Its checkpoints know the moving averages of its training. */
  readonly folder: RunFolder
  readonly seed: number
}

/**
 * Writes the statistics into the network's store: taken from the training data as the run would have, or, for moving averages,
 * from its newest checkpoint.
 */
export async function useStatistics(
  { model, store, folder, seed }: Network,
  mode: StatisticsChoice,
  { recipe }: Manifest,
  data: Prepared,
): Promise<void> {
  const ingredients = await realize(recipe, data, seed)
  if (mode !== 'moving') {
    const { batchSize } = completeOptions({ ...fitOptionsOf(recipe, data, ingredients), seed })
    const batches = mode === 'article' ? { batchSize, order: ingredients.order, seed } : {}
    await populationStatistics({ model, store }, data.train, { mode, ...batches })
    return
  }
  const { snapshot } = await latestCheckpoint(folder.checkpoints)
  const best = restoresBest({ ...ingredients, earlyStopping: recipe.earlyStopping })
  const arrays = modelArrays(snapshot, { best })
  store.load(Object.fromEntries(store.states().map(({ path }) => [path, arrays[path]])))
}

/** @throws ThalwegError `usage/idle-option` for a network without batch norm */
export function requireBatchNorm(command: string, option: string, { model }: Network, { data }: Manifest): void {
  if (summary(model, data.inputShape).layers.some(({ kind }) => kind === 'batchNorm')) return
  throw usage('idle-option', {
    rule: `${command}: ${option} is for networks with batch norm`,
    received: `${option}, and a network without it`,
    try: `leave ${option} out`,
  })
}
