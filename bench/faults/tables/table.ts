/**
 * Plain arrays of examples, before any of them is a dataset: what generators make, what is standardized, and what mutations
 * of the data act upon.
 */
import type { Random } from 'thalweg/base'
import type { Dataset } from 'thalweg/data'

/** `rows` examples: inputs `[rows, width]`; targets `[rows]` of class numbers, or `[rows, outputs]` of numbers. */
export interface Rows {
  readonly inputs: Float32Array
  readonly targets: Float32Array
}

export interface Table {
  readonly task: 'class' | 'number'
  /** Of one example: `[2]`, `[14,14,1]`. */
  readonly shape: readonly number[]
  /** Classes, or predicted numbers. */
  readonly outputs: number
  /** Numbers in a row of targets: 1 for classes. */
  readonly targetWidth: number
  readonly train: Rows
  readonly valid: Rows
  readonly test: Rows
}

export interface GeneratorOptions {
  readonly rows: number
  readonly noise: number
  readonly features: number
  readonly outputs: number
  readonly seed: number
  readonly random: Random
}

/** All rows of a generator in one piece; prepare.ts deals them out. */
export interface Generated extends Pick<Table, 'task' | 'shape' | 'outputs'> {
  readonly rows: Rows
}

export type Generator = (options: GeneratorOptions) => Generated

/** Rows from a function of one row's number: its inputs and its targets. */
export function rowsFrom(count: number, row: () => { inputs: readonly number[]; targets: readonly number[] }): Rows {
  const all = Array.from({ length: count }, row)
  return {
    inputs: Float32Array.from(all.flatMap(({ inputs }) => inputs)),
    targets: Float32Array.from(all.flatMap(({ targets }) => targets)),
  }
}

/** What a classification dataset of the library holds. */
export function generatedFrom(dataset: Dataset): Generated {
  const width = dataset.inputShape.reduce((product, length) => product * length, 1)
  const inputs = new Float32Array(dataset.size * width)
  const labels = new Int32Array(dataset.size)
  dataset.fill(
    Int32Array.from({ length: dataset.size }, (_, row) => row),
    inputs,
    labels,
  )
  const outputs = dataset.target.kind === 'class' ? dataset.target.classes.length : 1
  return { task: 'class', shape: dataset.inputShape, outputs, rows: { inputs, targets: Float32Array.from(labels) } }
}

/** `order[i]` is the row that stands in place i. */
export function reordered(rows: Rows, order: ArrayLike<number>, count: number): Rows {
  return { inputs: picked(rows.inputs, order, count), targets: picked(rows.targets, order, count) }
}

/** @param count rows that `values` holds */
export function picked(values: Float32Array, order: ArrayLike<number>, count: number): Float32Array {
  const width = values.length / count
  const result = new Float32Array(order.length * width)
  for (let i = 0; i < order.length; i++) {
    result.set(values.subarray(order[i] * width, (order[i] + 1) * width), i * width)
  }
  return result
}

export function widthOf({ shape }: Pick<Table, 'shape'>): number {
  return shape.reduce((product, length) => product * length, 1)
}

export function rowCount(table: Pick<Table, 'targetWidth'>, rows: Rows): number {
  return rows.targets.length / table.targetWidth
}
