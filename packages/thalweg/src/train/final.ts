/**
 * The weights that count: those a run is tested with, predicts with and saves. They are the last ones; or those of the best
 * epoch, where early stopping goes back to it; or the average, where one is kept. Under them batch norm normalizes by
 * statistics of one of three kinds.
 */
import type { Engine } from '../compile/index.ts'
import type { Model, Store } from '../nn/index.ts'
import type { Session } from './session.ts'
import type { Settings, StatisticsChoice, TrainingOptions } from './settings.ts'

/** Whether the run ends with the weights of its best epoch: by default where it stops early and no average takes their place. */
export function restoresBest({ earlyStopping, average }: Pick<TrainingOptions, 'earlyStopping' | 'average'>): boolean {
  return earlyStopping !== undefined && (earlyStopping.restoreBest ?? average === undefined)
}

/** The running statistics that training leaves behind are those of the last weights, which an average has not. */
export function statisticsOf({
  statistics,
  average,
}: Pick<TrainingOptions, 'statistics' | 'average'>): StatisticsChoice {
  return statistics ?? (average ? 'exact' : 'moving')
}

export interface FinalWeights {
  readonly store: Store
  /** Where an average was kept: what training left, which it stands in the place of. */
  readonly last: Store | undefined
}

/** As they are: statistics are still to be taken. */
export function finalWeights({ store, averaged }: Session): FinalWeights {
  const average = averaged()
  return average ? { store: average, last: store } : { store, last: undefined }
}

/**
 * Before anything is trained: whether the article's formula will find batches that have a variance. It takes them from the
 * first epoch's order; a last one that is smaller counts as far as it has one.
 *
 * @throws ThalwegError `train/bad-option`
 */
export async function checkStatisticsFit(model: Model, settings: Settings): Promise<void> {
  if (statisticsOf(settings) !== 'article') return
  const { train, batchSize, orders } = settings
  const { checkBatchVariance } = await import('./statistics/batch-variance.ts')
  checkBatchVariance(model, train.inputShape, Math.min(batchSize, orders.length(0)))
}

/** Gives batch norm the statistics of the settings' kind, over the training data. */
export async function takeStatistics(
  model: Model,
  store: Store,
  {
    settings,
    order,
    engine,
  }: { readonly settings: Settings; readonly order: TrainingOptions['order']; readonly engine: Engine },
): Promise<void> {
  const mode = statisticsOf(settings)
  if (mode === 'moving') return
  const { train, batchSize, seed } = settings
  const { populationStatistics } = await import('./statistics/population.ts')
  await populationStatistics({ model, store }, train, {
    mode,
    engine,
    ...(mode === 'article' && { batchSize, order, seed }),
  })
}
