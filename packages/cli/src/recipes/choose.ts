/**
 * The default recipes: a network and a way to train it for each kind of data. Chosen on validation parts alone; options
 * of the command line take precedence one by one.
 */

import { sha256 } from 'thalweg/data'
import { createOptimizer } from 'thalweg/optim'
import type { Prepared, Source } from '../source/source.ts'
import { outputsOf } from './model.ts'
import type { Recipe } from './recipe.ts'

export interface Overrides {
  readonly epochs?: number | undefined
  readonly batchSize?: number | 'all' | undefined
  readonly optimizer?: string | undefined
  readonly learningRate?: number | undefined
  /** First weights by name. */
  readonly init?: string | undefined
}

export async function chooseRecipe(source: Source, data: Prepared, overrides: Overrides): Promise<Recipe> {
  const base = await baseRecipe(source, data)
  const { epochs = base.epochs, batchSize = base.batchSize } = overrides
  const { init } = overrides
  return {
    ...base,
    epochs,
    batchSize,
    optimizer: chooseOptimizer(base, overrides),
    ...(init !== undefined && { init }),
  }
}

/** Another optimizer comes with its own rate; a rate alone goes to the recipe's optimizer. */
function chooseOptimizer(
  { optimizer }: Recipe,
  { optimizer: name = optimizer.name, learningRate }: Overrides,
): Recipe['optimizer'] {
  const own = name === optimizer.name ? optimizer.options : {}
  const made = createOptimizer(name, { ...own, ...(learningRate !== undefined && { learningRate }) })
  return { name, options: { ...made.options } }
}

async function baseRecipe({ kind }: Source, data: Prepared): Promise<Recipe> {
  if (data.experiment) return experimentRecipe(data.experiment)
  switch (kind) {
    case 'images':
      return imageRecipe(data)
    case 'points':
      return pointsRecipe(data)
    default:
      return tableRecipe(data)
  }
}

async function experimentRecipe({ file, text, definition }: NonNullable<Prepared['experiment']>): Promise<Recipe> {
  const { optimizer, epochs, batchSize = 64, order, schedule, earlyStopping, keepBest } = definition
  return {
    model: { kind: 'experiment', file, sha256: await sha256(new TextEncoder().encode(text)) },
    optimizer: { name: optimizer.name, options: { ...optimizer.options } },
    schedule: schedule ? 'experiment' : 'none',
    epochs,
    batchSize,
    order: order ? 'experiment' : 'shuffled',
    ...(earlyStopping && { earlyStopping }),
    ...(keepBest !== undefined && { keepBest }),
  }
}

/** Fewer images than this are looked at fewer times: a first run should not take long. */
const MANY_IMAGES = 20_000

/** A rate that rises to its highest and falls again gets most out of a few epochs (Smith and Topin 2018). */
function imageRecipe({ train }: Prepared): Recipe {
  return {
    model: {
      kind: 'cnn',
      inputShape: train.inputShape,
      outputs: outputsOf(train),
      filters: [32, 64],
      hidden: 128,
      dropout: 0.25,
    },
    optimizer: { name: 'adam', options: { learningRate: 0.003 } },
    schedule: 'one-cycle',
    epochs: train.size < MANY_IMAGES ? 4 : 5,
    batchSize: 64,
    order: 'shuffled',
  }
}

function pointsRecipe({ train }: Prepared): Recipe {
  return {
    model: {
      kind: 'mlp',
      inputShape: train.inputShape,
      outputs: outputsOf(train),
      hidden: [32, 32],
      activation: 'tanh',
      dropout: 0,
    },
    optimizer: { name: 'adam', options: { learningRate: 0.02 } },
    schedule: 'one-cycle',
    epochs: 60,
    batchSize: 32,
    order: 'shuffled',
  }
}

/** Up to this many rows a network learns a table by heart unless it is held back. */
const SMALL_TABLE = 2000
/** Steps that a small table is given, whatever its size. */
const SMALL_TABLE_STEPS = 1000

/**
 * Small tables: few units, dropout, and a weight decay that would be far too strong anywhere else (chosen on validation
 * parts of iris, wine and diabetes, over other seeds than those the figures are reported for).
 */
function tableRecipe({ train }: Prepared): Recipe {
  const isSmall = train.size <= SMALL_TABLE
  const batchSize = isSmall ? 32 : 64
  const steps = Math.ceil(train.size / batchSize)
  return {
    model: {
      kind: 'mlp',
      inputShape: train.inputShape,
      outputs: outputsOf(train),
      hidden: isSmall ? [32] : [128, 64],
      activation: 'relu',
      dropout: isSmall ? 0.2 : 0.1,
    },
    optimizer: {
      name: 'adamw',
      options: isSmall ? { learningRate: 0.01, weightDecay: 0.5 } : { learningRate: 0.003, weightDecay: 0.01 },
    },
    schedule: 'one-cycle',
    epochs: isSmall ? Math.max(5, Math.min(300, Math.round(SMALL_TABLE_STEPS / steps))) : 20,
    batchSize,
    order: 'shuffled',
  }
}
