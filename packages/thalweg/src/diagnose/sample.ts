/** Examples of a dataset, spread evenly over it; all of them where there are few enough. */
import { sizeOf, type TypedArray } from '../base/index.ts'
import type { Dataset } from '../data/index.ts'
import { batchSlots } from '../train/batch.ts'

/** Of the values of a column. */
export interface Spread {
  readonly mean: number
  readonly deviation: number
  readonly least: number
  readonly most: number
}

export interface Sample {
  readonly rows: Int32Array
  readonly inputs: Float32Array
  readonly targets: TypedArray
}

/** So many rows of `size`, evenly spread; all of them where there are no more. */
export function spreadRows(size: number, most: number): Int32Array {
  const count = Math.min(size, most)
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * size) / count))
}

/** One column of rows of `columns` values each. */
export function columnOf(values: ArrayLike<number>, column: number, columns: number): Float64Array {
  return Float64Array.from({ length: values.length / columns }, (_, row) => values[row * columns + column])
}

/** @param budget input values that may be read; 64 examples are read in any case */
export function sampleOf(dataset: Dataset, budget: number): Sample {
  const width = sizeOf(dataset.inputShape)
  const rows = spreadRows(dataset.size, Math.max(64, Math.floor(budget / width)))
  return { rows, ...batchSlots(dataset, rows.length).fill(rows) }
}
