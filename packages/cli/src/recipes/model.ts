/** The default networks, as plain data that goes into a run's manifest and as models made from it. */
import type { Dataset } from 'thalweg/data'
import {
  batchNorm,
  conv2d,
  createActivation,
  dense,
  dropout,
  flatten,
  groupNorm,
  instanceNorm,
  type Layer,
  layerNorm,
  type Model,
  maxPool2d,
  rmsNorm,
  sequential,
} from 'thalweg/nn'
import type { StatisticsChoice } from 'thalweg/train'
import { z } from 'zod'
import { activationName, unitsBefore } from './activations.ts'
import { idle } from './idle.ts'

/** Kinds that look at one example alone; groups and instances are channels of images. */
export const normNames = ['layer', 'rms', 'group', 'instance'] as const
export type NormName = (typeof normNames)[number]

/** Channels of an image are put into so many groups, or the most below that divide them (Wu and He have 32 for 64 and more). */
const GROUPS = 16

interface Shares {
  readonly inputShape: readonly number[]
  readonly outputs: number
  /** Name of the activation between layers. */
  readonly activation: string
  readonly batchNorm: boolean
  /** What hidden layers are normalized by instead. */
  readonly norm?: NormName | undefined
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
  norm: z.enum(normNames).optional(),
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
  readonly norm?: NormName | undefined
  readonly dropout?: number | undefined
}

/** @throws ThalwegError `usage/unknown-activation` with near names */
export function chooseModel<Description extends BuiltIn>(
  description: Description,
  {
    activation = description.activation,
    batchNorm = description.batchNorm,
    dropout = description.dropout,
    norm,
  }: ModelOverrides,
): Description {
  if (norm !== undefined && description.kind === 'mlp' && (norm === 'group' || norm === 'instance')) {
    throw idle(`--norm ${norm}`, 'a network without channels of images', '--norm layer')
  }
  return {
    ...description,
    activation: activationName(activation),
    batchNorm: norm === undefined && batchNorm !== false,
    ...(norm !== undefined && { norm }),
    dropout,
  }
}

const norms: Readonly<Record<NormName, (channels: number) => Layer>> = {
  layer: () => layerNorm(),
  rms: () => rmsNorm(),
  group: (channels) => groupNorm(groupsOf(channels)),
  instance: () => instanceNorm(),
}

function groupsOf(channels: number): number {
  let groups = Math.min(GROUPS, channels)
  while (channels % groups !== 0) groups--
  return groups
}

export function buildModel(description: BuiltIn): Model {
  const { kind, activation, batchNorm: normalizes, norm: other, dropout: rate, outputs } = description
  const act = () => createActivation(activation)
  const wide = (units: number): number => unitsBefore(activation, units)
  // Made anew for each place: a layer that stands in two places is one layer, with one set of weights.
  const norm = (units: number): Layer[] => (normalizes ? [batchNorm()] : other ? [norms[other](wide(units))] : [])
  const drop = () => (rate > 0 ? [dropout({ rate })] : [])
  // The bias of a layer whose channels are normalized each by itself would be subtracted again: it is left out.
  const bias = !normalizes && other !== 'instance'
  if (kind === 'cnn') {
    const convolutions = description.filters.flatMap((filters) => [
      conv2d(wide(filters), 3, { padding: 'same', bias }),
      ...norm(filters),
      act(),
      maxPool2d(2),
    ])
    return sequential(...convolutions, flatten(), dense(wide(description.hidden)), act(), ...drop(), dense(outputs))
  }
  const hidden = description.hidden.flatMap((units) => [dense(wide(units), { bias }), ...norm(units), act(), ...drop()])
  return sequential(...hidden, dense(outputs))
}

export function outputsOf({ target }: Dataset): number {
  return target.kind === 'class' ? target.classes.length : target.names.length
}

/** `conv 3x3x32, batch norm, relu, pool; ...` in a few words. */
export function describeModel(description: ModelDescription): string {
  if (description.kind === 'experiment') return `the experiment's own`
  const { activation, batchNorm: normalizes, norm: other, dropout: rate, outputs } = description
  const wide = (units: number): number => unitsBefore(activation, units)
  const norm = normalizes ? ', batch norm' : other ? `, ${other} norm` : ''
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
