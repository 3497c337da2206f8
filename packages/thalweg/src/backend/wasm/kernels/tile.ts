/**
 * Cutting the walked axis of a nest that folds nothing: in tiles, where some view runs across memory (a transpose), so that
 * the cache lines it touches are used up before they are lost; in blocks, where rows are long and few, so that threads have
 * something to share.
 */
import { keepAxes, type Nest, viewsOf } from './nest.ts'
import { cutAxis } from './split.ts'

/** Elements of a cache line, and steps so long that each element lies on another one. */
const LINE = 16
/** One cache line for each of so many elements stays in the first-level cache, even where steps are powers of two. */
const TILE = 8
const BLOCK = 4096
const ENOUGH_UNITS = 32

export function tile(nest: Nest): Nest {
  const { shape, walk } = nest
  const across = axisAcross(nest)
  const tiled = divisor(shape[walk], TILE)
  if (across !== undefined && shape[walk] >= 2 * TILE && tiled >= TILE / 2) {
    const { shape: cut, ...rest } = cutAxis(nest, walk, tiled, walk)
    const others = cut.map((_, axis) => axis).filter((axis) => axis !== across && axis !== walk + 1)
    return { ...keepAxes({ ...rest, shape: cut }, [...others, across, walk + 1], []), walk: walk + 1 }
  }
  const rows = shape.slice(0, walk).reduce((product, size) => product * size, 1)
  const block = divisor(shape[walk], BLOCK)
  if (walk > 0 && rows < ENOUGH_UNITS && shape[walk] > BLOCK && block >= BLOCK / 8)
    return { ...cutAxis(nest, walk, block, walk), walk: walk + 1 }
  return nest
}

/** An axis along which some view lies side by side that takes long steps along the walked one. */
function axisAcross({ shape, walk, values, stores }: Nest): number | undefined {
  for (const { strides } of viewsOf(values, stores)) {
    const axis = strides.findIndex((stride, i) => i !== walk && Math.abs(stride) === 1 && shape[i] > 1)
    if (axis >= 0 && Math.abs(strides[walk]) >= LINE) return axis
  }
  return undefined
}

/** The largest number up to `limit` that divides `size`: a multiple of four if there is one. */
function divisor(size: number, limit: number): number {
  let best = 1
  for (let n = Math.min(size, limit); n > 1; n--) {
    if (size % n !== 0) continue
    if (n % 4 === 0) return n
    if (best === 1) best = n
  }
  return best
}
