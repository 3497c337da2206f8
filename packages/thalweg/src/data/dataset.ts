/**
 * A dataset: examples in memory that a batch is copied from. It says what one example looks like and copies the rows it
 * is asked for into the batch's slots; it does not shuffle, split, scale or augment (see order/, split.ts, preprocess/, augment/).
 */
import type { Shape } from '../base/index.ts'
import type { DataSource } from './source.ts'

/** What is to be predicted. A class label is one int32 per example, numbers are float32 `[width]` per example. */
export type Target =
  | { readonly kind: 'class'; readonly classes: readonly string[] }
  | { readonly kind: 'number'; readonly names: readonly string[] }

export interface Dataset {
  readonly name: string
  /** Number of examples. */
  readonly size: number
  /** Shape of one example's input: `[13]`, `[28,28,1]` (height, width, channels). */
  readonly inputShape: Shape
  /** Names of the numbers in an example's input, where they are columns that have names: `[age, bmi]`. */
  readonly columns?: readonly string[]
  readonly target: Target
  /** Where its values stand in a file, where they were read from one: findings then tell the cell, and not the number. */
  readonly source?: DataSource
  /**
   * Copies examples `rows` into the batch: `inputs` is `[rows.length, ...inputShape]`, `targets` is int32 `[rows.length]`
   * for classes and float32 `[rows.length, names.length]` for numbers.
   *
   * @param epoch of training, from 0. Views that differ from epoch to epoch (augmented, mixup) act only when it is given;
   * evaluation gives none and sees the examples as they are.
   */
  fill(rows: Int32Array, inputs: Float32Array, targets: Float32Array | Int32Array, epoch?: number): void
  /** SHA-256 (hex) over shape, target and every value: the data's identity in a run's manifest. */
  fingerprint(): Promise<string>
}
