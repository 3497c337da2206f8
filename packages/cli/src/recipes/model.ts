/** The default networks, as plain data that goes into a run's manifest and as models made from it. */
import type { Dataset } from 'thalweg/data'
import {
  batchNorm,
  conv2d,
  createActivation,
  dense,
  dropout,
  flatten,
  type Model,
  maxPool2d,
  sequential,
} from 'thalweg/nn'
import type { StatisticsChoice } from 'thalweg/train'
import { z } from 'zod'
import { activationName, unitsBefore } from './activations.ts'

interface Shares {
  readonly inputShape: readonly number[]
  readonly outputs: number
  /** Name of the activation between layers. */
  readonly activation: string
  readonly batchNorm: boolean
  /** Probability with which a unit is dropped. */
  readonly dropout: number
}

/** Two convolutions with pooling, then a hidden layer: for images. */
export interface CnnDescription extends Shares {
  readonly kind: 'cnn'
  readonly filters: readonly [number, number]
  readonly hidden: number
}

/** Hidden layers of one kind: for tables and points. */
export interface MlpDescription extends Shares {
  readonly kind: 'mlp'
  readonly hidden: readonly number[]
}

/** The model of an experiment file, which is loaded again. */
export interface ExperimentDescription {
  readonly kind: 'experiment'
  readonly file: string
  readonly sha256: string
}

export type ModelDescription = CnnDescription | MlpDescription | ExperimentDescription

const count = z.number().int().positive()
const shares = {
  inputShape: z.array(count),
  outputs: count,
  activation: z.string(),
  batchNorm: z.boolean(),
  dropout: z.number(),
}

export const modelSchema: z.ZodType<ModelDescription> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cnn'), ...shares, filters: z.tuple([count, count]), hidden: count }),
  z.object({ kind: z.literal('mlp'), ...shares, hidden: z.array(count) }),
  z.object({ kind: z.literal('experiment'), file: z.string(), sha256: z.string() }),
])

type BuiltIn = Exclude<ModelDescription, ExperimentDescription>

export interface ModelOverrides {
  readonly activation?: string | undefined
  /** Whether hidden layers are normalized; by which statistics in the end, where that is said. */
  readonly batchNorm?: boolean | StatisticsChoice | undefined
  readonly dropout?: number | undefined
}

/** @throws ThalwegError `usage/unknown-activation` with near names */
export function chooseModel<Description extends BuiltIn>(
  description: Description,
  {
    activation = description.activation,
    batchNorm = description.batchNorm,
    dropout = description.dropout,
  }: ModelOverrides,
): Description {
  return { ...description, activation: activationName(activation), batchNorm: batchNorm !== false, dropout }
}

export function buildModel(description: BuiltIn): Model {
  const { kind, activation, batchNorm: normalizes, dropout: rate, outputs } = description
  const act = () => createActivation(activation)
  const wide = (units: number): number => unitsBefore(activation, units)
  // Made anew for each place: a layer that stands in two places is one layer, with one set of weights.
  const norm = () => (normalizes ? [batchNorm()] : [])
  const drop = () => (rate > 0 ? [dropout({ rate })] : [])
  // The bias of a layer that batch norm follows would be subtracted again: it is left out.
  const bias = !normalizes
  if (kind === 'cnn') {
    const convolutions = description.filters.flatMap((filters) => [
      conv2d(wide(filters), 3, { padding: 'same', bias }),
      ...norm(),
      act(),
      maxPool2d(2),
    ])
    return sequential(...convolutions, flatten(), dense(wide(description.hidden)), act(), ...drop(), dense(outputs))
  }
  const hidden = description.hidden.flatMap((units) => [dense(wide(units), { bias }), ...norm(), act(), ...drop()])
  return sequential(...hidden, dense(outputs))
}

export function outputsOf({ target }: Dataset): number {
  return target.kind === 'class' ? target.classes.length : target.names.length
}

/** `conv 3x3x32, batch norm, relu, pool; ...` in a few words. */
export function describeModel(description: ModelDescription): string {
  if (description.kind === 'experiment') return `the experiment's own`
  const { activation, batchNorm: normalizes, dropout: rate, outputs } = description
  const wide = (units: number): number => unitsBefore(activation, units)
  const norm = normalizes ? ', batch norm' : ''
  const drop = rate > 0 ? `, dropout ${rate}` : ''
  const hidden =
    description.kind === 'cnn'
      ? [
          ...description.filters.map((count) => `conv 3x3x${wide(count)}${norm}, ${activation}, pool`),
          `dense ${wide(description.hidden)}, ${activation}${drop}`,
        ]
      : description.hidden.map((units) => `dense ${wide(units)}${norm}, ${activation}${drop}`)
  return [...hidden, `dense ${outputs}`].join('; ')
}
