/** A view computed once: what PCA or whitening make of 60,000 images, say, instead of making it anew in every epoch. */
import { sizeOf } from '../base/index.ts'
import { arrays } from './arrays.ts'
import { eachChunk } from './classes.ts'
import type { Dataset } from './dataset.ts'

/** The same dataset with all its values in memory, 4 bytes each. Augment it afterwards, not before. */
export function materialized(dataset: Dataset): Dataset {
  const { name, size, inputShape, target } = dataset
  const width = sizeOf(inputShape)
  const targetWidth = target.kind === 'class' ? 1 : target.names.length
  const inputs = new Float32Array(size * width)
  const values = target.kind === 'class' ? new Int32Array(size) : new Float32Array(size * targetWidth)
  eachChunk(dataset, (someInputs, someTargets, start) => {
    inputs.set(someInputs, start * width)
    values.set(someTargets, start * targetWidth)
  })
  const kept =
    values instanceof Int32Array
      ? arrays({
          name,
          inputs,
          inputShape,
          labels: values,
          ...(target.kind === 'class' && { classes: target.classes }),
        })
      : arrays({ name, inputs, inputShape, numbers: values, ...(target.kind === 'number' && { names: target.names }) })
  return {
    ...kept,
    ...(dataset.columns && { columns: dataset.columns }),
    ...(dataset.source && { source: dataset.source }),
    fingerprint: () => dataset.fingerprint(),
  }
}
