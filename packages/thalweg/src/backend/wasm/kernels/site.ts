/** What the three shapes of loop share: leaves at a place inside the loops, and values computed outside of inner loops. */
import type { Store } from '../../program.ts'
import type { Int, Local } from '../code.ts'
import { type Lanes, loadLanes, storeLanes } from '../lanes.ts'
import { apply, int, type Registers, type Term } from '../terms.ts'
import { type AxisSet, describe, Evaluation, type Expressions, emitStores, type Leaves } from '../values.ts'
import type { Cursors, Steps } from './cursors.ts'
import type { Nest } from './nest.ts'

/** A place inside the loops of a nest. */
export interface Site {
  readonly cursors: Cursors
  /** The axis of the lanes; none where a single element is at work. */
  readonly walk: number | undefined
  readonly lanes: Lanes
  /** From where the cursors stand. */
  readonly steps: Steps
  /** Where the cursors stand along each axis whose index is asked for. */
  readonly indices: ReadonlyMap<number, Int>
  readonly results?: readonly Local[]
}

const LANE_NUMBERS: Term = (code) => code.i32x4(0, 1, 2, 3)

function splatSum(index: Local, ahead: number): Term {
  return (code) => {
    code.get(index)
    if (ahead !== 0) code.i32(ahead).op('i32.add')
    code.op('i32x4.splat')
  }
}

export function leavesAt({ cursors, walk, lanes, steps, indices, results = [] }: Site): Leaves {
  return {
    load: ({ view, dtype }) =>
      loadLanes(cursors.place(view, steps), walk === undefined ? 0 : view.strides[walk], lanes, dtype),
    index(axis) {
      const index = indices.get(axis) ?? 0
      const ahead = steps[axis] ?? 0
      const same = typeof index === 'number' ? int(index + ahead) : splatSum(index, ahead)
      return axis === walk ? apply('i32x4.add', same, LANE_NUMBERS) : same
    },
    result: (reduction) => results[reduction],
  }
}

export function storeAt(
  registers: Registers,
  { cursors, walk, lanes, steps }: Site,
  evaluation: Evaluation,
  expressions: Expressions,
  stores: readonly Store[],
): void {
  emitStores(evaluation, expressions, stores, ({ view }, value, dtype) => {
    const stride = walk === undefined ? 0 : view.strides[walk]
    storeLanes(registers, value, cursors.place(view, steps), stride, lanes, dtype)
  })
}

/**
 * Loops within loops: `places` says which axes have an index at each, outermost first. Tells which values are computed at
 * each place (the first that has all the axes along which they change) because something further in uses them. Constants
 * are not listed: they stand in the code.
 */
export function computedAt(expressions: Expressions, places: readonly AxisSet[]): readonly (readonly number[])[] {
  const { values, varies, uses, roots } = expressions
  const last = places.length - 1
  const home = (position: number): number => {
    const found = places.findIndex((axes) => (varies[position] & ~axes) === 0)
    return found < 0 ? last : found
  }
  const lists = places.map(() => new Set<number>())
  const use = (position: number, from: number): void => {
    const at = home(position)
    if (at !== from && values[position].kind !== 'constant') lists[at].add(position)
  }
  for (const root of roots) use(root, last)
  values.forEach((value, position) => {
    if (value.kind !== 'apply' || uses[position] === 0) return
    for (const operand of value.operands) use(operand, home(position))
  })
  return lists.map((list) => [...list].sort((a, b) => a - b))
}

/** An evaluation of values that are used further in, computed now. */
export function evaluateAhead(
  expressions: Expressions,
  registers: Registers,
  leaves: Leaves,
  outer: readonly Evaluation[],
  positions: readonly number[],
): Evaluation {
  const evaluation = new Evaluation(expressions, registers, leaves, outer)
  for (const position of positions) evaluation.local(position)
  return evaluation
}

/** What is done with the results of the reductions, at one kept place. */
export function emitEpilogue(registers: Registers, { epilogue, epilogueStores }: Nest, site: Site): void {
  const expressions = describe(
    epilogue,
    epilogueStores.map(({ value }) => value),
  )
  registers.scope(() => {
    const evaluation = new Evaluation(expressions, registers, leavesAt(site))
    storeAt(registers, site, evaluation, expressions, epilogueStores)
  })
}
