/** Shape arithmetic: pure functions on lists of dimension sizes. `[]` is a scalar; a size of 0 is legal. */

export type Shape = readonly number[]

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const dimension of shape) size *= dimension
  return size
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis])
}

/** `[32,784]`, as errors and plans print it. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(',')}]`
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]
  }
  return strides
}

/** NumPy's rule: align at the right, sizes must agree or be 1. `undefined` where the shapes do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length)
  const result = new Array<number>(rank)
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x !== y && x !== 1 && y !== 1) return undefined
    result[i] = x === 1 ? y : x
  }
  return result
}

/** The shape with `axes` (each in 0..rank-1) removed, or kept as size 1. */
export function reduceShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  if (keepDims) return shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
  return shape.filter((_, axis) => !axes.includes(axis))
}
