/**
 * The default recipes: a network and a way to train it for each kind of data. Chosen on validation parts alone; options
 * of the command line take precedence one by one.
 */
import { type Dataset, sha256 } from 'thalweg/data'
import { type Model, summary } from 'thalweg/nn'
import type { EpochFigure } from 'thalweg/train'
import type { Prepared, Source } from '../source/source.ts'
import { averageDescription } from './average.ts'
import { idle } from './idle.ts'
import { lookaheadOf } from './lookahead.ts'
import { chooseModel, type ModelOverrides, outputsOf } from './model.ts'
import { checkFinalMomentum, chooseOptimizer, type OptimizerOverrides } from './optimizer.ts'
import { orderDescription } from './order.ts'
import { penaltyOf } from './penalty.ts'
import { plateauPatience, type Recipe, totalStepsOf } from './recipe.ts'
import { refuseIdleSchedule, scheduleDescription } from './schedule.ts'

export interface Overrides extends ModelOverrides, OptimizerOverrides {
  readonly epochs?: number | undefined
  readonly batchSize?: number | 'all' | undefined
  readonly schedule?: string | undefined
  /** In epochs. */
  readonly warmup?: number | undefined
  readonly labelSmoothing?: number | undefined
  readonly clipNorm?: number | undefined
  readonly clipParameterNorm?: number | undefined
  readonly clipValue?: number | undefined
  /** `l1=1e-5,l2=1e-4`. */
  readonly penalty?: string | undefined
  readonly maxNorm?: number | undefined
  readonly lookahead?: string | true | undefined
  readonly finalMomentum?: number | undefined
  readonly accumulate?: number | undefined
  readonly order?: string | undefined
  readonly curriculumBy?: string | undefined
  readonly metric?: EpochFigure | undefined
  readonly patience?: number | undefined
  readonly minDelta?: number | undefined
  readonly baseline?: number | undefined
  readonly keepBest?: number | undefined
  /** First weights by name. */
  readonly init?: string | undefined
  /** Of the weights, by name with options. */
  readonly average?: string | undefined
}

export async function chooseRecipe(source: Source, data: Prepared, overrides: Overrides): Promise<Recipe> {
  const base = await baseRecipe(source, data)
  const { epochs = base.epochs, batchSize = base.batchSize } = overrides
  const { schedule, order, metric = base.metric, keepBest = base.keepBest, labelSmoothing, patience } = overrides
  const { clipNorm, clipParameterNorm, clipValue, penalty, maxNorm, accumulate, average, batchNorm } = overrides
  const { minDelta, baseline, lookahead, finalMomentum } = overrides
  refuseIdleOverrides(data, overrides)
  const { model } = base
  const optimizer = chooseOptimizer(base.optimizer, overrides)
  checkFinalMomentum(finalMomentum, optimizer)
  const recipe: Recipe = {
    model: model.kind === 'experiment' ? model : chooseModel(model, overrides),
    optimizer,
    schedule:
      schedule === undefined
        ? warmed(base.schedule, overrides.warmup, epochs)
        : scheduleDescription(schedule, overrides.warmup, epochs),
    epochs,
    batchSize: batchSize !== 'all' && batchSize >= data.train.size ? 'all' : batchSize,
    order: order === undefined ? base.order : orderDescription(order, overrides.curriculumBy, epochs, data),
    ...(labelSmoothing !== undefined && { labelSmoothing }),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(clipParameterNorm !== undefined && { clipParameterNorm }),
    ...(clipValue !== undefined && { clipValue }),
    ...(penalty !== undefined && { penalty: penaltyOf(penalty) }),
    ...(maxNorm !== undefined && { maxNorm }),
    ...(lookahead !== undefined && { lookahead: lookaheadOf(lookahead) }),
    ...(finalMomentum !== undefined && { finalMomentum }),
    ...(accumulate !== undefined && { accumulate }),
    ...(metric && { metric }),
    ...(patience === undefined
      ? base.earlyStopping && { earlyStopping: base.earlyStopping }
      : {
          earlyStopping: {
            patience,
            ...(minDelta !== undefined && { minDelta }),
            ...(baseline !== undefined && { baseline }),
          },
        }),
    ...(keepBest !== undefined && { keepBest }),
    ...(overrides.init !== undefined && { init: overrides.init }),
    ...(average !== undefined && { average: averageDescription(average, epochs) }),
    ...(typeof batchNorm === 'string' && { statistics: batchNorm }),
  }
  if (schedule !== undefined) {
    // A curriculum may have fewer updates still.
    const totalSteps = totalStepsOf(recipe, data, undefined, 0)
    refuseIdleSchedule(recipe.schedule, { epochs, totalSteps, patience: plateauPatience(recipe) })
  }
  return recipe
}

function warmed({ name }: Recipe['schedule'], warmup: number | undefined, epochs: number): Recipe['schedule'] {
  if (warmup === undefined) return { name }
  if (name !== 'experiment') return scheduleDescription(name, warmup, epochs)
  throw idle('--warmup', "the experiment's own schedule", 'leave it out, or name a --schedule')
}

function refuseIdleOverrides({ train, experiment }: Prepared, overrides: Overrides): void {
  const { labelSmoothing, order, curriculumBy } = overrides
  if (experiment) {
    const { activation, batchNorm, norm, dropout } = overrides
    const normalizes = typeof batchNorm === 'boolean' ? batchNorm : undefined
    const given = { '--activation': activation, '--batch-norm': normalizes, '--norm': norm, '--dropout': dropout }
    for (const [flag, value] of Object.entries({ ...given, '--label-smoothing': labelSmoothing })) {
      if (value !== undefined)
        throw idle(flag, 'an experiment, which has a model and a loss of its own', 'change the file')
    }
  }
  if (typeof overrides.batchNorm === 'string' && experiment) refuseWithoutBatchNorm(experiment.definition.model, train)
  if (labelSmoothing !== undefined && train.target.kind !== 'class') {
    throw idle('--label-smoothing', 'a target of numbers', 'leave it out; it is for classes')
  }
  for (const [flag, value] of Object.entries({ '--min-delta': overrides.minDelta, '--baseline': overrides.baseline })) {
    if (value !== undefined && overrides.patience === undefined)
      throw idle(flag, 'a run without --patience', '--patience 5')
  }
  const { clipNorm, clipParameterNorm, clipValue } = overrides
  const clips = Object.entries({
    '--clip-norm': clipNorm,
    '--clip-parameter-norm': clipParameterNorm,
    '--clip-value': clipValue,
  }).flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
  if (clips.length > 1) throw idle(clips[1], `gradients that ${clips[0]} clips already`, 'leave one of them out')
  if (overrides.norm !== undefined && overrides.batchNorm !== undefined && overrides.batchNorm !== false) {
    throw idle('--norm', 'a network that --batch-norm normalizes already', 'leave one of them out')
  }
  if (curriculumBy !== undefined && order !== 'curriculum') {
    throw idle('--curriculum-by', `--order ${order ?? 'shuffled'}`, '--order curriculum')
  }
}

function refuseWithoutBatchNorm(model: Model, { inputShape }: Dataset): void {
  if (summary(model, inputShape).layers.some(({ kind }) => kind === 'batchNorm')) return
  throw idle('--batch-norm', 'an experiment whose model has no batch norm', 'leave it out, or change the file')
}

async function baseRecipe({ kind }: Source, data: Prepared): Promise<Recipe> {
  if (data.experiment) return experimentRecipe(data.experiment)
  switch (kind) {
    case 'images':
      refuseFlat(data)
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
    schedule: { name: schedule ? 'experiment' : 'fixed' },
    epochs,
    batchSize,
    order: { name: order ? 'experiment' : 'shuffled' },
    ...(earlyStopping && { earlyStopping }),
    ...(keepBest !== undefined && { keepBest }),
  }
}

/** Fewer images than this are looked at fewer times: a first run should not take long. */
const MANY_IMAGES = 20_000

/** Convolutions need images; components are lists of numbers. */
function refuseFlat({ train }: Prepared): void {
  if (train.inputShape.length === 3) return
  throw idle('--preprocess pca', 'a network of convolutions, which needs images', '--preprocess zca, which keeps them')
}

/** A rate that rises to its highest and falls again gets most out of a few epochs (Smith and Topin 2018). */
function imageRecipe({ train }: Prepared): Recipe {
  return {
    model: {
      kind: 'cnn',
      inputShape: train.inputShape,
      outputs: outputsOf(train),
      activation: 'relu',
      batchNorm: true,
      filters: [32, 64],
      hidden: 128,
      dropout: 0.25,
    },
    optimizer: { name: 'adam', options: { learningRate: 0.003 } },
    schedule: { name: 'one-cycle' },
    epochs: train.size < MANY_IMAGES ? 4 : 5,
    batchSize: 64,
    order: { name: 'shuffled' },
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
      batchNorm: false,
      dropout: 0,
    },
    optimizer: { name: 'adam', options: { learningRate: 0.02 } },
    schedule: { name: 'one-cycle' },
    epochs: 60,
    batchSize: 32,
    order: { name: 'shuffled' },
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
      batchNorm: false,
      dropout: isSmall ? 0.2 : 0.1,
    },
    optimizer: {
      name: 'adamw',
      options: isSmall ? { learningRate: 0.01, weightDecay: 0.5 } : { learningRate: 0.003, weightDecay: 0.01 },
    },
    schedule: { name: 'one-cycle' },
    epochs: isSmall ? Math.max(5, Math.min(300, Math.round(SMALL_TABLE_STEPS / steps))) : 20,
    batchSize,
    order: { name: 'shuffled' },
  }
}
