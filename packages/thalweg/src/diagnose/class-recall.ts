/** How many of a class's examples a network finds, as it is now: accuracy says next to nothing of a class that is rare. */
import { sizeOf } from '../base/index.ts'
import { type Dataset, labelsOf } from '../data/index.ts'
import { batchSlots } from '../train/batch.ts'
import { predict, type WatchedRun } from '../train/index.ts'

export interface ClassRecall {
  /** Examples of the class that were looked at, and those of them that it named. */
  readonly examples: number
  readonly found: number
}

/** More say no more. */
const MOST = 256

/** Of the class `label`, in inference mode; of no example where one holds what is no finite number. */
export function classRecall({ model, session, settings }: WatchedRun, dataset: Dataset, label: number): ClassRecall {
  const rows = rowsOf(dataset, label)
  const inputs = new Float32Array(rows.length * sizeOf(dataset.inputShape))
  inputs.set(batchSlots(dataset, rows.length).fill(rows).inputs)
  if (rows.length === 0 || !inputs.every((value) => Number.isFinite(value))) return { examples: 0, found: 0 }
  const { target, inputShape } = dataset
  const said = predict(model, inputs, { store: session.store, engine: settings.engine, inputShape, target })
  const found = said.kind === 'class' ? said.labels.filter((one) => one === label).length : 0
  return { examples: rows.length, found }
}

function rowsOf(dataset: Dataset, label: number): Int32Array {
  const rows: number[] = []
  labelsOf(dataset)?.forEach((each, row) => {
    if (each === label && rows.length < MOST) rows.push(row)
  })
  return Int32Array.from(rows)
}
