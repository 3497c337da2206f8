/**
 * What batch norm uses at test time in place of a batch's statistics (the article's section 5). Training leaves a moving
 * average behind: of a network that changed meanwhile, and with the last batches weighing most. Here the statistics are
 * taken anew from the trained network, in float64, in one of two ways.
 *
 * `article`: batches are recorded under the final weights, each layer normalizing by its batch as in training; then
 * `E[x] = mean of mu_B` and `Var[x] = mean of m / (m - 1) var_B` (Ioffe and Szegedy, ICML 2015, algorithm 2, steps 8 to 10).
 *
 * `exact`: the mean and variance of what the layer is given at test time, over all values of all examples, each weighing
 * the same. Layer by layer: what a layer is given depends on how the layers before it normalize, so those come first, and
 * the data is passed through once for each depth of batch norm. The order of examples and the size of batches have no part.
 *
 * In both, everything that is not batch norm is in inference mode: dropout inflates the variance of what comes after it,
 * and at test time there is none (Li, Chen, Hu, Yang, "Understanding the disharmony between dropout and batch
 * normalization", CVPR 2019). Examples are taken as they are, not augmented.
 */
import { defaultEngine, type Engine } from '../../compile/index.ts'
import { type Dataset, type Order, sequentialOrder, shuffled } from '../../data/index.ts'
import {
  type BatchMoments,
  batchMoments,
  createStore,
  type NamedArray,
  pooledMoments,
  populationMoments,
} from '../../nn/index.ts'
import { EVALUATION_BATCH } from '../evaluate.ts'
import { checkStatisticsOptions } from './checks.ts'
import { type BatchNormLayer, batchNormLayers, pass, type Trained } from './layers.ts'

export interface PopulationOptions {
  /** Default `exact`. */
  readonly mode?: 'exact' | 'article'
  /** Examples in a batch. It matters to `article` (default 64, as in `fit`); to `exact` only for speed (default 256). */
  readonly batchSize?: number
  /** In which order `article` cuts its batches. Default shuffled, as in `fit`; `inOrder()` as they lie. */
  readonly order?: Order | undefined
  /** Of the order. Default the store's, which is the run's. */
  readonly seed?: number
  /** Which epoch of the order, from 0. Default 0. */
  readonly epoch?: number
  /** Whether the store gets the new statistics. Default true. */
  readonly write?: boolean
  /** Default the store's. */
  readonly engine?: Engine
}

export interface LayerPopulation {
  readonly path: string
  /** Per channel, float64. The variance is what batch norm divides by: unbiased in `article`, of the population in `exact`. */
  readonly mean: Float64Array
  readonly variance: Float64Array
  /** Values per channel that were looked at: examples times pixels. */
  readonly count: number
}

export interface PopulationStatistics {
  readonly mode: 'exact' | 'article'
  /** In the order in which the layers run. Empty for a model without batch norm. */
  readonly layers: readonly LayerPopulation[]
  /** By path, for `store.load` of any store of this architecture. */
  readonly arrays: Readonly<Record<string, NamedArray>>
}

/**
 * Takes the statistics of `trained` (a run, or `{ model, store }`) over `dataset`, which should be the training examples,
 * and writes them over the moving averages in its store. Until the end the store stays as it is.
 *
 * @throws ThalwegError `train/bad-option`, `train/empty-data`; `nn/bad-values` where `article` sees only batches of one value
 */
export async function populationStatistics(
  trained: Trained,
  dataset: Dataset,
  options: PopulationOptions = {},
): Promise<PopulationStatistics> {
  const { mode = 'exact', write = true, engine = trained.store.engine ?? defaultEngine() } = options
  checkStatisticsOptions('populationStatistics', options)
  const known = batchNormLayers(trained, dataset.inputShape)
  const measured = known.length === 0 ? [] : await measure(trained, dataset, known, { ...options, mode, engine })
  const arrays = Object.fromEntries(measured.flatMap((layer) => Object.entries(arraysOf(layer))))
  if (write) trained.store.load(arrays)
  return { mode, layers: measured, arrays }
}

interface Measuring extends PopulationOptions {
  readonly mode: 'exact' | 'article'
  readonly engine: Engine
}

async function measure(
  trained: Trained,
  dataset: Dataset,
  layers: readonly BatchNormLayer[],
  { mode, engine, batchSize, order = shuffled(), seed = trained.store.seed, epoch = 0 }: Measuring,
): Promise<LayerPopulation[]> {
  // On a copy, so that nobody who uses the store meanwhile sees half of the layers changed.
  const copy = createStore({ seed: trained.store.seed, engine })
  copy.load(trained.store.save())
  const target = { model: trained.model, store: copy }
  const found = new Map<string, LayerPopulation>()

  async function record(some: readonly BatchNormLayer[], rows: Int32Array, size: number): Promise<void> {
    const batches = new Map<string, BatchMoments[]>(some.map(({ path }) => [path, []]))
    await pass(target, dataset, {
      engine,
      paths: new Set(batches.keys()),
      rows,
      batchSize: size,
      byBatch: mode === 'article',
      see: ({ path, channels, values }) =>
        void batches.get(path)?.push(batchMoments(values, [values.length / channels, channels])),
    })
    for (const [path, moments] of batches) {
      const pooled = pooledMoments(moments)
      found.set(path, { path, ...(mode === 'article' ? populationMoments(moments) : pooled), count: pooled.count })
    }
  }

  try {
    if (mode === 'article') {
      await record(layers, order.over(dataset, seed).epochOrder(epoch), batchSize ?? 64)
    } else {
      for (let depth = 0; depth <= Math.max(...layers.map((layer) => layer.depth)); depth++) {
        const some = layers.filter((layer) => layer.depth === depth)
        await record(some, sequentialOrder(dataset.size), batchSize ?? EVALUATION_BATCH)
        for (const { path } of some) {
          const layer = found.get(path)
          if (layer) copy.load(arraysOf(layer))
        }
      }
    }
  } finally {
    copy.release()
  }
  return layers.flatMap(({ path }) => found.get(path) ?? [])
}

/** Under the names that batch norm keeps them by. */
export function arraysOf({ path, mean, variance }: LayerPopulation): Record<string, NamedArray> {
  const shape = [mean.length]
  return {
    [`${path}.runningMean`]: { shape, dtype: 'float32', data: mean },
    [`${path}.runningVariance`]: { shape, dtype: 'float32', data: variance },
  }
}
