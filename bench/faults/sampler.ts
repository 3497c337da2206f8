/**
 * Healthy programs by number: data, network and training drawn from what a practitioner would try first. Nothing here
 * looks at the diagnosis; whether a program is in fact healthy is decided by its score (select.ts).
 */
import { type Random, random } from 'thalweg/base'
import type { DataSpec, LayerSpec, Named, Program } from './program.ts'

/** Programs of one split share no seed with those of the other. (202 was looked at once and counts as tuned on.) */
export const splits = { tuning: 101, untuned: 303 } as const
export type Split = keyof typeof splits

export function healthyProgram(split: Split, number: number): Program {
  const draw = random(splits[split], `faults/healthy/${number}`)
  const data = drawData(draw)
  const trunk = isImage(data) && draw.uniform() < 0.6 ? convolutions(draw) : hiddenLayers(draw, data)
  const training = drawTraining(draw, data)
  return { ...training, data, layers: [...trunk, head(data, trunk)], seed: draw.integer(1_000_000), shuffled: true }
}

/** Each with how often it is drawn, and what its noise may be. */
const sources: readonly { readonly name: string; readonly weight: number; readonly task: 'class' | 'number' }[] = [
  { name: 'spiral', weight: 3, task: 'class' },
  { name: 'moons', weight: 2, task: 'class' },
  { name: 'circles', weight: 2, task: 'class' },
  { name: 'xor', weight: 2, task: 'class' },
  { name: 'blobs', weight: 4, task: 'class' },
  { name: 'teacherClasses', weight: 4, task: 'class' },
  { name: 'digits', weight: 3, task: 'class' },
  { name: 'bars', weight: 3, task: 'class' },
  { name: 'friedman1', weight: 3, task: 'number' },
  { name: 'friedman2', weight: 2, task: 'number' },
  { name: 'friedman3', weight: 2, task: 'number' },
  { name: 'waves', weight: 2, task: 'number' },
  { name: 'teacherNumbers', weight: 4, task: 'number' },
]

function drawData(draw: Random): DataSpec {
  const generator = weightedChoice(draw, sources).name
  const wide = generator === 'blobs' || generator === 'teacherClasses' || generator === 'teacherNumbers'
  const most = generator === 'teacherNumbers' ? 3 : generator === 'teacherClasses' ? 4 : 6
  const outputs = generator === 'teacherNumbers' ? 1 + draw.integer(most) : 2 + draw.integer(most - 1)
  return {
    generator,
    seed: draw.integer(1_000_000),
    trainRows: generator === 'digits' ? 500 + draw.integer(500) : 300 + draw.integer(900),
    noise: draw.uniform(),
    ...(wide && { features: 4 + draw.integer(13), outputs }),
    ...(generator === 'spiral' && { outputs: 2 + draw.integer(3) }),
    ...(generator === 'waves' && { features: 1 + draw.integer(2) }),
  }
}

export function isImage({ generator }: DataSpec): boolean {
  return generator === 'digits' || generator === 'bars'
}

export function isRegression({ generator }: DataSpec): boolean {
  return sources.some(({ name, task }) => name === generator && task === 'number')
}

/** Activations with the initializer that was made for them. */
const activations: readonly { readonly name: string; readonly weight: number; readonly initializer: Named }[] = [
  { name: 'relu', weight: 5, initializer: { name: 'he' } },
  { name: 'leakyRelu', weight: 2, initializer: { name: 'he' } },
  { name: 'elu', weight: 1, initializer: { name: 'he' } },
  { name: 'gelu', weight: 2, initializer: { name: 'he' } },
  { name: 'silu', weight: 1, initializer: { name: 'he' } },
  { name: 'selu', weight: 1, initializer: { name: 'lecun' } },
  { name: 'tanh', weight: 3, initializer: { name: 'xavier' } },
  { name: 'softsign', weight: 1, initializer: { name: 'xavier' } },
  { name: 'sigmoid', weight: 2, initializer: { name: 'xavier' } },
]

function hiddenLayers(draw: Random, data: DataSpec): LayerSpec[] {
  const { name, initializer } = weightedChoice(draw, activations)
  // A stack of more sigmoids is one of the faults.
  const depth = choice(draw, name === 'sigmoid' ? [1, 1, 2] : [1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7])
  const units = choice(draw, isImage(data) ? [32, 48, 64] : [16, 24, 32, 48, 64])
  const tapers = draw.uniform() < 0.3
  const normalized = name !== 'selu' && draw.uniform() < 0.3
  const dropRate = !normalized && depth <= 3 && units >= 48 && draw.uniform() < 0.3 ? 0.05 + 0.15 * draw.uniform() : 0
  const layers: LayerSpec[] = isImage(data) ? [{ kind: 'flatten' }] : []
  for (let level = 0; level < depth; level++) {
    const width = tapers ? Math.max(12, Math.round(units * 0.8 ** level)) : units
    layers.push({ kind: 'dense', units: width, initializer })
    if (normalized) layers.push({ kind: 'batchNorm' })
    layers.push({ kind: 'activation', name })
    if (dropRate > 0) layers.push({ kind: 'dropout', rate: round(dropRate) })
  }
  return layers
}

function convolutions(draw: Random): LayerSpec[] {
  const name = choice(draw, ['relu', 'relu', 'leakyRelu', 'gelu'])
  const initializer = { name: 'he' }
  const normalized = draw.uniform() < 0.4
  const blocks = 1 + draw.integer(2)
  const layers: LayerSpec[] = []
  for (let block = 0; block < blocks; block++) {
    layers.push({ kind: 'conv', filters: choice(draw, [4, 8]) * (block + 1), size: 3, initializer })
    if (normalized) layers.push({ kind: 'batchNorm' })
    layers.push({ kind: 'activation', name }, { kind: 'maxPool' })
  }
  layers.push({ kind: 'flatten' })
  if (draw.uniform() < 0.5) {
    layers.push({ kind: 'dense', units: 32, initializer }, { kind: 'activation', name })
    if (draw.uniform() < 0.4) layers.push({ kind: 'dropout', rate: round(0.1 + 0.15 * draw.uniform()) })
  }
  return layers
}

/** One logit for each class, or one number for each that is predicted. */
function head(data: DataSpec, trunk: readonly LayerSpec[]): LayerSpec {
  const fixed: Readonly<Record<string, number>> = { moons: 2, circles: 2, xor: 2, digits: 10, bars: 4 }
  const units = fixed[data.generator] ?? data.outputs ?? 1
  const before = trunk.find((layer) => layer.kind === 'dense' || layer.kind === 'conv')
  const kept = before?.initializer.name === 'he' ? { name: 'xavier' } : (before?.initializer ?? { name: 'xavier' })
  return { kind: 'dense', units, initializer: kept }
}

/** Rates between which each optimizer is at home with networks of this size; drawn evenly on a logarithmic scale. */
const optimizers: readonly {
  readonly name: string
  readonly weight: number
  readonly rates: readonly [number, number]
  readonly options?: Named['options']
}[] = [
  { name: 'adam', weight: 5, rates: [0.002, 0.01] },
  { name: 'adamw', weight: 2, rates: [0.002, 0.01], options: { weightDecay: 0.01 } },
  { name: 'nadam', weight: 1, rates: [0.002, 0.008] },
  { name: 'rmsprop', weight: 2, rates: [0.001, 0.004] },
  { name: 'sgd', weight: 2, rates: [0.08, 0.25] },
  { name: 'sgd', weight: 3, rates: [0.01, 0.06], options: { momentum: 0.9 } },
  { name: 'sgd', weight: 1, rates: [0.01, 0.06], options: { momentum: 0.9, nesterov: true } },
  { name: 'adagrad', weight: 1, rates: [0.03, 0.1] },
]

/** Training goes on for about so many updates, as far as the time of one program allows. */
const UPDATES = [400, 900] as const

function drawTraining(draw: Random, data: DataSpec): Pick<Program, 'optimizer' | 'loss' | 'batchSize' | 'epochs'> {
  const { name, rates, options } = weightedChoice(draw, optimizers)
  const learningRate = round(rates[0] * (rates[1] / rates[0]) ** draw.uniform())
  const batchSize = choice(draw, [16, 32, 32, 64])
  const updates = UPDATES[0] + draw.uniform() * (UPDATES[1] - UPDATES[0])
  const perEpoch = Math.ceil(data.trainRows / batchSize)
  const regression = isRegression(data)
  const smooths = !regression && draw.uniform() < 0.1
  return {
    optimizer: { name, options: { learningRate, ...options } },
    loss: regression
      ? { name: choice(draw, ['meanSquaredError', 'meanSquaredError', 'meanSquaredError', 'huber']) }
      : { name: 'crossEntropy', ...(smooths && { options: { labelSmoothing: 0.05 } }) },
    batchSize,
    epochs: Math.max(6, Math.round(updates / perEpoch)),
  }
}

export function choice<Value>(draw: Random, values: readonly Value[]): Value {
  return values[draw.integer(values.length)]
}

function weightedChoice<Value extends { readonly weight: number }>(draw: Random, values: readonly Value[]): Value {
  let place = draw.uniform() * values.reduce((sum, { weight }) => sum + weight, 0)
  for (const value of values) {
    place -= value.weight
    if (place < 0) return value
  }
  return values[values.length - 1]
}

/** Three figures: a program is read by people too. */
export function round(value: number): number {
  return Number(value.toPrecision(3))
}
