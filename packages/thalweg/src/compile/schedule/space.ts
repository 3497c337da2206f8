/**
 * Spaces: the axes over which a loop runs, outermost first. Values of different shapes but as many elements can share a
 * loop when there is a space that is finer than all of their shapes: [64,3136] and [64,7,7,64] share [64,7,7,64].
 */
import { internal, type Shape, sameShape, sizeOf } from '../../base/index.ts'
import type { Cut } from './walk.ts'

export interface Space {
  readonly sizes: readonly number[]
  /** Whether each axis is folded by the loop's reductions. */
  readonly folded: readonly boolean[]
}

/** A shape that shares the loop; `folded` where the axes of a reduction are. */
export interface Member {
  readonly shape: Shape
  readonly folded?: readonly number[]
}

/** The coarsest shape that cuts each of `shapes` only between axes, or undefined where there is none. */
function finest(shapes: readonly Shape[]): number[] | undefined {
  const [first] = shapes
  if (shapes.every((shape) => sameShape(shape, first))) return first.filter((size) => size !== 1)
  if (sizeOf(first) === 0) return undefined
  const strides = new Set<number>()
  for (const shape of shapes) {
    let stride = 1
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      stride *= shape[axis]
      strides.add(stride)
    }
  }
  const sorted = [...strides].filter((stride) => stride > 1).sort((a, b) => a - b)
  const sizes: number[] = []
  let inner = 1
  for (const stride of sorted) {
    if (stride % inner !== 0) return undefined
    sizes.unshift(stride / inner)
    inner = stride
  }
  return sizes
}

/** Which axes of the finer `sizes` belong to the axes of `shape` that are folded. */
function foldedAxes(sizes: readonly number[], { shape, folded = [] }: Member): boolean[] {
  const result = new Array<boolean>(sizes.length).fill(false)
  let fine = sizes.length
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    let rest = shape[axis]
    while (rest !== 1 && fine > 0) {
      fine--
      result[fine] = folded.includes(axis)
      if (rest === 0) break
      rest /= sizes[fine]
    }
  }
  return result
}

/**
 * The space of a loop over `full` shapes whose reductions leave what `after` shapes run over; undefined where they do not
 * fit together.
 */
export function commonSpace(full: readonly Member[], after: readonly Shape[]): Space | undefined {
  const sizes = finest(full.map(({ shape }) => shape))
  if (sizes === undefined) return undefined
  const folds = full.filter(({ folded }) => folded !== undefined).map((member) => foldedAxes(sizes, member))
  if (folds.some((folded) => folded.some((is, axis) => is !== folds[0][axis]))) return undefined
  const space = { sizes, folded: folds[0] ?? sizes.map(() => false) }
  return after.length === 0 ? space : refineKept(space, after)
}

/** Cuts the kept axes of a space until they are finer than `shapes`. */
function refineKept(space: Space, shapes: readonly Shape[]): Space | undefined {
  const fine = finest([keptSizes(space), ...shapes])
  if (fine === undefined) return undefined
  const sizes: number[] = []
  const folded: boolean[] = []
  let next = 0
  space.sizes.forEach((size, axis) => {
    if (space.folded[axis] || size === 0) {
      if (!space.folded[axis]) next++
      sizes.push(size)
      folded.push(space.folded[axis])
      return
    }
    for (let rest = size; rest > 1; rest /= fine[next++]) {
      if (next >= fine.length) throw internal('a space that its own refinement does not fill')
      sizes.push(fine[next])
      folded.push(false)
    }
  })
  return { sizes, folded }
}

export function keptSizes({ sizes, folded }: Space): number[] {
  return sizes.filter((_, axis) => !folded[axis])
}

export function cutSpace({ sizes, folded }: Space, { axis, inner }: Cut): Space {
  return {
    sizes: sizes.toSpliced(axis, 1, sizes[axis] / inner, inner),
    folded: folded.toSpliced(axis, 1, folded[axis], folded[axis]),
  }
}

/** Strides over the axes before a cut, as strides over the axes after it. */
export function cutStrides(strides: readonly number[], { axis, inner }: Cut): number[] {
  return strides.toSpliced(axis, 1, strides[axis] * inner, strides[axis])
}
