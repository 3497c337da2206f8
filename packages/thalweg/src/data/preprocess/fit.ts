/** Fits transforms one after another: each sees the training examples as those before it leave them. */
import { sizeOf } from '../../base/index.ts'
import type { Examples } from './examples.ts'
import { applyTransforms, type FitTransform, type Transform, transformedShape } from './transform.ts'

/** @throws ThalwegError as the transforms' fits do */
export function fitTransforms(fits: readonly FitTransform[], examples: Examples): Transform[] {
  const transforms: Transform[] = []
  for (const fit of fits) transforms.push(fit(through(transforms, examples)))
  return transforms
}

function through(fitted: readonly Transform[], examples: Examples): Examples {
  if (fitted.length === 0) return examples
  const before = [...fitted]
  const size = sizeOf(examples.shape)
  return {
    name: examples.name,
    shape: transformedShape(before, examples.shape),
    // A projection mixes all features: none of them is a one-hot column any more.
    leave: before.some(({ kind }) => MIXING.has(kind)) ? undefined : examples.leave,
    walk: (visit) =>
      examples.walk((values) => {
        const count = values.length / size
        if (values instanceof Float32Array) {
          visit(applyTransforms(before, examples.shape, values.slice(), count, (length) => new Float32Array(length)))
          return
        }
        const copy = Float64Array.from(values)
        visit(applyTransforms(before, examples.shape, copy, count, (length) => new Float64Array(length)))
      }),
  }
}

const MIXING: ReadonlySet<Transform['kind']> = new Set(['pca', 'pca-whitening', 'zca-whitening'])
