/**
 * What proposes configurations. A sampler keeps nothing: a proposal is a function of the space, of what finished before
 * and of a stream of random numbers that belongs to the trial. That is why an interrupted study goes on exactly.
 */
import type { Random } from '../../base/index.ts'
import type { Dimension, Point } from '../dimensions.ts'

/** A configuration that was tried. */
export interface Tried {
  readonly point: Point
  /** Lower is better, whichever way the study goes. Infinity where the trial failed. */
  readonly loss: number
  /** How much was spent on it. */
  readonly budget: number
}

export interface Proposal {
  readonly dimensions: readonly Dimension[]
  /** Number of the trial, from 0. */
  readonly trial: number
  /** In the order of the trials. */
  readonly tried: readonly Tried[]
  readonly random: Random
}

export interface Sampler {
  readonly name: string
  /** Plain data: part of what a study must not change when it is resumed. */
  readonly options: Readonly<Record<string, unknown>>
  /** Whether it looks at what was tried before. */
  readonly learns: boolean
  /** How many configurations it has; nothing where there is no end of them. */
  size?(dimensions: readonly Dimension[]): number
  propose(proposal: Proposal): Point
}

/** Those that were given most to spend, the best first. */
export function bestFirst(tried: readonly Tried[]): Tried[] {
  const highest = tried.reduce((most, { budget }) => Math.max(most, budget), 0)
  return tried.filter(({ budget }) => budget === highest).sort((a, b) => a.loss - b.loss)
}
