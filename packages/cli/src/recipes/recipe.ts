/**
 * How a network is trained, as plain data: it is chosen once (choose.ts), written into the run's manifest, and made real
 * here, the same way in the first sitting and in every later one.
 */
import { batchCount, type EpochOrders, type Order } from 'thalweg/data'
import { crossEntropy, type Loss, type Model, meanSquaredError, summary } from 'thalweg/nn'
import {
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  createOptimizer,
  linear,
  maxNorm,
  type Optimizer,
  type Plateau,
  rulesIn,
  type Schedule,
  type UpdateRules,
} from 'thalweg/optim'
import {
  completeOptions,
  type EarlyStoppingOptions,
  type EpochFigure,
  type FitOptions,
  type Metric,
  type StatisticsChoice,
} from 'thalweg/train'
import { z } from 'zod'
import type { Prepared } from '../source/source.ts'
import { type AverageDescription, averageSchema, realizeAverage } from './average.ts'
import { idle } from './idle.ts'
import { type LookaheadDescription, lookaheadSchema, lookingAhead } from './lookahead.ts'
import { buildModel, type ModelDescription, modelSchema } from './model.ts'
import { type OrderDescription, orderSchema, realizeOrder } from './order.ts'
import { type PenaltyDescription, penaltySchema, realizePenalty } from './penalty.ts'
import { realizeSchedule, type ScheduleDescription, scheduleSchema } from './schedule.ts'
import { statisticsNames } from './statistics.ts'
import { checkInit } from './weights.ts'

export interface Recipe {
  readonly model: ModelDescription
  readonly optimizer: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  readonly schedule: ScheduleDescription
  readonly epochs: number
  readonly batchSize: number | 'all'
  readonly order: OrderDescription
  readonly labelSmoothing?: number | undefined
  /** The norm of all gradients together is cut to this. */
  readonly clipNorm?: number | undefined
  /** The norm of the gradient of each parameter alone, and each of its elements. */
  readonly clipParameterNorm?: number | undefined
  readonly clipValue?: number | undefined
  /** What the size of the weights costs. */
  readonly penalty?: PenaltyDescription | undefined
  /** The most that the norm of the weights to one unit may be. */
  readonly maxNorm?: number | undefined
  /** Slow weights that follow the optimizer's. */
  readonly lookahead?: LookaheadDescription | undefined
  /** What the optimizer's momentum comes to along a line over the run, from its own. */
  readonly finalMomentum?: number | undefined
  /** Batches that make one update. */
  readonly accumulate?: number | undefined
  /** Nothing: what the run chooses by itself, or the experiment's file. */
  readonly metric?: EpochFigure | undefined
  readonly earlyStopping?: EarlyStoppingOptions | undefined
  readonly keepBest?: number | undefined
  /** First weights by name, instead of the network's own. */
  readonly init?: string | undefined
  /** Of the weights: what the run ends with. */
  readonly average?: AverageDescription | undefined
  /** What batch norm normalizes by in the end. */
  readonly statistics?: StatisticsChoice | undefined
}

export const figures: readonly EpochFigure[] = ['trainLoss', 'trainAccuracy', 'validLoss', 'validAccuracy', 'validR2']

export const recipeSchema: z.ZodType<Recipe> = z.object({
  model: modelSchema,
  optimizer: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
  schedule: scheduleSchema,
  epochs: z.number().int(),
  batchSize: z.union([z.number().int(), z.literal('all')]),
  order: orderSchema,
  labelSmoothing: z.number().optional(),
  clipNorm: z.number().optional(),
  clipParameterNorm: z.number().optional(),
  clipValue: z.number().optional(),
  penalty: penaltySchema.optional(),
  maxNorm: z.number().optional(),
  lookahead: lookaheadSchema.optional(),
  finalMomentum: z.number().optional(),
  accumulate: z.number().int().optional(),
  metric: z.enum(figures).optional(),
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
  average: averageSchema.optional(),
  statistics: z.enum(statisticsNames).optional(),
})

/** What `fit` takes. */
export interface Ingredients extends UpdateRules {
  readonly model: Model
  readonly loss: Loss
  readonly optimizer: Optimizer
  readonly schedule: Schedule | Plateau | undefined
  readonly order: Order | undefined
  readonly metric: Metric | undefined
  readonly statistics?: StatisticsChoice | undefined
}

/** What `fit` is told of a recipe, in every sitting and by every member of an ensemble alike. */
export function fitOptionsOf(
  { epochs, batchSize, earlyStopping, keepBest }: Recipe,
  { train, valid }: Prepared,
  { loss, optimizer, schedule, order, metric, statistics, ...rest }: Ingredients,
): Pick<FitOptions, 'train' | 'valid' | 'epochs' | 'batchSize' | 'earlyStopping' | 'keepBest'> &
  Omit<Ingredients, 'model'> {
  const ingredients = { loss, optimizer, schedule, order, metric, statistics, ...rulesIn(rest) }
  return { ...ingredients, train, valid, epochs, batchSize, earlyStopping, keepBest }
}

/**
 * Refuses what `fit` would refuse, before anything is announced: figures that the epochs do not have, shapes that do not fit,
 * first weights that do not exist.
 */
export async function checkRecipe(recipe: Recipe, data: Prepared, seed: number): Promise<void> {
  const ingredients = await realize(recipe, data, seed)
  completeOptions({ ...fitOptionsOf(recipe, data, ingredients), test: data.test, seed })
  checkInit(recipe)
  summary(ingredients.model, data.train.inputShape)
}

/** The network alone. */
export function modelOf({ model }: Recipe, { experiment }: Prepared): Model {
  if (model.kind !== 'experiment') return buildModel(model)
  if (!experiment) throw new TypeError('an experiment without its definition')
  return experiment.definition.model
}

export async function realize(recipe: Recipe, data: Prepared, seed: number): Promise<Ingredients> {
  const definition = data.experiment?.definition
  const optimizer = optimizerOf(recipe, definition?.optimizer)
  const order = recipe.order.name === 'experiment' ? definition?.order : await realizeOrder(recipe.order, data, seed)
  const schedule =
    recipe.schedule.name === 'experiment' ? definition?.schedule : scheduleOf(recipe, data, optimizer, order, seed)
  const metric = recipe.metric ?? definition?.metric
  const statistics = recipe.statistics ?? definition?.statistics
  const steps = recipe.finalMomentum === undefined ? 0 : totalStepsOf(recipe, data, order, seed)
  const chosen = { optimizer, schedule, order, metric, statistics, ...momentumOf(recipe, optimizer, steps) }
  const { model } = recipe
  if (model.kind !== 'experiment') {
    const rules = rulesOf(recipe)
    return { model: buildModel(model), loss: lossOf(recipe, data), ...chosen, ...rules }
  }
  if (!definition) throw new TypeError('an experiment without its definition')
  const rules = { ...rulesIn(definition), ...rulesOf(recipe) }
  return { model: definition.model, loss: definition.loss, ...chosen, ...rules }
}

function rulesOf(recipe: Recipe): UpdateRules {
  const { clipNorm, clipParameterNorm, clipValue, penalty, maxNorm: limit, accumulate, average, epochs } = recipe
  return {
    ...(clipNorm !== undefined && { clip: clipByGlobalNorm(clipNorm) }),
    ...(clipParameterNorm !== undefined && { clip: clipByNorm(clipParameterNorm) }),
    ...(clipValue !== undefined && { clip: clipByValue(clipValue) }),
    ...(penalty && { penalty: realizePenalty(penalty) }),
    ...(limit !== undefined && { constraint: maxNorm(limit) }),
    ...(accumulate !== undefined && { accumulate }),
    ...(average && { average: realizeAverage(average, epochs) }),
  }
}

/** @param steps of the whole run */
function momentumOf({ finalMomentum: to }: Recipe, { momentum: from }: Optimizer, steps: number): UpdateRules {
  if (to !== undefined && steps < 2) throw idle('--final-momentum', 'a run of one update', 'more --epochs')
  return to === undefined || from === undefined ? {} : { momentumSchedule: linear({ from, to, steps }) }
}

/** The loss that a recipe is trained by, an experiment's own. */
export function lossFor(recipe: Recipe, data: Prepared): Loss {
  return recipe.model.kind === 'experiment' && data.experiment ? data.experiment.definition.loss : lossOf(recipe, data)
}

function lossOf({ labelSmoothing = 0 }: Recipe, { train }: Prepared): Loss {
  return train.target.kind === 'class' ? crossEntropy({ labelSmoothing }) : meanSquaredError()
}

function scheduleOf(
  recipe: Recipe,
  data: Prepared,
  { learningRate }: Optimizer,
  order: Order | undefined,
  seed: number,
): Schedule | Plateau {
  const { metric } = recipe
  const totalSteps = totalStepsOf(recipe, data, order, seed)
  const stepsPerEpoch = stepsOfEpoch(recipe, order?.over(data.train, seed), data.train.size, 0)
  const patience = plateauPatience(recipe)
  const mode = metric === undefined || metric.endsWith('Loss') ? 'min' : 'max'
  return realizeSchedule(recipe.schedule, { learningRate, stepsPerEpoch, totalSteps, patience, mode })
}

/** Updates of a whole run. */
export function totalStepsOf(recipe: Recipe, { train }: Prepared, order: Order | undefined, seed: number): number {
  const orders = order?.over(train, seed)
  let steps = 0
  for (let epoch = 0; epoch < recipe.epochs; epoch++) steps += stepsOfEpoch(recipe, orders, train.size, epoch)
  return steps
}

const PLATEAU_PATIENCE = 3

/** Epochs that a plateau bears by itself; with early stopping there must be room for several drops. */
export function plateauPatience({ earlyStopping }: Pick<Recipe, 'earlyStopping'>): number {
  return earlyStopping ? Math.floor(earlyStopping.patience / 3) : PLATEAU_PATIENCE
}

/** Updates of an epoch. */
function stepsOfEpoch(
  { batchSize, accumulate = 1 }: Recipe,
  orders: EpochOrders | undefined,
  examples: number,
  epoch: number,
): number {
  const length = orders?.length(epoch) ?? examples
  // A size that is none is refused by fit, under the name that the file has it by.
  return batchSize === 'all' || !(batchSize >= 1) ? 1 : Math.ceil(batchCount(length, batchSize) / accumulate)
}

/** The experiment's own optimizer, unless the command line said something about it. */
function optimizerOf({ optimizer: { name, options }, lookahead }: Recipe, own: Optimizer | undefined): Optimizer {
  const isOwn = own && name === own.name && JSON.stringify(options) === JSON.stringify(own.options)
  return lookingAhead(isOwn ? own : createOptimizer(name, options), lookahead)
}
