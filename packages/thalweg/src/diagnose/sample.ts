/** Examples of a dataset, spread evenly over it; all of them where there are few enough. */
import { sizeOf, type TypedArray } from '../base/index.ts'
import type { Dataset } from '../data/index.ts'
import { batchSlots } from '../train/batch.ts'

export interface Sample {
  readonly rows: Int32Array
  readonly inputs: Float32Array
  readonly targets: TypedArray
}

/** @param budget input values that may be read; 64 examples are read in any case */
export function sampleOf(dataset: Dataset, budget: number): Sample {
  const width = sizeOf(dataset.inputShape)
  const count = Math.min(dataset.size, Math.max(64, Math.floor(budget / width)))
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * dataset.size) / count))
  return { rows, ...batchSlots(dataset, count).fill(rows) }
}
