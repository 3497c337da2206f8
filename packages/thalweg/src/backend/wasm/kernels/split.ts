/**
 * Long folds in two steps: partial results of fixed chunks, then a fold of those. It gives threads something to share, and
 * keeps sums accurate: the error of a chain of n additions grows with n, and here no chain is long.
 */
import type { Value, View } from '../../program.ts'
import { mapViews, type Nest, type RawNest } from './nest.ts'

/** Folds longer than `limit` elements per result are cut into chunks of about `chunk`. */
interface Cut {
  readonly limit: number
  readonly chunk: number
}

/** Along a row sixteen lanes share the additions; in a column one lane does all of them. */
const ROWS: Cut = { limit: 4096, chunk: 1024 }
const COLUMNS: Cut = { limit: 512, chunk: 128 }

/** One buffer of partial results: [reduction][chunk][kept place]. */
export interface Partials {
  /** Elements. */
  readonly size: number
  /** Nests that write them, each for some of the chunks. */
  readonly parts: readonly RawNest[]
  /** The nest that folds them and runs the epilogue. */
  readonly rest: RawNest
}

/** `undefined` if the fold is short enough. `buffer` is the number of the partial results in the views of the new nests. */
export function splitFold(nest: Nest, buffer: number): Partials | undefined {
  const { shape, keptAxes, walk, reductions } = nest
  const folded = product(shape.slice(keptAxes))
  const { limit, chunk } = walk < keptAxes ? COLUMNS : ROWS
  if (folded <= limit) return undefined

  // The outermost folded axis that has something to share; the walked one is cut at whole rounds of vectors.
  const axis = shape.findIndex((size, i) => i >= keptAxes && size > 1)
  const behind = product(shape.slice(axis + 1))
  const wanted = Math.max(1, Math.min(shape[axis], Math.round(chunk / behind)))
  const length = evenLength(shape[axis], wanted, axis === walk ? 16 : 1)
  const whole = Math.floor(shape[axis] / length)
  const left = shape[axis] - whole * length
  const chunks = whole + (left > 0 ? 1 : 0)
  if (chunks === 1) return undefined

  const kept = shape.slice(0, keptAxes)
  const places = product(kept)
  const placeStrides = rowMajor(kept)
  const view = (reduction: number, chunk: number, strides: readonly number[]): View => ({
    buffer,
    offset: (reduction * chunks + chunk) * places,
    strides,
  })
  const results: Value[] = reductions.map(({ dtype }, reduction) => ({ kind: 'result', reduction, dtype }))
  const writing = (part: RawNest, firstChunk: number, strides: readonly number[]): RawNest => ({
    ...part,
    epilogue: results,
    epilogueStores: reductions.map((_, r) => ({ value: r, view: view(r, firstChunk, strides) })),
  })
  const parts = [writing(cutAxis(nest, axis, length, keptAxes), 0, [...placeStrides, places])]
  if (left > 0) parts.push(writing(tailOf(nest, axis, whole * length, left), whole, placeStrides))
  const rest: RawNest = {
    shape: [...kept, chunks],
    keptAxes,
    values: reductions.map(({ dtype }, r) => ({ kind: 'load', view: view(r, 0, [...placeStrides, places]), dtype })),
    stores: [],
    reductions: reductions.map((reduction, r) => ({ ...reduction, value: r })),
    epilogue: nest.epilogue,
    epilogueStores: nest.epilogueStores,
  }
  return { size: reductions.length * chunks * places, parts, rest }
}

/** A length near the wanted one that divides the size, if there is one: then no chunk is shorter and none needs code of its own. */
function evenLength(size: number, wanted: number, multiple: number): number {
  for (let distance = 0; distance <= wanted / 2; distance++)
    for (const length of [wanted - distance, wanted + distance])
      if (size % length === 0 && length % multiple === 0) return length
  return Math.ceil(wanted / multiple) * multiple
}

/** `axis` in two: which chunk, a new axis at `chunkAxis` (not behind `axis`), and where in it. Says nothing of the epilogue. */
export function cutAxis<Raw extends RawNest>(nest: Raw, axis: number, length: number, chunkAxis: number): Raw {
  const innerAxis = axis + 1
  const moved = mapViews(nest, (view, inEpilogue) =>
    inEpilogue ? view : { ...view, strides: insert(view.strides, chunkAxis, view.strides[axis] * length) },
  )
  const shape = insert(nest.shape, chunkAxis, Math.floor(nest.shape[axis] / length))
  shape[innerAxis] = length
  const replaced = rewrite(moved.values, (value, at) => {
    if (value.kind !== 'index') return [value]
    if (value.axis !== axis) return [{ ...value, axis: value.axis < chunkAxis ? value.axis : value.axis + 1 }]
    return [
      { kind: 'index', axis: chunkAxis, dtype: 'int32' },
      { kind: 'constant', value: length, dtype: 'int32' },
      { kind: 'apply', op: 'mul', operands: [at, at + 1], dtype: 'int32' },
      { kind: 'index', axis: innerAxis, dtype: 'int32' },
      { kind: 'apply', op: 'add', operands: [at + 2, at + 3], dtype: 'int32' },
    ]
  })
  return withValues(
    { ...moved, shape, keptAxes: chunkAxis <= nest.keptAxes ? nest.keptAxes + 1 : nest.keptAxes },
    replaced,
  )
}

/** The last `length` elements of `axis`, from `start` on. */
function tailOf(nest: Nest, axis: number, start: number, length: number): RawNest {
  const moved = mapViews({ ...nest, epilogue: [], epilogueStores: [] }, (view) => ({
    ...view,
    offset: view.offset + view.strides[axis] * start,
  }))
  const shape = nest.shape.map((size, i) => (i === axis ? length : size))
  const replaced = rewrite(moved.values, (value, at) =>
    value.kind === 'index' && value.axis === axis
      ? [
          value,
          { kind: 'constant', value: start, dtype: 'int32' },
          { kind: 'apply', op: 'add', operands: [at, at + 1], dtype: 'int32' },
        ]
      : [value],
  )
  return withValues({ ...moved, shape }, replaced)
}

interface Rewritten {
  readonly values: readonly Value[]
  /** The new position of each old value. */
  readonly positions: readonly number[]
}

/** Each value by some others, the last of which takes its place; `at` is the position of the first. */
function rewrite(values: readonly Value[], change: (value: Value, at: number) => readonly Value[]): Rewritten {
  const result: Value[] = []
  const positions: number[] = []
  for (const value of values) {
    const own: Value =
      value.kind === 'apply' ? { ...value, operands: value.operands.map((operand) => positions[operand]) } : value
    result.push(...change(own, result.length))
    positions.push(result.length - 1)
  }
  return { values: result, positions }
}

function withValues<Raw extends RawNest>(nest: Raw, { values, positions }: Rewritten): Raw {
  return {
    ...nest,
    values,
    stores: nest.stores.map((store) => ({ ...store, value: positions[store.value] })),
    reductions: nest.reductions.map((reduction) => ({ ...reduction, value: positions[reduction.value] })),
  }
}

function insert(list: readonly number[], at: number, value: number): number[] {
  return [...list.slice(0, at), value, ...list.slice(at)]
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1)
}

function rowMajor(shape: readonly number[]): number[] {
  return shape.map((_, axis) => product(shape.slice(axis + 1)))
}
