/**
 * How far batch norm's three kinds of test-time statistics are apart: the moving average that training left, the article's
 * population formula, and the exact statistics. In random batches of a network that has settled they agree; where they do
 * not, either the moving average is of other weights, or the batches were no samples of the whole, which is told apart.
 */
import { defaultEngine, type Engine } from '../../compile/index.ts'
import type { Dataset, Order } from '../../data/index.ts'
import { createStore, type Loss, type NamedArray } from '../../nn/index.ts'
import { evaluate } from '../evaluate.ts'
import type { Finding } from '../finding.ts'
import { type Metrics, scoreText } from '../metrics.ts'
import { batchNormLayers, type Trained } from './layers.ts'
import { type OrderEffect, orderEffect, orderFindings } from './order-effect.ts'
import { type LayerPopulation, populationStatistics } from './population.ts'

export interface CompareOptions {
  /** Of training. Default 64. */
  readonly batchSize?: number
  /** Of training. Default shuffled. */
  readonly order?: Order | undefined
  /** Of the order. Default the store's, which is the run's. */
  readonly seed?: number
  /** Which epoch of the order, from 0. Default 0. */
  readonly epoch?: number
  /** Where given, the model is evaluated under each kind of statistics. */
  readonly loss?: Loss
  /** What to evaluate on. Default the data that the statistics are taken from. */
  readonly evaluateOn?: Dataset
  /** Default the store's. */
  readonly engine?: Engine
}

export type StatisticsKind = 'moving' | 'article' | 'exact'

/** Over the channels of a layer, in units of the exact standard deviation. */
export interface StatisticsDistance {
  /** `|mean - mean'| / deviation`. */
  readonly mean: { readonly max: number; readonly average: number }
  /** `|deviation - deviation'| / deviation`. */
  readonly deviation: { readonly max: number; readonly average: number }
}

export interface LayerComparison {
  readonly path: string
  readonly moving: Moments
  readonly article: Moments
  readonly exact: Moments
  readonly movingToExact: StatisticsDistance
  readonly articleToExact: StatisticsDistance
  readonly movingToArticle: StatisticsDistance
  /** Undefined where there is only one batch. */
  readonly order: OrderEffect | undefined
}

export interface Moments {
  readonly mean: ArrayLike<number>
  readonly variance: ArrayLike<number>
}

export interface StatisticsComparison {
  readonly layers: readonly LayerComparison[]
  /** Where a loss was given. */
  readonly metrics: Readonly<Record<StatisticsKind, Metrics>> | undefined
  /** `batches-not-random`, if they are not. */
  readonly findings: readonly Finding[]
  /** A table for people. */
  toString(): string
}

/**
 * Compares the three kinds for `trained` (a run, or `{ model, store }`) over `dataset`, its training examples. The store
 * stays as it is.
 *
 * @throws ThalwegError as {@link populationStatistics}
 */
export async function compareStatistics(
  trained: Trained,
  dataset: Dataset,
  options: CompareOptions = {},
): Promise<StatisticsComparison> {
  const { loss, evaluateOn = dataset, engine = trained.store.engine ?? defaultEngine(), ...batches } = options
  const known = batchNormLayers(trained, dataset.inputShape)
  const saved = trained.store.save()
  const take = (mode: 'article' | 'exact') =>
    populationStatistics(trained, dataset, { engine, mode, write: false, ...(mode === 'article' && batches) })
  const [article, exact] = [await take('article'), await take('exact')]
  const { model } = trained

  /** The model under the arrays of one kind, in a store that lives as long as `use`. */
  async function under<Result>(
    arrays: Readonly<Record<string, NamedArray>>,
    use: (trained: Trained) => Promise<Result>,
  ): Promise<Result> {
    const store = createStore({ seed: trained.store.seed, engine })
    try {
      store.load({ ...saved, ...arrays })
      return await use({ model, store })
    } finally {
      store.release()
    }
  }

  const effects = await under(exact.arrays, (exactly) => orderEffect(exactly, dataset, { engine, ...batches }))
  const measure = (arrays: Readonly<Record<string, NamedArray>>, by: Loss) =>
    under(arrays, ({ store }) => evaluate(model, evaluateOn, { store, loss: by, engine }))
  const metrics = loss && {
    moving: await measure({}, loss),
    article: await measure(article.arrays, loss),
    exact: await measure(exact.arrays, loss),
  }
  const layers = known.map(({ path, epsilon }, i): LayerComparison => {
    const moving = { mean: saved[`${path}.runningMean`].data, variance: saved[`${path}.runningVariance`].data }
    const parts = { moving, article: momentsOf(article.layers[i]), exact: momentsOf(exact.layers[i]) }
    const distance = (a: Moments, b: Moments) => distanceOf(a, b, parts.exact, epsilon)
    return {
      path,
      ...parts,
      movingToExact: distance(moving, parts.exact),
      articleToExact: distance(parts.article, parts.exact),
      movingToArticle: distance(moving, parts.article),
      order: effects.find((effect) => effect.path === path),
    }
  })
  const result = { layers, metrics, findings: orderFindings(effects) }
  return { ...result, toString: () => table(result) }
}

function momentsOf({ mean, variance }: LayerPopulation): Moments {
  return { mean, variance }
}

/** Deviations are what batch norm divides by: with epsilon, so that a channel that never varies does not count. */
function distanceOf(a: Moments, b: Moments, exact: Moments, epsilon: number): StatisticsDistance {
  const channels = exact.mean.length
  const mean = { max: 0, average: 0 }
  const deviation = { max: 0, average: 0 }
  for (let channel = 0; channel < channels; channel++) {
    const root = ({ variance }: Moments) => Math.sqrt(variance[channel] + epsilon)
    const unit = root(exact)
    for (const [into, distance] of [
      [mean, Math.abs(a.mean[channel] - b.mean[channel]) / unit],
      [deviation, Math.abs(root(a) - root(b)) / unit],
    ] as const) {
      into.max = Math.max(into.max, distance)
      into.average += distance / channels
    }
  }
  return { mean, deviation }
}

function table({ layers, metrics, findings }: Omit<StatisticsComparison, 'toString'>): string {
  const shown = (value: number) => value.toFixed(3)
  const pair = ({ max, average }: { max: number; average: number }) => `${shown(average)} (${shown(max)})`
  const rows = [
    ['layer', 'moving: mean', 'deviation', 'article: mean', 'deviation', 'order'],
    ...layers.map(({ path, movingToExact, articleToExact, order }) => [
      path,
      pair(movingToExact.mean),
      pair(movingToExact.deviation),
      pair(articleToExact.mean),
      pair(articleToExact.deviation),
      order ? order.ratio.toFixed(2) : '',
    ]),
  ]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  )
  const figures = metrics
    ? (['moving', 'article', 'exact'] as const).map((kind) => {
        const measured = metrics[kind]
        const score =
          measured.task === 'class' ? `accuracy ${measured.accuracy.toFixed(4)}` : `R2 ${scoreText(measured.r2)}`
        return `${kind.padEnd(8)} loss ${measured.loss.toFixed(4)}  ${score}`
      })
    : []
  return [
    'distance from the exact statistics, in exact deviations: average (largest) over channels',
    ...lines,
    ...figures,
    ...findings.map(({ severity, message, try: advice }) => `${severity}: ${message}\n  try: ${advice}`),
  ].join('\n')
}
