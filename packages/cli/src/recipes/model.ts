/** The default networks, as plain data that goes into a run's manifest and as models made from it. */
import type { Dataset } from 'thalweg/data'
import { batchNorm, conv2d, dense, dropout, flatten, type Model, maxPool2d, relu, sequential, tanh } from 'thalweg/nn'
import { z } from 'zod'

const shape = z.array(z.number().int().positive())

export const modelSchema = z.discriminatedUnion('kind', [
  /** Two convolutions with batch norm and pooling, then a hidden layer: for images. */
  z.object({
    kind: z.literal('cnn'),
    inputShape: shape,
    outputs: z.number().int(),
    filters: z.tuple([z.number().int(), z.number().int()]),
    hidden: z.number().int(),
    dropout: z.number(),
  }),
  /** Hidden layers of equal kind: for tables and points. */
  z.object({
    kind: z.literal('mlp'),
    inputShape: shape,
    outputs: z.number().int(),
    hidden: z.array(z.number().int()),
    activation: z.enum(['relu', 'tanh']),
    dropout: z.number(),
  }),
  /** The model of an experiment file, which is loaded again. */
  z.object({ kind: z.literal('experiment'), file: z.string(), sha256: z.string() }),
])

export type ModelDescription = z.infer<typeof modelSchema>
export type BuiltIn = Exclude<ModelDescription, { kind: 'experiment' }>

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
