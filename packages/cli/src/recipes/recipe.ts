/**
 * How a network is trained, as plain data: it is chosen once (choose.ts), written into the run's manifest, and made real
 * here, the same way in the first sitting and in every later one.
 */
import { balanced, type Dataset, inOrder, type Order, shuffled, stratified } from 'thalweg/data'
import { crossEntropy, type Loss, type Model, meanSquaredError } from 'thalweg/nn'
import {
  createOptimizer,
  type Optimizer,
  oneCycle,
  type Plateau,
  rulesIn,
  type Schedule,
  type UpdateRules,
} from 'thalweg/optim'
import type { EarlyStoppingOptions, Experiment, Metric } from 'thalweg/train'
import { z } from 'zod'
import { buildModel, type ModelDescription, modelSchema } from './model.ts'

export interface Recipe {
  readonly model: ModelDescription
  readonly optimizer: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  /** `none`: the optimizer's own rate; `experiment`: what its file says. */
  readonly schedule: 'one-cycle' | 'none' | 'experiment'
  readonly epochs: number
  readonly batchSize: number | 'all'
  /** `experiment`: what its file says. */
  readonly order: OrderName | 'experiment'
  readonly earlyStopping?: EarlyStoppingOptions | undefined
  readonly keepBest?: number | undefined
  /** First weights by name, instead of the network's own. */
  readonly init?: string | undefined
}

export type OrderName = 'shuffled' | 'in-order' | 'stratified' | 'balanced'

const orders: Readonly<Record<OrderName, () => Order>> = { shuffled, 'in-order': inOrder, stratified, balanced }

export const recipeSchema: z.ZodType<Recipe> = z.object({
  model: modelSchema,
  optimizer: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
  schedule: z.enum(['one-cycle', 'none', 'experiment']),
  epochs: z.number().int(),
  batchSize: z.union([z.number().int(), z.literal('all')]),
  order: z.enum(['shuffled', 'in-order', 'stratified', 'balanced', 'experiment']),
  earlyStopping: z
    .object({
      patience: z.number().int(),
      minDelta: z.number().optional(),
      baseline: z.number().optional(),
      restoreBest: z.boolean().optional(),
    })
    .optional(),
  keepBest: z.number().int().optional(),
  init: z.string().optional(),
})

/** What `fit` takes. */
export interface Ingredients extends UpdateRules {
  readonly model: Model
  readonly loss: Loss
  readonly optimizer: Optimizer
  readonly schedule: Schedule | Plateau | undefined
  readonly order: Order | undefined
  readonly metric: Metric | undefined
}

/** With fewer steps than this there is no room for a rise and a fall of the rate. */
const LEAST_STEPS_OF_A_CYCLE = 20

export function realize(recipe: Recipe, train: Dataset, experiment: Experiment | undefined): Ingredients {
  const { model } = recipe
  if (model.kind === 'experiment') {
    if (!experiment) throw new TypeError('an experiment without its definition')
    const { loss, optimizer, schedule, metric } = experiment
    const own = { schedule, metric, order: recipe.order === 'experiment' ? experiment.order : orders[recipe.order]() }
    return { model: experiment.model, loss, optimizer: overridden(recipe, optimizer), ...own, ...rulesIn(experiment) }
  }
  const optimizer = createOptimizer(recipe.optimizer.name, recipe.optimizer.options)
  const loss = train.target.kind === 'class' ? crossEntropy() : meanSquaredError()
  const schedule = scheduleOf(recipe, optimizer, train.size)
  const order = recipe.order === 'experiment' ? undefined : orders[recipe.order]()
  return { model: buildModel(model), loss, optimizer, schedule, order, metric: undefined }
}

export function stepsPerEpoch(recipe: Pick<Recipe, 'batchSize'>, examples: number): number {
  return recipe.batchSize === 'all' ? 1 : Math.ceil(examples / recipe.batchSize)
}

function scheduleOf(recipe: Recipe, { learningRate }: Optimizer, examples: number): Schedule | undefined {
  const totalSteps = recipe.epochs * stepsPerEpoch(recipe, examples)
  if (recipe.schedule !== 'one-cycle' || totalSteps < LEAST_STEPS_OF_A_CYCLE) return undefined
  return oneCycle({ maxLearningRate: learningRate, totalSteps })
}

/** The experiment's own optimizer, unless the command line named another one or another rate. */
function overridden({ optimizer: { name, options } }: Recipe, own: Optimizer): Optimizer {
  const isOwn = name === own.name && JSON.stringify(options) === JSON.stringify(own.options)
  return isOwn ? own : createOptimizer(name, options)
}
