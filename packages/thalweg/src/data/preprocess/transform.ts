/**
 * Transforms of numeric inputs: plain data with a `kind`, fitted once on the training split, applied to any batch, turned
 * back. A new one is a file with its data and its fit, a member of this union, a case in the switch below and a row in
 * read.ts; the compiler names the places.
 */
import { type Shape, sizeOf, unreachable } from '../../base/index.ts'
import { affine } from './affine.ts'
import type { Center } from './center.ts'
import type { Examples } from './examples.ts'
import type { Mapping } from './mapping.ts'
import { type MinMax, minMaxMapping } from './min-max.ts'
import type { Pca } from './pca.ts'
import { projection } from './projection.ts'
import type { Robust } from './robust.ts'
import type { Standardize } from './standardize.ts'
import type { Whitening } from './whitening.ts'

export type Transform = Center | Standardize | MinMax | Robust | Pca | Whitening

/** A transform that is still to be fitted: `standardize()`, `pca({ components: 50 })`. */
export type FitTransform = (examples: Examples) => Transform

type Floats = Float32Array | Float64Array

/** The shape of one example after the transforms. */
export function transformedShape(transforms: readonly Transform[], shape: Shape): Shape {
  return transforms.reduce<Shape>((before, transform) => mappingOf(transform).outputShape(before), shape)
}

/** Whether each number that comes out is made of the one in its place: principal components are mixtures. */
export function keepsFeatures(transforms: readonly Transform[]): boolean {
  return transforms.every(({ kind }) => kind !== 'pca' && kind !== 'pca-whitening' && kind !== 'zca-whitening')
}

/**
 * Applies the transforms to `count` examples of `shape`.
 *
 * @param inputs `[count, ...shape]`; overwritten by transforms that keep the size
 * @returns `[count, ...transformedShape]`: `inputs` itself when no transform changes the size
 */
export function applyTransforms<T extends Floats>(
  transforms: readonly Transform[],
  shape: Shape,
  inputs: T,
  count: number,
  make: (length: number) => T,
): T {
  let values = inputs
  for (const transform of transforms) {
    const mapping = mappingOf(transform)
    const after = mapping.outputShape(shape)
    const outputs = sizeOf(after) === sizeOf(shape) ? values : make(count * sizeOf(after))
    mapping.apply(values, outputs)
    values = outputs
    shape = after
  }
  return values
}

/**
 * Turns `count` transformed examples back: exact up to rounding, but for what a transform has thrown away (principal
 * components that were not kept).
 *
 * @param shape of one example before the transforms
 * @param outputs `[count, ...transformedShape]`; overwritten by transforms that keep the size
 * @returns `[count, ...shape]`
 */
export function invertTransforms<T extends Floats>(
  transforms: readonly Transform[],
  shape: Shape,
  outputs: T,
  count: number,
  make: (length: number) => T,
): T {
  const sizes = transforms.map((_, i) => sizeOf(transformedShape(transforms.slice(0, i), shape)))
  return transforms.reduceRight((values, transform, i) => {
    const inputs = values.length === count * sizes[i] ? values : make(count * sizes[i])
    mappingOf(transform).invert(values, inputs)
    return inputs
  }, outputs)
}

/** Matrices are made once for each transform, and go when it goes. */
const mappings = new WeakMap<Transform, Mapping>()

function mappingOf(transform: Transform): Mapping {
  const known = mappings.get(transform)
  if (known) return known
  const mapping = makeMapping(transform)
  mappings.set(transform, mapping)
  return mapping
}

function makeMapping(transform: Transform): Mapping {
  switch (transform.kind) {
    case 'center': {
      const ones = transform.mean.map(() => 1)
      return affine('center', transform.mean, ones)
    }
    case 'standardize':
      return affine('standardize', transform.mean, transform.scale)
    case 'min-max':
      return minMaxMapping(transform)
    case 'robust':
      return affine('robust', transform.median, transform.spread)
    case 'pca':
    case 'pca-whitening':
    case 'zca-whitening':
      return projection(transform)
    default:
      return unreachable(transform, 'a transform')
  }
}
