/** The rows of each class, for orders that treat classes apart. */
import { ThalwegError } from '../../base/index.ts'
import { labelsOf } from '../classes.ts'
import type { Dataset } from '../dataset.ts'

/**
 * Rows of each class that has any, in the order of the classes.
 *
 * @throws ThalwegError `data/no-classes` where the target is a number
 */
export function rowsByClass(operation: string, dataset: Dataset): Int32Array[] {
  const labels = labelsOf(dataset)
  if (labels === undefined || dataset.target.kind !== 'class') {
    throw new ThalwegError('data/no-classes', {
      rule: `${operation} of ${dataset.name}: the target must be classes`,
      received: `a target of numbers (${dataset.target.kind === 'number' ? dataset.target.names.join(', ') : ''})`,
      try: 'use shuffled(), or weighted() with a weight for each example',
    })
  }
  const rows: number[][] = dataset.target.classes.map(() => [])
  labels.forEach((label, row) => {
    rows[label].push(row)
  })
  return rows.filter((group) => group.length > 0).map((group) => Int32Array.from(group))
}
