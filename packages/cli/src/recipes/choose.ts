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
}

export async function chooseRecipe(source: Source, data: Prepared, overrides: Overrides): Promise<Recipe> {
  const base = await baseRecipe(source, data)
  const { epochs = base.epochs, batchSize = base.batchSize } = overrides
  return { ...base, epochs, batchSize, optimizer: chooseOptimizer(base, overrides) }
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
  const { optimizer, epochs, batchSize = 64, shuffle = true, schedule } = definition
  return {
    model: { kind: 'experiment', file, sha256: await sha256(new TextEncoder().encode(text)) },
    optimizer: { name: optimizer.name, options: { ...optimizer.options } },
    schedule: schedule ? 'experiment' : 'none',
    epochs,
    batchSize,
    shuffle,
  }
}

/** A rate that rises to its highest and falls again gets most out of a few epochs (Smith and Topin 2018). */
function imageRecipe({ train }: Prepared): Recipe {
  return {
    model: {
      kind: 'cnn',
      inputShape: [...train.inputShape],
      outputs: outputsOf(train),
      filters: [32, 64],
      hidden: 128,
      dropout: 0.5,
    },
    optimizer: { name: 'adam', options: { learningRate: 0.003 } },
    schedule: 'one-cycle',
    epochs: 5,
    batchSize: 64,
    shuffle: true,
  }
}

function pointsRecipe({ train }: Prepared): Recipe {
  return {
    model: {
      kind: 'mlp',
      inputShape: [...train.inputShape],
      outputs: outputsOf(train),
      hidden: [32, 32],
      activation: 'tanh',
      dropout: 0,
    },
    optimizer: { name: 'adam', options: { learningRate: 0.02 } },
    schedule: 'one-cycle',
    epochs: 60,
    batchSize: 32,
    shuffle: true,
  }
}

/** Small tables overfit: few units, weight decay, a handful of thousand steps. */
function tableRecipe({ train }: Prepared): Recipe {
  const batchSize = 32
  const epochs = Math.max(5, Math.min(100, Math.round(3000 / Math.ceil(train.size / batchSize))))
  return {
    model: {
      kind: 'mlp',
      inputShape: [...train.inputShape],
      outputs: outputsOf(train),
      hidden: [32],
      activation: 'relu',
      dropout: 0.1,
    },
    optimizer: { name: 'adamw', options: { learningRate: 0.005, weightDecay: 0.05 } },
    schedule: 'one-cycle',
    epochs,
    batchSize,
    shuffle: true,
  }
}
