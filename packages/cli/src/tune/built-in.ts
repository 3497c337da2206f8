/** The spaces around the house's own recipes: what usually matters for each kind of network, an order of magnitude or so each way. */
import { choice, integer, logUniform, type Params, type Space, uniform } from 'thalweg/tune'
import type { CnnDescription, MlpDescription } from '../recipes/model.ts'
import type { Recipe } from '../recipes/recipe.ts'

export interface BuiltIn<S extends Space = Space> {
  readonly space: S
  recipeOf(params: Params<S>): Recipe
}

export function builtInSearch(base: Recipe): BuiltIn {
  const { model } = base
  if (model.kind === 'experiment') throw new TypeError('an experiment has a space of its own')
  return model.kind === 'cnn' ? imageSearch(base, model) : layersSearch(base, model)
}

function imageSearch(base: Recipe, model: CnnDescription): BuiltIn {
  return search(
    {
      learningRate: logUniform(3e-4, 3e-2),
      batchSize: choice([32, 64, 128]),
      filters: integer(8, 64, { log: true }),
      hidden: integer(32, 256, { log: true }),
      dropout: uniform(0, 0.5),
    },
    ({ learningRate, batchSize, filters, hidden, dropout }) => ({
      ...withRate(base, { learningRate }),
      batchSize,
      model: { ...model, filters: [filters, 2 * filters], hidden, dropout },
    }),
  )
}

function layersSearch(base: Recipe, model: MlpDescription): BuiltIn {
  return search(
    {
      learningRate: logUniform(1e-3, 1e-1),
      batchSize: choice([16, 32, 64, 128]),
      layers: integer(1, 3),
      units: integer(8, 128, { log: true }),
      activation: choice(['relu', 'tanh']),
      dropout: uniform(0, 0.5),
      weightDecay: logUniform(1e-3, 1),
    },
    ({ learningRate, batchSize, layers, units, activation, dropout, weightDecay }) => ({
      ...withRate(base, { learningRate, weightDecay }),
      batchSize,
      model: { ...model, hidden: Array.from({ length: layers }, () => units), activation, dropout },
    }),
  )
}

/** AdamW where decay is searched: it is Adam where the decay is 0. */
function withRate(base: Recipe, options: { learningRate: number; weightDecay?: number }): Recipe {
  const name = options.weightDecay === undefined ? base.optimizer.name : 'adamw'
  return { ...base, optimizer: { name, options: { ...options } } }
}

/** For the types: the parameters are those of the space. */
function search<const S extends Space>(space: S, recipeOf: (params: Params<S>) => Recipe): BuiltIn<S> {
  return { space, recipeOf }
}
