/**
 * Transforms of numeric inputs: plain data with a `kind`, fitted once on the training split, applied to any batch. A new
 * one (min-max, PCA, whitening ...) is a file with its data, its fit and its apply, a member of this union, and a case in
 * each switch below; the compiler names the places.
 */
import { type Shape, sizeOf, unreachable } from '../../base/index.ts'
import { applyStandardize, type Standardize, standardizedShape } from './standardize.ts'

export type Transform = Standardize

/** The shape of one example after the transforms. */
export function transformedShape(transforms: readonly Transform[], shape: Shape): Shape {
  return transforms.reduce<Shape>((before, transform) => outputShape(transform, before), shape)
}

/**
 * Applies the transforms to `count` examples of `shape`.
 *
 * @param inputs `[count, ...shape]`; overwritten by transforms that keep the size
 * @returns `[count, ...transformedShape]`: `inputs` itself when no transform changes the size
 */
export function applyTransforms<T extends Float32Array | Float64Array>(
  transforms: readonly Transform[],
  shape: Shape,
  inputs: T,
  count: number,
  make: (length: number) => T,
): T {
  let values = inputs
  for (const transform of transforms) {
    const after = outputShape(transform, shape)
    const outputs = sizeOf(after) === sizeOf(shape) ? values : make(count * sizeOf(after))
    applyTransform(transform, values, outputs)
    values = outputs
    shape = after
  }
  return values
}

function outputShape(transform: Transform, shape: Shape): Shape {
  switch (transform.kind) {
    case 'standardize':
      return standardizedShape(transform, shape)
    default:
      return unreachable(transform.kind, 'a transform')
  }
}

function applyTransform(
  transform: Transform,
  inputs: Float32Array | Float64Array,
  outputs: Float32Array | Float64Array,
): void {
  switch (transform.kind) {
    case 'standardize':
      applyStandardize(transform, inputs, outputs)
      return
    default:
      unreachable(transform.kind, 'a transform')
  }
}
