/**
 * Folds along the axis that lies contiguous in memory, as row sums [rows, C] -> [rows]: four lanes of several accumulators
 * go along a row, then are folded into one, always in the same order. A unit is one result.
 */
import type { Code, Int } from '../code.ts'
import type { StageParameters } from '../kernel.ts'
import { LANES } from '../lanes.ts'
import { Registers } from '../terms.ts'
import { ALL_AXES, describe, Evaluation } from '../values.ts'
import { Cursors } from './cursors.ts'
import { accumulate, accumulator, foldAccumulators, foldLanes, onlyLanes } from './fold.ts'
import { forFoldedAxes } from './folded-axes.ts'
import { emitRow } from './loop-map.ts'
import { arithmeticCost, type Nest, sideBySide, viewsOf } from './nest.ts'
import { computedAt, emitEpilogue, evaluateAhead, leavesAt, type Site, storeAt } from './site.ts'
import { forUnits, type UnitAxis } from './units.ts'

/** Accumulators per reduction hide the latency of addition; all of them must fit the registers. */
const ACCUMULATORS = 8

export function resultAxes({ shape, keptAxes }: Nest): UnitAxis[] {
  return shape.slice(0, keptAxes).map((size, axis) => ({ axis, size, step: 1 }))
}

export function emitRowFolds(code: Code, parameters: StageParameters, nest: Nest): void {
  const registers = new Registers(code)
  const { pointers } = parameters
  const { shape, keptAxes, walk, reductions, stores } = nest
  const expressions = describe(
    nest.values,
    [...stores, ...reductions].map(({ value }) => value),
  )
  const cursors = new Cursors(registers, pointers, viewsOf(nest.values, stores))
  const epilogueCursors = new Cursors(registers, pointers, viewsOf(nest.epilogue, nest.epilogueStores))
  const ahead = computedAt(expressions, [0, (1 << keptAxes) - 1, ~(1 << walk), ALL_AXES])
  const still: Site = { cursors, walk, lanes: LANES, steps: {}, indices: new Map() }
  const invariant = evaluateAhead(expressions, registers, leavesAt(still), [], ahead[0])
  const axes = resultAxes(nest)
  const width = Math.max(
    1,
    Math.min(sideBySide(arithmeticCost(nest.values)), Math.floor(ACCUMULATORS / reductions.length)),
  )

  forUnits(registers, parameters, { axes, cursors, epilogueCursors }, (indices) =>
    registers.scope(() => {
      const known = indices.map((index, i): [number, Int] => [axes[i].axis, index])
      const site: Site = { ...still, indices: new Map(known) }
      const unit = evaluateAhead(expressions, registers, leavesAt(site), [invariant], ahead[1])
      const sums = reductions.map((reduction) => Array.from({ length: width }, () => accumulator(registers, reduction)))
      const folded = { cursors, shape, first: keptAxes, end: walk, rowsAtOnce: 1 }
      const moved = forFoldedAxes(registers, folded, site, (row) =>
        registers.scope(() => {
          const outer = [
            evaluateAhead(expressions, registers, leavesAt(row), [unit, invariant], ahead[2]),
            unit,
            invariant,
          ]
          return emitRow(
            registers,
            nest,
            row,
            (place, v) =>
              registers.scope(() => {
                const evaluation = new Evaluation(expressions, registers, leavesAt(place), outer)
                const values = reductions.map(({ value }) => evaluation.local(value))
                storeAt(registers, place, evaluation, expressions, stores)
                reductions.forEach((reduction, r) => {
                  accumulate(code, reduction, sums[r][v], onlyLanes(reduction, values[r], place.lanes))
                })
              }),
            width,
          )
        }),
      )
      const results = reductions.map((reduction, r) => {
        const result = foldAccumulators(code, reduction, sums[r])
        foldLanes(code, reduction, result)
        return result
      })
      emitEpilogue(registers, nest, { ...site, cursors: epilogueCursors, walk: undefined, lanes: 1, results })
      return moved
    }),
  )
}
