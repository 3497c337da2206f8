/** A batch on the host: two arrays that are filled again and again, and views of them for a short last batch. */
import { type Shape, sizeOf, type TypedArray } from '../base/index.ts'
import type { Dataset } from '../data/index.ts'

export interface BatchSlots {
  /** Copies examples `rows` in, as training sees them in `epoch` if it is given; good until the next call. */
  fill(rows: Int32Array, epoch?: number): { readonly inputs: Float32Array; readonly targets: TypedArray }
}

export function batchSlots(dataset: Dataset, batchSize: number): BatchSlots {
  const width = sizeOf(dataset.inputShape)
  const targetWidth = dataset.target.kind === 'class' ? 1 : dataset.target.names.length
  const inputs = new Float32Array(batchSize * width)
  const targets =
    dataset.target.kind === 'class' ? new Int32Array(batchSize) : new Float32Array(batchSize * targetWidth)
  const whole = { inputs, targets }
  const part = (size: number) => ({
    inputs: inputs.subarray(0, size * width),
    targets: targets.subarray(0, size * targetWidth),
  })
  return {
    fill(rows, epoch) {
      const batch = rows.length === batchSize ? whole : part(rows.length)
      dataset.fill(rows, batch.inputs, batch.targets, epoch)
      return batch
    },
  }
}

/** Slots of a step that takes `batch` examples: inputs, then targets (int32 classes, float32 numbers). */
export function batchTypes(
  { inputShape, target }: Pick<Dataset, 'inputShape' | 'target'>,
  batch: number,
): [{ name: string; shape: Shape; dtype: 'float32' }, { name: string; shape: Shape; dtype: 'int32' | 'float32' }] {
  return [
    { name: 'inputs', shape: [batch, ...inputShape], dtype: 'float32' },
    target.kind === 'class'
      ? { name: 'targets', shape: [batch], dtype: 'int32' }
      : { name: 'targets', shape: [batch, target.names.length], dtype: 'float32' },
  ]
}
