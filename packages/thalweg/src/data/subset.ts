/** Some rows of a dataset, as a dataset: a view that copies nothing. */
import { checkRows } from './checks.ts'
import type { Dataset } from './dataset.ts'
import { fingerprintOf } from './fingerprint.ts'
import { sourceOfRows } from './source.ts'

/**
 * The examples `rows` of `dataset`, in that order; a row may occur twice, and there may be none.
 *
 * @throws ThalwegError `data/row-out-of-range`
 */
export function subset(dataset: Dataset, rows: Int32Array, name: string = dataset.name): Dataset {
  checkRows(`subset of ${dataset.name}`, rows, dataset.size)
  const chosen = rows.slice()
  let mapped = new Int32Array(0)
  return {
    name,
    size: chosen.length,
    inputShape: dataset.inputShape,
    ...(dataset.columns && { columns: dataset.columns }),
    target: dataset.target,
    ...(dataset.source && { source: sourceOfRows(dataset.source, chosen) }),
    fill(wanted, inputs, targets, epoch) {
      checkRows(name, wanted, chosen.length)
      if (mapped.length !== wanted.length) mapped = new Int32Array(wanted.length)
      for (let i = 0; i < wanted.length; i++) mapped[i] = chosen[wanted[i]]
      dataset.fill(mapped, inputs, targets, epoch)
    },
    async fingerprint() {
      return fingerprintOf({ subset: await dataset.fingerprint() }, chosen)
    },
  }
}
