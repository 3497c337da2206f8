/**
 * A loop kernel in the order in which it will run. Pure rearrangement, no code: axes of size 1 go, neighbours that lie
 * behind each other in memory become one, and one axis is chosen to be walked by vectors.
 */
import type { Reduction, Store, Value, View } from '../../program.ts'

/** The fields of a loop kernel that say what it computes. */
export interface RawNest {
  /** Axes 0..keptAxes-1 are kept, the rest is folded. */
  readonly shape: readonly number[]
  readonly keptAxes: number
  /** Views have one stride per axis; `buffer` is a position in the list of pointers of whoever owns the nest. */
  readonly values: readonly Value[]
  readonly stores: readonly Store[]
  readonly reductions: readonly Reduction[]
  /** Views have one stride per kept axis. */
  readonly epilogue: readonly Value[]
  readonly epilogueStores: readonly Store[]
}

export interface Nest extends RawNest {
  /** The axis along which the lanes of a vector lie: the last kept or the last folded one. Others run from the first, outermost. */
  readonly walk: number
}

export function mapViews<Raw extends RawNest>(nest: Raw, change: (view: View, inEpilogue: boolean) => View): Raw {
  const value = (v: Value, inEpilogue: boolean): Value =>
    v.kind === 'load' ? { ...v, view: change(v.view, inEpilogue) } : v
  const store = (s: Store, inEpilogue: boolean): Store => ({ ...s, view: change(s.view, inEpilogue) })
  return {
    ...nest,
    values: nest.values.map((v) => value(v, false)),
    stores: nest.stores.map((s) => store(s, false)),
    epilogue: nest.epilogue.map((v) => value(v, true)),
    epilogueStores: nest.epilogueStores.map((s) => store(s, true)),
  }
}

/** All places that an expression and its stores touch. */
export function viewsOf(values: readonly Value[], stores: readonly Store[]): View[] {
  const loads = values.flatMap((value) => (value.kind === 'load' ? [value.view] : []))
  return [...loads, ...stores.map(({ view }) => view)]
}

export function allViews(nest: RawNest): View[] {
  return [...viewsOf(nest.values, nest.stores), ...viewsOf(nest.epilogue, nest.epilogueStores)]
}

export function arrange(raw: RawNest): Nest {
  const dense = mergeNeighbours(dropSingles(raw))
  if (dense.shape.length === 0) {
    const single = dense.reductions.length === 0 ? keepAxes(dense, [undefined], []) : keepAxes(dense, [], [undefined])
    return { ...single, walk: 0 }
  }
  const walk = chooseWalk(dense)
  const isFolded = walk >= dense.keptAxes
  const merged = mergeNeighbours(inOrder(dense, walk))
  return { ...merged, walk: (isFolded ? merged.shape.length : merged.keptAxes) - 1 }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}

/** The nest with these axes in this order; `undefined` is a new axis of size 1. Axes left out must have size 1. */
export function keepAxes<Raw extends RawNest>(
  nest: Raw,
  kept: readonly (number | undefined)[],
  folded: readonly (number | undefined)[],
): Raw {
  const axes = [...kept, ...folded]
  if (axes.length === nest.shape.length && axes.every((axis, i) => axis === i)) return nest
  const take = (list: readonly number[], from: readonly (number | undefined)[], fill: number): number[] =>
    from.map((axis) => (axis === undefined ? fill : list[axis]))
  const index = (value: Value): Value => {
    if (value.kind !== 'index') return value
    const axis = axes.indexOf(value.axis)
    return axis < 0 ? { kind: 'constant', value: 0, dtype: 'int32' } : { ...value, axis }
  }
  const moved = mapViews(nest, (view, inEpilogue) => ({
    ...view,
    strides: take(view.strides, inEpilogue ? kept : axes, 0),
  }))
  return {
    ...moved,
    shape: take(nest.shape, axes, 1),
    keptAxes: kept.length,
    values: moved.values.map(index),
    epilogue: moved.epilogue.map(index),
  }
}

function dropSingles(nest: RawNest): RawNest {
  const wide = range(0, nest.shape.length).filter((axis) => nest.shape[axis] !== 1)
  return keepAxes(
    nest,
    wide.filter((axis) => axis < nest.keptAxes),
    wide.filter((axis) => axis >= nest.keptAxes),
  )
}

/** Axes whose index is asked for stay as they are. */
function indexedAxes({ values, epilogue }: RawNest): Set<number> {
  return new Set([...values, ...epilogue].flatMap((value) => (value.kind === 'index' ? [value.axis] : [])))
}

/** Makes one axis of two neighbours wherever every view goes on from the inner one to the outer one in even steps. */
function mergeNeighbours(nest: RawNest): RawNest {
  const indexed = indexedAxes(nest)
  for (let outer = nest.shape.length - 2; outer >= 0; outer--) {
    const inner = outer + 1
    if (inner === nest.keptAxes || indexed.has(outer) || indexed.has(inner)) continue
    const size = nest.shape[inner]
    const even = allViews(nest).every(
      ({ strides }) => inner >= strides.length || strides[outer] === strides[inner] * size,
    )
    if (even) return mergeNeighbours(merge(nest, outer))
  }
  return nest
}

function merge(nest: RawNest, outer: number): RawNest {
  const shape = nest.shape.map((size, axis) => (axis === outer + 1 ? size * nest.shape[outer] : size))
  const axes = range(0, shape.length).filter((axis) => axis !== outer)
  return keepAxes(
    { ...nest, shape },
    axes.filter((axis) => axis < nest.keptAxes),
    axes.filter((axis) => axis >= nest.keptAxes),
  )
}

/** The axes of long strides outside, the walked one innermost of its kind. */
function inOrder(nest: RawNest, walk: number): RawNest {
  const reach = nest.shape.map((_, axis) =>
    allViews(nest).reduce((sum, { strides }) => sum + Math.abs(strides[axis] ?? 0), 0),
  )
  const order = (from: number, to: number): number[] => {
    const others = range(from, to).filter((axis) => axis !== walk)
    others.sort((a, b) => reach[b] - reach[a])
    return walk >= from && walk < to ? [...others, walk] : others
  }
  return keepAxes(nest, order(0, nest.keptAxes), order(nest.keptAxes, nest.shape.length))
}

// Rough costs in instructions, only to compare axes with each other.
const STRIDED_LOAD = 4
const STRIDED_STORE = 5
const FUNCTION_COST = 15
const ROW_COST = 4
const FOLDED_ROW_COST = 1
const FOLD_LANES = 10

const FUNCTIONS: ReadonlySet<string> = new Set([
  'exp',
  'expm1',
  'log',
  'log1p',
  'sin',
  'cos',
  'tanh',
  'sigmoid',
  'erf',
  'pow',
])

export function arithmeticCost(values: readonly Value[]): number {
  return values.reduce(
    (sum, value) => (value.kind === 'apply' ? sum + (FUNCTIONS.has(value.op) ? FUNCTION_COST : 1) : sum),
    0,
  )
}

/** How many copies of a body are worth writing side by side: of short ones four, so that none waits for the one before. */
export function sideBySide(instructions: number): 4 | 2 | 1 {
  return instructions <= 10 ? 4 : instructions <= 20 ? 2 : 1
}

const NS_PER_INSTRUCTION = 0.3

/** About how many nanoseconds the whole nest takes. */
export function workOf(nest: Nest): number {
  return nest.shape.reduce((product, size) => product * size, NS_PER_INSTRUCTION) * walkCost(nest, nest.walk)
}

/** The axis along which vectors cost least per element; among equals the innermost. */
function chooseWalk(nest: RawNest): number {
  const costs = nest.shape.map((_, axis) => walkCost(nest, axis))
  return costs.lastIndexOf(Math.min(...costs))
}

function walkCost(nest: RawNest, axis: number): number {
  const { shape, keptAxes, values, stores, reductions, epilogue } = nest
  const size = shape[axis]
  const vectors = Math.ceil(size / 4)
  const strided = (stride: number, cost: number): number => (stride === 0 ? 0 : stride === 1 ? 1 : cost)
  let perVector = arithmeticCost(values) + reductions.length
  for (const value of values) if (value.kind === 'load') perVector += strided(value.view.strides[axis], STRIDED_LOAD)
  for (const { view } of stores) perVector += strided(view.strides[axis], STRIDED_STORE)
  // Rows that are folded into columns cost little each; rows that are units, or folded into one number, cost more.
  const perRow = reductions.length > 0 && axis < keptAxes ? FOLDED_ROW_COST : ROW_COST
  const perElement = (perVector * vectors + perRow) / size
  if (reductions.length === 0) return perElement

  const folded = shape.slice(keptAxes).reduce((product, n) => product * n, 1)
  // Walking a folded axis ends with the fold of four lanes into one and an epilogue for one element at a time.
  const ending =
    axis >= keptAxes
      ? FOLD_LANES * reductions.length + arithmeticCost(epilogue) + ROW_COST
      : (arithmeticCost(epilogue) * vectors + ROW_COST) / size
  return perElement + ending / folded
}
