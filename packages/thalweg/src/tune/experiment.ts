/** What a file for `thalweg tune` exports: a space, and an experiment for each point of it. */
import type { Experiment } from '../train/index.ts'
import type { Pruner } from './pruners/pruner.ts'
import type { Sampler } from './samplers/sampler.ts'
import type { Params, Space } from './space.ts'

/** Of an epoch's validation; what a search goes by. */
export type SearchMetric = 'validLoss' | 'validAccuracy' | 'validR2'

export interface SearchContext {
  /** The most that a trial is trained for: what a schedule must be laid out for, not for the budget of a rung. */
  readonly epochs: number
}

export interface SearchExperiment<S extends Space = Space> {
  /** Names the study. Default the file's name. */
  readonly name?: string
  readonly space: S
  /** The most that a trial is trained for. */
  readonly epochs: number
  /** The experiment of one configuration; how long it is trained, and from which seed, the search says. */
  experiment(params: Params<S>, context: SearchContext): Omit<Experiment, 'epochs' | 'seed' | 'name'>
  /** Default `validLoss`. */
  readonly metric?: SearchMetric
  /** Default as for `search`. */
  readonly trials?: number
  /** Default `tpe()`. */
  readonly sampler?: Sampler
  /** Default none: every trial is trained for all epochs. */
  readonly pruner?: Pruner
  /** Of the proposals and of every trial. Default 1. */
  readonly seed?: number
}

/** Returns its argument; it is there for the types: `export default defineSearch({ ... })`. */
export function defineSearch<const S extends Space>(search: SearchExperiment<S>): SearchExperiment<S> {
  return search
}
