/** Walking an array along strides: where each element of a shape stands in another array. */
import { type Shape, sizeOf } from '../../base/index.ts'

/**
 * For every element of `shape` in row-major order: `offset + sum(index[axis] * strides[axis])`. Strides may be 0 or
 * negative.
 */
export function placesOf(shape: Shape, strides: readonly number[], offset = 0): Int32Array {
  const places = new Int32Array(sizeOf(shape))
  const index = new Int32Array(shape.length)
  let place = offset
  for (let i = 0; i < places.length; i++) {
    places[i] = place
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]
      if (++index[axis] < shape[axis]) break
      place -= strides[axis] * shape[axis]
      index[axis] = 0
    }
  }
  return places
}
