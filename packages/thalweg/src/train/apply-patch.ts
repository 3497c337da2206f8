/** What each patch does to a model and the settings that it is trained with. */
import { sizeOf } from '../base/index.ts'
import { type Dataset, shuffled } from '../data/index.ts'
import { createNode } from '../graph/index.ts'
import { build, createInitializer, createStore, type Model, type Store } from '../nn/index.ts'
import {
  clipByGlobalNorm,
  createOptimizer,
  type Optimizer,
  type ParameterGroup,
  type Schedule,
} from '../optim/index.ts'
import { Tensor } from '../tensor/index.ts'
import { batchSlots, batchTypes } from './batch.ts'
import { keptPatches } from './case.ts'
import { patchModel } from './model-surgery.ts'
import type { Mend, ModelPatch, Patch } from './patch.ts'
import type { Settings } from './settings.ts'

export interface Configuration {
  readonly model: Model
  readonly settings: Settings
}

/** The model comes first: new first weights are drawn for what it has become. */
export function applyPatches(configuration: Configuration, patches: readonly Patch[]): Configuration {
  const others = patches.filter((patch) => !isModelPatch(patch))
  return [...patches.filter(isModelPatch), ...others].reduce(applyPatch, configuration)
}

function applyPatch({ model, settings }: Configuration, patch: Patch): Configuration {
  switch (patch.kind) {
    case 'learning-rate':
      return { model, settings: { ...settings, ...atRate(settings, patch.factor) } }
    case 'clip-norm':
      return { model, settings: { ...settings, clip: clipByGlobalNorm(patch.norm) } }
    case 'optimizer':
      return { model, settings: withOptimizer(settings, createOptimizer(patch.name, patch.options)) }
    case 'shuffle':
      return { model, settings: { ...settings, orders: shuffled().over(settings.train, settings.seed) } }
    case 'batch-size':
      return { model, settings: { ...settings, ...inBatchesOf(settings, Math.min(patch.size, settings.train.size)) } }
    case 'no-decay':
      return { model, settings: withoutDecay(settings) }
    case 'no-constraint':
      return { model, settings: withoutConstraints(settings) }
    case 'initializer':
      return { model, settings: { ...settings, store: drawnAnew(model, settings, patch.name) } }
    case 'unfreeze':
      return { model, settings: { ...settings, groups: settings.groups?.filter(({ rate }) => rate !== 0) } }
    case 'scale-outputs':
      return {
        model: patchModel(model, patch),
        settings: { ...settings, ...atRate(settings, rateBehind(patch, settings.optimizer)) },
      }
    case 'scale-inputs':
    case 'insert-activations':
    case 'activation':
    case 'remove-layer':
    case 'dropout-rate':
    case 'norm-momentum':
      return { model: patchModel(model, patch), settings }
    case 'widen-layer': {
      // Weights of the old shape are none of the new layer's.
      const { store: _, ...others } = settings
      return { model: patchModel(model, patch), settings: others }
    }
  }
}

/** The model that a run ended with, from the one that it began with. */
export function mendedModel(model: Model, mends: readonly Mend[] = []): Model {
  return keptPatches(mends).filter(isModelPatch).reduce(patchModel, model)
}

/** Of the patches of a model alone. */
export function isModelPatch(patch: Patch): patch is ModelPatch {
  return MODEL_PATCHES.has(patch.kind)
}

const MODEL_PATCHES: ReadonlySet<string> = new Set<ModelPatch['kind']>([
  'scale-inputs',
  'scale-outputs',
  'insert-activations',
  'widen-layer',
  'activation',
  'remove-layer',
  'dropout-rate',
  'norm-momentum',
])

/** The same patch with everything that it takes from the data filled in. */
export function resolvePatch(patch: Patch, { train }: Settings): Patch {
  if (patch.kind === 'scale-inputs' && patch.scale === undefined) return standardizing(train)
  return patch.kind === 'scale-outputs' && patch.scale === undefined ? likeTargets(train) : patch
}

const SAMPLE = 2048

function standardizing(train: Dataset): Patch {
  // Pixels of an image stand for each other; columns of a table do not.
  const columns = train.inputShape.length === 1 ? sizeOf(train.inputShape) : 1
  const { means, deviations } = momentsOf(sampled(train).inputs, columns)
  return { kind: 'scale-inputs', shift: means.map((mean) => -mean), scale: deviations.map((each) => 1 / each) }
}

function likeTargets(train: Dataset): Patch {
  const columns = train.target.kind === 'number' ? train.target.names.length : 1
  const { means, deviations } = momentsOf(sampled(train).targets, columns)
  return { kind: 'scale-outputs', shift: means, scale: deviations }
}

function sampled(train: Dataset): { readonly inputs: ArrayLike<number>; readonly targets: ArrayLike<number> } {
  const count = Math.min(train.size, SAMPLE)
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * train.size) / count))
  return batchSlots(train, count).fill(rows)
}

/** Per column; a deviation of 0 becomes 1. */
function momentsOf(values: ArrayLike<number>, columns: number): { means: number[]; deviations: number[] } {
  const means = new Array<number>(columns).fill(0)
  const squares = new Array<number>(columns).fill(0)
  const per = values.length / columns
  for (let i = 0; i < values.length; i++) means[i % columns] += values[i] / per
  for (let i = 0; i < values.length; i++) squares[i % columns] += (values[i] - means[i % columns]) ** 2 / per
  return { means, deviations: squares.map((square) => (square > 0 ? Math.sqrt(square) : 1)) }
}

function drawnAnew(model: Model, { seed, engine, train, batchSize }: Settings, initializer: string): Store {
  const drawn = createStore({ seed, engine, initializer: createInitializer(initializer) })
  build(model, new Tensor(createNode('input', [], batchTypes(train, batchSize)[0])), drawn)
  const arrays = drawn.save()
  for (const { path, decay } of drawn.parameters()) if (!decay && path.endsWith('bias')) arrays[path].data.fill(0)
  drawn.load(arrays)
  return drawn
}

function atRate({ optimizer, schedule, groups }: Settings, factor: number): Partial<Settings> {
  const times = (one: Optimizer): Optimizer => ({ ...one, learningRate: one.learningRate * factor })
  return {
    optimizer: times(optimizer),
    schedule: scaledSchedule(schedule, factor),
    groups: groups?.map((group): ParameterGroup => {
      return group.optimizer ? { ...group, optimizer: times(group.optimizer) } : group
    }),
  }
}

/** Optimizers whose updates are as large as the gradient. */
const IN_PROPORTION: ReadonlySet<string> = new Set(['sgd', 'momentum', 'nesterov'])

/**
 * What a learning rate is multiplied with where outputs are scaled behind the model. The gradient of a squared error grows with
 * the square of the scale: at this rate the model learns as it would from targets with a deviation of 1.
 */
export function rateBehind(
  { scale = [1] }: Extract<Patch, { kind: 'scale-outputs' }>,
  { name }: Pick<Optimizer, 'name'>,
): number {
  if (!IN_PROPORTION.has(name)) return 1
  return scale.length / scale.reduce((sum, each) => sum + each ** 2, 0)
}

function scaledSchedule(schedule: Settings['schedule'], factor: number): Settings['schedule'] {
  if (typeof schedule === 'function') return (step) => factor * schedule(step)
  if (!schedule) return undefined
  return { ...schedule, initial: { ...schedule.initial, learningRate: schedule.initial.learningRate * factor } }
}

/** Larger batches are fewer updates, which go through the same course of rates in longer strides. */
function inBatchesOf({ batchSize, schedule, momentumSchedule }: Settings, size: number): Partial<Settings> {
  const stretched = (course: Schedule): Schedule => {
    return (step) => course(Math.floor((step * size) / batchSize))
  }
  return {
    batchSize: size,
    ...(typeof schedule === 'function' && { schedule: stretched(schedule) }),
    ...(momentumSchedule && { momentumSchedule: stretched(momentumSchedule) }),
  }
}

function withOptimizer(settings: Settings, optimizer: Optimizer): Settings {
  const { momentumSchedule, ...others } = settings
  const schedule = scaledSchedule(settings.schedule, optimizer.learningRate / settings.optimizer.learningRate)
  const keeps = momentumSchedule !== undefined && optimizer.momentum !== undefined
  return { ...others, optimizer, schedule, ...(keeps && { momentumSchedule }) }
}

function withoutDecay({ penalty: _, ...settings }: Settings): Settings {
  const { optimizer } = settings
  if (!('weightDecay' in optimizer.options)) return settings
  const { name, options, learningRate } = optimizer
  return { ...settings, optimizer: { ...createOptimizer(name, { ...options, weightDecay: 0 }), learningRate } }
}

function withoutConstraints({ constraint: _, ...settings }: Settings): Settings {
  return { ...settings, groups: settings.groups?.map(({ constraint: _, ...group }): ParameterGroup => group) }
}
