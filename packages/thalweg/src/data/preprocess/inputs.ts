/**
 * Preprocessing of datasets that are numbers already (images, points): fitted on the training part, saved as plain JSON,
 * applied as a view that transforms each batch on its way into the slots, so bytes stay bytes in memory.
 */
import { formatShape, type Shape, sameShape, sizeOf, ThalwegError } from '../../base/index.ts'
import { eachChunk } from '../classes.ts'
import type { Dataset, Target } from '../dataset.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { fitStandardize } from './standardize.ts'
import { applyTransforms, type Transform, transformedShape } from './transform.ts'

export interface InputPreprocessing {
  readonly version: 1
  readonly kind: 'inputs'
  /** Shape of one example before preprocessing. */
  readonly inputShape: Shape
  readonly target: Target
  readonly transforms: readonly Transform[]
}

/** Standardizes each channel of images, each feature of points, with the figures of `train` alone. */
export function fitInputs(train: Dataset): InputPreprocessing {
  const { inputShape, target } = train
  const channels = inputShape.at(-1) ?? 1
  const standardize = fitStandardize(channels, (visit) => eachChunk(train, visit))
  return { version: 1, kind: 'inputs', inputShape, target, transforms: [standardize] }
}

/**
 * The dataset as a network sees it.
 *
 * @throws ThalwegError `data/shape-mismatch` when its examples are not of the fitted shape
 */
export function preprocessed(dataset: Dataset, preprocessing: InputPreprocessing): Dataset {
  if (!sameShape(dataset.inputShape, preprocessing.inputShape)) {
    throw new ThalwegError('data/shape-mismatch', {
      rule: `${dataset.name}: examples must have the shape the preprocessing was fitted to`,
      received: `${formatShape(dataset.inputShape)}, fitted to ${formatShape(preprocessing.inputShape)}`,
      try: `give examples of shape ${formatShape(preprocessing.inputShape)}`,
    })
  }
  return transformed(dataset, preprocessing.transforms)
}

/** A view of `dataset` through `transforms`. */
export function transformed(dataset: Dataset, transforms: readonly Transform[]): Dataset {
  const inputShape = transformedShape(transforms, dataset.inputShape)
  const before = sizeOf(dataset.inputShape)
  const after = sizeOf(inputShape)
  return {
    name: dataset.name,
    size: dataset.size,
    inputShape,
    target: dataset.target,
    fill(rows, inputs, targets) {
      const raw = before === after ? inputs : new Float32Array(rows.length * before)
      dataset.fill(rows, raw, targets)
      const result = applyTransforms(transforms, dataset.inputShape, raw, rows.length, makeFloat32)
      if (result !== inputs) inputs.set(result)
    },
    async fingerprint() {
      return fingerprintOf({ dataset: await dataset.fingerprint(), transforms })
    },
  }
}

function makeFloat32(length: number): Float32Array {
  return new Float32Array(length)
}
