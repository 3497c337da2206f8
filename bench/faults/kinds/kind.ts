/**
 * A kind of fault: one mistake that people make, as a mutation of a healthy program (after DeepCrime, Humbatova et al.,
 * ISSTA 2021, and the article), with what a diagnosis should say of it.
 */
import type { Random } from 'thalweg/base'
import { isWeighted, type LayerSpec, layerPaths, type Program } from '../program.ts'

export interface Mutation {
  readonly program: Program
  /** Where the fault lies in some layers and not in others: any of these paths is the right one. */
  readonly layers?: readonly string[]
}

export interface Kind {
  readonly name: string
  /** Codes of findings any of which is a right verdict. */
  readonly expects: readonly string[]
  /** Codes of what the fault brings about beside it: no verdict, and no false alarm. What is expected stays a verdict. */
  readonly brings?: readonly string[]
  /**
   * Whether a change of the configuration can mend it: without other data or more time, and without a guess at what its author
   * meant to learn.
   */
  readonly repairable: boolean
  /** What gets worse: the score (default), validation's word, or the time that passes. */
  readonly harms?: 'score' | 'trust' | 'time'
  /** Undefined where the program is not one that the mistake can be made in. */
  mutate(program: Program, draw: Random): Mutation | undefined
}

/** What may follow where hardly anything is learned. */
export const stuck: readonly string[] = ['not-learning', 'plateau', 'underfitting', 'rate-too-low', 'update-ratio']

/** What may follow where values or steps are far too large: numbers run away, units are driven to their ends, nothing fits. */
export const runaway: readonly string[] = [
  ...stuck,
  'loss-diverged',
  'loss-above-start',
  'loss-climbs',
  'loss-oscillates',
  'rate-too-high',
  'non-finite',
  'overfitting',
  'initial-loss',
  'activation-spread',
  'exploding-gradient',
  'vanishing-gradient',
  'saturated-activation',
  'dead-relu',
  'dead-channel',
]

/** What may follow where a layer lets little through: nothing is learned, and gradients fade. */
export const choked: readonly string[] = [
  ...stuck,
  'vanishing-gradient',
  'dead-relu',
  'dead-channel',
  'saturated-activation',
]

/** A layer with weights and what follows until the next one: a finding about any of them is about it. */
export function around(layers: readonly LayerSpec[], at: number): string[] {
  const next = layers.findIndex((layer, i) => i > at && isWeighted(layer))
  return layerPaths(layers).slice(at, next < 0 ? undefined : next)
}

/** From `low` to `high`, evenly on a logarithmic scale. */
export function between(draw: Random, low: number, high: number): number {
  return Number((low * (high / low) ** draw.uniform()).toPrecision(3))
}

export function hasActivation({ layers }: Program, ...names: readonly string[]): boolean {
  return layers.some((layer) => layer.kind === 'activation' && names.includes(layer.name))
}

export function has({ layers }: Program, kind: LayerSpec['kind']): boolean {
  return layers.some((layer) => layer.kind === kind)
}
