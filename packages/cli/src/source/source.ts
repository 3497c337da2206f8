/** Where a run's data comes from: a name, a table, an experiment file. Each kind is a file in this folder. */
import type { DataNote, Dataset, Preprocessing } from 'thalweg/data'
import type { Experiment } from 'thalweg/train'
import type { Voice } from '../voice.ts'
import type { ColumnTypes } from './columns.ts'

export interface Source {
  readonly kind: 'points' | 'images' | 'table' | 'experiment'
  /** What the run is named after: `digits`, `wine`. */
  readonly name: string
  /** The options that mean something to it; others are refused, lest someone rely on them. */
  readonly takes: readonly ('--target' | '--column' | '--data' | '--preprocess' | '--augment')[]
  load(context: LoadContext): Promise<Prepared>
}

export interface LoadContext {
  readonly seed: number
  /** Whether nobody asked for this seed, so that an experiment's own comes first. Default false. */
  readonly isSeedOpen?: boolean | undefined
  /** `--data DIR`. */
  readonly folder: string | undefined
  /** `--target NAME`. */
  readonly target: string | undefined
  /** `--column NAME=TYPE`. */
  readonly columns?: ColumnTypes | undefined
  /** `--preprocess LIST`. */
  readonly preprocess?: string | undefined
  /** `--augment LIST`. */
  readonly augment?: string | undefined
  readonly voice: Voice
  readonly signal: AbortSignal
}

export interface Prepared {
  readonly train: Dataset
  readonly valid?: Dataset | undefined
  readonly test?: Dataset | undefined
  /** As prediction needs it. */
  readonly preprocessing?: Preprocessing | undefined
  /** A column as scores of the training examples, where there are columns. */
  readonly scores?: ((column: string) => Float64Array) | undefined
  readonly notes: readonly DataNote[]
  /** Files that were read. */
  readonly files: readonly string[]
  /** Set where the data comes with a model and a recipe of its own. */
  readonly experiment?: { readonly file: string; readonly text: string; readonly definition: Experiment } | undefined
}
