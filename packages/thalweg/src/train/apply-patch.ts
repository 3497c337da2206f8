/** What each patch does to a model and the settings that it is trained with. */
import { sizeOf } from '../base/index.ts'
import { type Dataset, shuffled } from '../data/index.ts'
import { createInitializer, createStore, type Model } from '../nn/index.ts'
import { clipByGlobalNorm, createOptimizer, type Optimizer, type ParameterGroup } from '../optim/index.ts'
import { batchSlots } from './batch.ts'
import { patchModel } from './model-surgery.ts'
import type { Mend, ModelPatch, Patch } from './patch.ts'
import type { Settings } from './settings.ts'

export interface Configuration {
  readonly model: Model
  readonly settings: Settings
}

export function applyPatches(configuration: Configuration, patches: readonly Patch[]): Configuration {
  return patches.reduce(applyPatch, configuration)
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
      return { model, settings: { ...settings, batchSize: Math.min(patch.size, settings.train.size) } }
    case 'no-decay':
      return { model, settings: withoutDecay(settings) }
    case 'initializer': {
      const { seed, engine } = settings
      const store = createStore({ seed, engine, initializer: createInitializer(patch.name) })
      return { model, settings: { ...settings, store } }
    }
    case 'scale-inputs':
    case 'activation':
    case 'remove-layer':
    case 'dropout-rate':
      return { model: patchModel(model, patch), settings }
  }
}

/** The model that a run ended with, from the one that it began with. */
export function mendedModel(model: Model, mends: readonly Mend[] = []): Model {
  const patches = mends.flatMap(({ kept }) => kept)
  return patches.filter(isModelPatch).reduce(patchModel, model)
}

function isModelPatch(patch: Patch): patch is ModelPatch {
  return MODEL_PATCHES.has(patch.kind)
}

const MODEL_PATCHES: ReadonlySet<string> = new Set<ModelPatch['kind']>([
  'scale-inputs',
  'activation',
  'remove-layer',
  'dropout-rate',
])

/** The same patch with everything that it takes from the data filled in. */
export function resolvePatch(patch: Patch, { train }: Settings): Patch {
  return patch.kind === 'scale-inputs' && patch.scale === undefined ? standardizing(train) : patch
}

const SAMPLE = 2048

function standardizing(train: Dataset): Patch {
  const width = sizeOf(train.inputShape)
  const count = Math.min(train.size, SAMPLE)
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * train.size) / count))
  const { inputs } = batchSlots(train, count).fill(rows)
  // Pixels of an image stand for each other; columns of a table do not.
  const columns = train.inputShape.length === 1 ? width : 1
  const means = new Float64Array(columns)
  const squares = new Float64Array(columns)
  const per = inputs.length / columns
  for (let i = 0; i < inputs.length; i++) means[i % columns] += inputs[i] / per
  for (let i = 0; i < inputs.length; i++) squares[i % columns] += (inputs[i] - means[i % columns]) ** 2 / per
  const scale = Array.from(squares, (square) => (square > 0 ? 1 / Math.sqrt(square) : 1))
  return { kind: 'scale-inputs', shift: Array.from(means, (mean) => -mean), scale }
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

function scaledSchedule(schedule: Settings['schedule'], factor: number): Settings['schedule'] {
  if (typeof schedule === 'function') return (step) => factor * schedule(step)
  if (!schedule) return undefined
  return { ...schedule, initial: { ...schedule.initial, learningRate: schedule.initial.learningRate * factor } }
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
