/** The default networks, as plain data that goes into a run's manifest and as models made from it. */
import type { Dataset } from 'thalweg/data'
import { batchNorm, conv2d, dense, dropout, flatten, type Model, maxPool2d, relu, sequential, tanh } from 'thalweg/nn'
import { z } from 'zod'

/** Two convolutions with batch norm and pooling, then a hidden layer: for images. */
export interface CnnDescription {
  readonly kind: 'cnn'
  readonly inputShape: readonly number[]
  readonly outputs: number
  readonly filters: readonly [number, number]
  readonly hidden: number
  readonly dropout: number
}

/** Hidden layers of one kind: for tables and points. */
export interface MlpDescription {
  readonly kind: 'mlp'
  readonly inputShape: readonly number[]
  readonly outputs: number
  readonly hidden: readonly number[]
  readonly activation: 'relu' | 'tanh'
  readonly dropout: number
}

/** The model of an experiment file, which is loaded again. */
export interface ExperimentDescription {
  readonly kind: 'experiment'
  readonly file: string
  readonly sha256: string
}

export type ModelDescription = CnnDescription | MlpDescription | ExperimentDescription

const count = z.number().int().positive()
const shares = { inputShape: z.array(count), outputs: count, dropout: z.number() }

export const modelSchema: z.ZodType<ModelDescription> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cnn'), ...shares, filters: z.tuple([count, count]), hidden: count }),
  z.object({ kind: z.literal('mlp'), ...shares, hidden: z.array(count), activation: z.enum(['relu', 'tanh']) }),
  z.object({ kind: z.literal('experiment'), file: z.string(), sha256: z.string() }),
])

type BuiltIn = Exclude<ModelDescription, ExperimentDescription>

export function buildModel(description: BuiltIn): Model {
  if (description.kind === 'cnn') {
    const [first, second] = description.filters
    // The bias of a layer that batch norm follows would be subtracted again: it is left out.
    return sequential(
      conv2d(first, 3, { padding: 'same', bias: false }),
      batchNorm(),
      relu(),
      maxPool2d(2),
      conv2d(second, 3, { padding: 'same', bias: false }),
      batchNorm(),
      relu(),
      maxPool2d(2),
      flatten(),
      dense(description.hidden),
      relu(),
      dropout({ rate: description.dropout }),
      dense(description.outputs),
    )
  }
  const act = description.activation === 'relu' ? relu : tanh
  const hidden = description.hidden.flatMap((units) => [
    dense(units),
    act(),
    ...(description.dropout > 0 ? [dropout({ rate: description.dropout })] : []),
  ])
  return sequential(...hidden, dense(description.outputs))
}

export function outputsOf({ target }: Dataset): number {
  return target.kind === 'class' ? target.classes.length : target.names.length
}

/** `conv 32 - batch norm - relu ...` in a few words. */
export function describeModel(description: ModelDescription): string {
  switch (description.kind) {
    case 'cnn':
      return `${description.filters.map((count) => `conv 3x3x${count}, batch norm, relu, pool`).join('; ')}; dense ${description.hidden}, relu, dropout ${description.dropout}; dense ${description.outputs}`
    case 'mlp':
      return [
        ...description.hidden.map((units) => `dense ${units}, ${description.activation}`),
        ...(description.dropout > 0 ? [`dropout ${description.dropout}`] : []),
        `dense ${description.outputs}`,
      ].join('; ')
    case 'experiment':
      return `the experiment's own`
  }
}
