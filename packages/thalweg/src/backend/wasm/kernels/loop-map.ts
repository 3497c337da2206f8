/** Loops that fold nothing: each element of the result from the elements at the same place. */
import type { Code, Int } from '../code.ts'
import type { StageParameters } from '../kernel.ts'
import { LANES, type Lanes } from '../lanes.ts'
import { Registers } from '../terms.ts'
import { ALL_AXES, type AxisSet, describe, Evaluation, type Expressions } from '../values.ts'
import { Cursors, type Steps } from './cursors.ts'
import { arithmeticCost, type Nest, viewsOf } from './nest.ts'
import { computedAt, evaluateAhead, leavesAt, type Site, storeAt } from './site.ts'
import { forUnits, type UnitAxis } from './units.ts'

/** A loop body of vectors, at several places ahead of where the cursors stand. */
interface Body {
  readonly registers: Registers
  readonly nest: Nest
  readonly expressions: Expressions
  readonly cursors: Cursors
}

/** Short bodies are repeated within the loop, so that counting costs less than computing. */
function unrolling(nest: Nest): number {
  const length = arithmeticCost(nest.values) + viewsOf(nest.values, nest.stores).length
  return length <= 6 ? 4 : length <= 14 ? 2 : 1
}

function bodyOf(code: Code, { pointers }: StageParameters, nest: Nest): Body {
  const registers = new Registers(code)
  const expressions = describe(
    nest.values,
    nest.stores.map(({ value }) => value),
  )
  const cursors = new Cursors(registers, pointers, viewsOf(nest.values, nest.stores))
  return { registers, nest, expressions, cursors }
}

function emitVector({ registers, nest, expressions }: Body, site: Site, outer: readonly Evaluation[]): void {
  registers.scope(() => {
    const evaluation = new Evaluation(expressions, registers, leavesAt(site), outer)
    storeAt(registers, site, evaluation, expressions, nest.stores)
  })
}

/**
 * One axis alone: a unit is an element, any range of them is walked by vectors and its last three or fewer by single lanes.
 * The code does not know the size of the axis, so that all parameters of a model share the code of their update.
 */
export function emitLine(code: Code, parameters: StageParameters, nest: Nest): void {
  const body = bodyOf(code, parameters, nest)
  const { registers, expressions, cursors } = body
  const { walk } = nest
  const { start, end } = parameters
  const [invariant] = computedAt(expressions, [0, ALL_AXES])
  cursors.begin([{ axis: walk, index: start, step: 1 }])
  const at = registers.take('i32')
  const limit = registers.take('i32')
  const site: Site = { cursors, walk, lanes: LANES, steps: {}, indices: new Map([[walk, at]]) }
  const outer = [evaluateAhead(expressions, registers, leavesAt(site), [], invariant)]

  const rounds = (vectors: number, lanes: Lanes): void => {
    const step = vectors * lanes
    code
      .get(end)
      .i32(step - 1)
      .op('i32.sub')
      .set(limit)
    code.forRest(at, limit, step, () => {
      for (let v = 0; v < vectors; v++) emitVector(body, { ...site, lanes, steps: { [walk]: v * lanes } }, outer)
      cursors.move({ [walk]: step })
    })
  }
  code.get(start).set(at)
  const unroll = unrolling(nest)
  if (unroll > 1) rounds(unroll, LANES)
  rounds(1, LANES)
  rounds(1, 1)
}

/** Several axes: a unit is one row along the walked axis, whose size stands in the code. */
export function emitRows(code: Code, parameters: StageParameters, nest: Nest): void {
  const body = bodyOf(code, parameters, nest)
  const { registers, expressions, cursors } = body
  const { walk } = nest
  const outerAxes: AxisSet = (1 << walk) - 1
  const [invariant, ofRow] = computedAt(expressions, [0, outerAxes, ALL_AXES])
  const axes = rowAxes(nest)
  const still: Site = { cursors, walk, lanes: LANES, steps: {}, indices: new Map() }
  const first = evaluateAhead(expressions, registers, leavesAt(still), [], invariant)

  forUnits(registers, parameters, { axes, cursors }, (indices) =>
    registers.scope(() => {
      const site: Site = { ...still, indices: new Map(indices.map((index, i) => [axes[i].axis, index])) }
      const row = evaluateAhead(expressions, registers, leavesAt(site), [first], ofRow)
      return emitRow(registers, nest, site, (place) => emitVector(body, place, [row, first]))
    }),
  )
}

export function rowAxes({ shape, walk }: Nest): UnitAxis[] {
  return shape.slice(0, walk).map((size, axis) => ({ axis, size, step: 1 }))
}

/** Rows of at most so many vectors are written out without a loop. */
const STRAIGHT = 4

/**
 * All vectors of one row in order, the last one perhaps of fewer lanes. Returns by how far the cursors have moved.
 * `vectorsAtOnce`: how many vectors a round of the loop takes; vector `v` of a round is told its number.
 */
export function emitRow(
  registers: Registers,
  nest: Nest,
  site: Site,
  emit: (site: Site, v: number) => void,
  vectorsAtOnce: number = unrolling(nest),
): Steps {
  const { code } = registers
  const { walk } = nest
  const size = nest.shape[walk]
  const vectors = Math.floor(size / LANES)
  const rounds = vectors <= STRAIGHT && vectors <= 2 * vectorsAtOnce ? 0 : Math.floor(vectors / vectorsAtOnce)
  const looped = rounds * vectorsAtOnce * LANES
  const at = (index: Int, offset: number, lanes: Lanes): Site => ({
    ...site,
    lanes,
    steps: { ...site.steps, [walk]: offset },
    indices: new Map(site.indices).set(walk, index),
  })
  if (rounds > 0) {
    const index = registers.take('i32')
    code.for(index, 0, looped, vectorsAtOnce * LANES, () => {
      for (let v = 0; v < vectorsAtOnce; v++) emit(at(index, v * LANES, LANES), v)
      site.cursors.move({ [walk]: vectorsAtOnce * LANES })
    })
  }
  for (let v = rounds * vectorsAtOnce; v < vectors; v++) emit(at(looped, v * LANES - looped, LANES), v % vectorsAtOnce)
  const tail = size % LANES
  if (tail > 0) emit(at(looped, vectors * LANES - looped, tail as Lanes), vectors % vectorsAtOnce)
  return looped === 0 ? {} : { [walk]: looped }
}
