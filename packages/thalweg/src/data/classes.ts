/** What a dataset's targets are as a whole: the labels or numbers of all rows, counts, and classes nobody trains on. */
import { sizeOf, ThalwegError } from '../base/index.ts'
import type { Dataset } from './dataset.ts'
import { sequentialOrder } from './order/epoch.ts'

const CHUNK = 256

/** The class of every example, int32 `[size]`; `undefined` where the target is a number. */
export function labelsOf(dataset: Dataset): Int32Array | undefined {
  if (dataset.target.kind !== 'class') return undefined
  const labels = new Int32Array(dataset.size)
  eachChunk(dataset, (_, targets, start) => labels.set(targets, start))
  return labels
}

/**
 * Walks the whole dataset in chunks of at most 256 examples: `visit(inputs, targets, start)` sees rows from `start` on,
 * in arrays that are used again for the next chunk.
 */
export function eachChunk(
  dataset: Dataset,
  visit: (inputs: Float32Array, targets: Float32Array | Int32Array, start: number) => void,
): void {
  const order = sequentialOrder(dataset.size)
  const width = sizeOf(dataset.inputShape)
  const { target } = dataset
  const targetWidth = target.kind === 'class' ? 1 : target.names.length
  const length = Math.min(CHUNK, dataset.size)
  const inputs = new Float32Array(length * width)
  const targets = target.kind === 'class' ? new Int32Array(length) : new Float32Array(length * targetWidth)
  for (let start = 0; start < dataset.size; start += CHUNK) {
    const rows = order.subarray(start, Math.min(start + CHUNK, dataset.size))
    const inputSlot = inputs.subarray(0, rows.length * width)
    const targetSlot = targets.subarray(0, rows.length * targetWidth)
    dataset.fill(rows, inputSlot, targetSlot)
    visit(inputSlot, targetSlot, start)
  }
}

/** How many examples each class has. */
export function countClasses(labels: Int32Array, classes: number): Int32Array {
  const counts = new Int32Array(classes)
  for (const label of labels) counts[label]++
  return counts
}

/**
 * Every class that occurs in `other` (the valid or test split) occurs in `train` too.
 *
 * @throws ThalwegError `data/class-not-in-train`
 */
export function checkClasses(train: Dataset, other: Dataset, part: 'valid' | 'test'): void {
  const trained = labelsOf(train)
  const asked = labelsOf(other)
  if (trained === undefined || asked === undefined || train.target.kind !== 'class') return
  const { classes } = train.target
  const have = countClasses(trained, classes.length)
  const want = countClasses(asked, classes.length)
  const missing = classes.filter((_, label) => have[label] === 0 && want[label] > 0)
  if (missing.length === 0) return
  throw new ThalwegError('data/class-not-in-train', {
    rule: `${train.name}: every class must occur in the training split`,
    received: `class ${missing.map((name) => JSON.stringify(name)).join(', ')} only in the ${part} split`,
    try: 'split by seed (split keeps the classes in proportion), or add training examples of this class',
  })
}
