/**
 * Preprocessing of datasets that are numbers already (images, points): fitted on the training part, saved as plain JSON,
 * applied as a view that transforms each batch on its way into the slots, so bytes stay bytes in memory.
 */
import { formatShape, type Shape, sameShape, sizeOf, ThalwegError } from '../../base/index.ts'
import { eachChunk } from '../classes.ts'
import type { Dataset, Target } from '../dataset.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { type DataSource, sourceOfMixtures } from '../source.ts'
import type { Walk } from './examples.ts'
import { fitTransforms } from './fit.ts'
import { standardize } from './standardize.ts'
import {
  applyTransforms,
  type FitTransform,
  invertTransforms,
  keepsFeatures,
  type Transform,
  transformedShape,
} from './transform.ts'

export interface InputPreprocessing {
  readonly version: 1
  readonly kind: 'inputs'
  /** Shape of one example before preprocessing. */
  readonly inputShape: Shape
  readonly target: Target
  readonly transforms: readonly Transform[]
}

/**
 * Fits transforms to `train` alone, each to what those before it leave. By default each channel of images, each feature
 * of points, is standardized.
 *
 * @throws ThalwegError as the transforms' fits do
 */
export function fitInputs(train: Dataset, fits: readonly FitTransform[] = [standardize()]): InputPreprocessing {
  const { name, inputShape, target } = train
  const walk: Walk = (visit) => eachChunk(train, (values) => visit(values))
  return {
    version: 1,
    kind: 'inputs',
    inputShape,
    target,
    transforms: fitTransforms(fits, { name, shape: inputShape, walk }),
  }
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

/**
 * Preprocessed examples in their original units: exact up to rounding, but for principal components that were not kept.
 *
 * @param outputs whole examples as a network sees them
 * @returns `[examples, ...preprocessing.inputShape]`
 */
export function invertInputs(preprocessing: InputPreprocessing, outputs: ArrayLike<number>): Float32Array {
  const { transforms, inputShape } = preprocessing
  const count = outputs.length / sizeOf(transformedShape(transforms, inputShape))
  return invertTransforms(transforms, inputShape, Float32Array.from(outputs), count, makeFloat32)
}

/** A view of `dataset` through `transforms`. */
export function transformed(dataset: Dataset, transforms: readonly Transform[]): Dataset {
  const inputShape = transformedShape(transforms, dataset.inputShape)
  const before = sizeOf(dataset.inputShape)
  const after = sizeOf(inputShape)
  const isKept = keepsFeatures(transforms)
  const throughTransforms = (source: DataSource): DataSource => (isKept ? source : sourceOfMixtures(source))
  return {
    name: dataset.name,
    size: dataset.size,
    inputShape,
    ...(dataset.columns && isKept && { columns: dataset.columns }),
    target: dataset.target,
    ...(dataset.source && { source: throughTransforms(dataset.source) }),
    fill(rows, inputs, targets, epoch) {
      const raw = before === after ? inputs : new Float32Array(rows.length * before)
      dataset.fill(rows, raw, targets, epoch)
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
