/**
 * The last touch on a loop: kept axes come first, axes of size 1 go, and neighbours over which every view steps evenly
 * become one axis, so that a loop over dense values is one long loop whatever their shape.
 */
import type { LoopKernel, Store, Value } from '../../backend/index.ts'
import type { Body } from './emit.ts'

/** Every stride list that must agree for two axes to become one. */
function stridesOf(values: readonly Value[], stores: readonly Store[]): (readonly number[])[] {
  const strides: (readonly number[])[] = stores.map(({ view }) => view.strides)
  for (const value of values) if (value.kind === 'load') strides.push(value.view.strides)
  return strides
}

function indexAxes(values: readonly Value[]): Set<number> {
  const axes = new Set<number>()
  for (const value of values) if (value.kind === 'index') axes.add(value.axis)
  return axes
}

/** Axes of the old loop that become one axis of the new one, outermost first. */
type Run = readonly number[]

function joinNeighbours(
  order: readonly number[],
  sizes: readonly number[],
  strides: readonly (readonly number[])[],
  pinned: ReadonlySet<number>,
): Run[] {
  const runs: number[][] = []
  for (const axis of order) {
    const last = runs.at(-1)
    const before = last?.at(-1)
    const even =
      before !== undefined &&
      !pinned.has(axis) &&
      !pinned.has(before) &&
      strides.every((each) => each[before] === each[axis] * sizes[axis])
    if (last !== undefined && even) last.push(axis)
    else runs.push([axis])
  }
  return runs
}

/** Rewrites views and indices from the old axes to the new ones; a run has the stride of its innermost axis. */
function onRuns(runs: readonly Run[], values: readonly Value[], stores: readonly Store[]): [Value[], Store[]] {
  const innermost = runs.map((run) => run[run.length - 1])
  const along = (strides: readonly number[]): number[] => innermost.map((axis) => strides[axis])
  return [
    values.map((value): Value => {
      if (value.kind === 'load') return { ...value, view: { ...value.view, strides: along(value.view.strides) } }
      return value.kind === 'index' ? { ...value, axis: innermost.indexOf(value.axis) } : value
    }),
    stores.map((store) => ({ ...store, view: { ...store.view, strides: along(store.view.strides) } })),
  ]
}

export function finishLoop({ space, ...body }: Body, label: string): LoopKernel {
  const { sizes, folded } = space
  const axes = sizes.map((_, axis) => axis)
  const kept = axes.filter((axis) => !folded[axis])
  /** Where each kept axis stands among the epilogue's. */
  const place = new Map(kept.map((axis, position) => [axis, position]))
  const fullStrides = stridesOf(body.values, body.stores)
  const afterStrides = stridesOf(body.epilogue, body.epilogueStores).map((strides) => {
    const spread = new Array<number>(sizes.length).fill(0)
    for (const [axis, position] of place) spread[axis] = strides[position]
    return spread
  })
  const pinned = indexAxes(body.values)
  for (const position of indexAxes(body.epilogue)) pinned.add(kept[position])
  const long = (axis: number): boolean => sizes[axis] !== 1

  const keptRuns = joinNeighbours(kept.filter(long), sizes, [...fullStrides, ...afterStrides], pinned)
  const foldedRuns = joinNeighbours(
    axes.filter((axis) => folded[axis] && long(axis)),
    sizes,
    fullStrides,
    pinned,
  )
  const runs = [...keptRuns, ...foldedRuns]
  const [values, stores] = onRuns(runs, body.values, body.stores)
  const afterRuns = keptRuns.map((run) => run.map((axis) => place.get(axis) ?? 0))
  const [epilogue, epilogueStores] = onRuns(afterRuns, body.epilogue, body.epilogueStores)
  return {
    kind: 'loop',
    label,
    shape: runs.map((run) => run.reduce((size, axis) => size * sizes[axis], 1)),
    keptAxes: keptRuns.length,
    values,
    stores,
    reductions: body.reductions,
    epilogue,
    epilogueStores,
  }
}
