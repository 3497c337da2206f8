/**
 * Folds whose results lie side by side, as column sums [rows, C] -> [C]: every lane is a result of its own. A unit is a
 * group of neighbouring columns, folded over all rows with its accumulators in registers.
 */
import type { Code, Int, Local } from '../code.ts'
import type { StageParameters } from '../kernel.ts'
import { LANES, type Lanes } from '../lanes.ts'
import { Registers } from '../terms.ts'
import { ALL_AXES, type AxisSet, describe, Evaluation, type Expressions } from '../values.ts'
import { Cursors, type Steps } from './cursors.ts'
import { accumulate, accumulator, foldAccumulators } from './fold.ts'
import { forFoldedAxes } from './folded-axes.ts'
import { arithmeticCost, type Nest, sideBySide, viewsOf } from './nest.ts'
import { computedAt, emitEpilogue, evaluateAhead, leavesAt, type Site, storeAt } from './site.ts'
import { forUnits, type UnitAxis } from './units.ts'

/** Accumulators that fit the sixteen vector registers and leave some for the values. */
const ACCUMULATORS = 8
/** Folds of fewer rows than this spend a good part of their time, and their code, in the epilogue. */
const FEW_ROWS = 1000

/** How the columns are cut into groups: `full` ones of the lanes `wide`, then one of the lanes `rest` if there are any. */
interface Columns {
  readonly axes: readonly UnitAxis[]
  readonly full: number
  readonly wide: readonly Lanes[]
  readonly rest: readonly Lanes[]
  /** With few columns several, so that an addition need not wait for the one before. The same for all groups. */
  readonly rowsAtOnce: number
}

export function columnsOf({ shape, keptAxes, walk, reductions, values, epilogue }: Nest): Columns {
  const size = shape[walk]
  const rows = shape.slice(keptAxes).reduce((product, n) => product * n, 1)
  const body = arithmeticCost(values)
  const most = sideBySide(rows < FEW_ROWS ? body + arithmeticCost(epilogue) : body)
  const group = Math.max(1, Math.min(most, Math.floor(ACCUMULATORS / reductions.length)))
  // A single vector too many does not make a group of its own.
  const full = size <= (group + 1) * LANES ? 0 : Math.floor(size / (group * LANES))
  const wide = Array<Lanes>(group).fill(LANES)
  const rest: Lanes[] = []
  for (let left = size - full * group * LANES; left > 0; left -= LANES) rest.push(Math.min(left, LANES) as Lanes)
  const groups = full + (rest.length > 0 ? 1 : 0)
  const vectors = full > 0 ? group : rest.length
  const rowsAtOnce = Math.max(1, Math.floor(sideBySide(body) / (vectors * reductions.length)))
  const outer = shape.slice(0, walk).map((n, axis) => ({ axis, size: n, step: 1 }))
  return { axes: [...outer, { axis: walk, size: groups, step: group * LANES }], full, wide, rest, rowsAtOnce }
}

interface Emission {
  readonly registers: Registers
  readonly nest: Nest
  readonly expressions: Expressions
  readonly cursors: Cursors
  readonly epilogueCursors: Cursors
  /** Values computed before inner loops, at each of the places of `placesOf`. */
  readonly ahead: readonly (readonly number[])[]
  readonly invariant: Evaluation
  readonly rowsAtOnce: number
}

/** Before all; before a unit; before the rows of one vector; before the vectors of one row; in the innermost loop. */
function placesOf({ walk }: Nest): readonly AxisSet[] {
  const outer = (1 << walk) - 1
  const lanes = 1 << walk
  return [0, outer, outer | lanes, ~lanes, ALL_AXES]
}

export function emitColumns(code: Code, parameters: StageParameters, nest: Nest): void {
  const registers = new Registers(code)
  const { walk } = nest
  const { pointers } = parameters
  const expressions = describe(
    nest.values,
    [...nest.stores, ...nest.reductions].map(({ value }) => value),
  )
  const cursors = new Cursors(registers, pointers, viewsOf(nest.values, nest.stores))
  const epilogueCursors = new Cursors(registers, pointers, viewsOf(nest.epilogue, nest.epilogueStores))
  const ahead = computedAt(expressions, placesOf(nest))
  const still: Site = { cursors, walk, lanes: LANES, steps: {}, indices: new Map() }
  const invariant = evaluateAhead(expressions, registers, leavesAt(still), [], ahead[0])
  const { axes, full, wide, rest, rowsAtOnce } = columnsOf(nest)
  const emission = { registers, nest, expressions, cursors, epilogueCursors, ahead, invariant, rowsAtOnce }

  forUnits(registers, parameters, { axes, cursors, epilogueCursors }, (indices) => {
    const group = indices[indices.length - 1]
    const first = registers.take('i32')
    code
      .int(group)
      .i32(wide.length * LANES)
      .op('i32.mul')
      .set(first)
    const known = indices.map((index, i): [number, Int] => [axes[i].axis, axes[i].axis === walk ? first : index])
    let moved: Steps = {}
    const emit = (lanes: readonly Lanes[]) => (): void => {
      moved = registers.scope(() => emitGroup(emission, { ...still, indices: new Map(known) }, lanes))
    }
    if (full === 0) emit(rest)()
    else if (rest.length === 0) emit(wide)()
    else code.int(group).i32(full).op('i32.lt_s').if(emit(wide), emit(rest))
    return moved
  })
}

/** One vector of columns: where it is, and its values that do not change from row to row. */
interface Column {
  readonly place: Site
  readonly ahead: Evaluation
}

/** Folds and finishes one group of columns. Returns by how far the cursors moved: the same for any lanes. */
function emitGroup(emission: Emission, site: Site, lanes: readonly Lanes[]): Steps {
  const { registers, nest, expressions, cursors, ahead, invariant, rowsAtOnce } = emission
  const { reductions } = nest
  const unit = evaluateAhead(expressions, registers, leavesAt(site), [invariant], ahead[1])
  const columns = lanes.map((count, v): Column => {
    const place = { ...site, lanes: count, steps: { [nest.walk]: v * LANES } }
    return { place, ahead: evaluateAhead(expressions, registers, leavesAt(place), [unit, invariant], ahead[2]) }
  })
  const sums = columns.map(() =>
    reductions.map((reduction) => Array.from({ length: rowsAtOnce }, () => accumulator(registers, reduction))),
  )
  const axes = { cursors, shape: nest.shape, first: nest.keptAxes, end: nest.shape.length, rowsAtOnce }
  const moved = forFoldedAxes(registers, axes, site, (row, k) => {
    emitRowOfGroup(emission, row, columns, unit, (v, r) => sums[v][r][k])
    return {}
  })
  columns.forEach(({ place }, v) => {
    const results = sums[v].map((of, r) => foldAccumulators(registers.code, reductions[r], of))
    emitEpilogue(registers, nest, { ...place, cursors: emission.epilogueCursors, results })
  })
  return moved
}

function emitRowOfGroup(
  { registers, nest, expressions, ahead, invariant }: Emission,
  row: Site,
  columns: readonly Column[],
  unit: Evaluation,
  sumOf: (v: number, reduction: number) => Local,
): void {
  registers.scope(() => {
    const ofRow = evaluateAhead(expressions, registers, leavesAt(row), [unit, invariant], ahead[3])
    columns.forEach((column, v) => {
      registers.scope(() => {
        const site = { ...row, lanes: column.place.lanes, steps: { ...row.steps, ...column.place.steps } }
        const outer = [ofRow, column.ahead, unit, invariant]
        const evaluation = new Evaluation(expressions, registers, leavesAt(site), outer)
        const folded = nest.reductions.map(({ value }) => evaluation.local(value))
        storeAt(registers, site, evaluation, expressions, nest.stores)
        nest.reductions.forEach((reduction, r) => {
          accumulate(registers.code, reduction, sumOf(v, r), folded[r])
        })
      })
    })
  })
}
