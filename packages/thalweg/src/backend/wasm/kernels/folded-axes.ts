/** The loops over folded axes within a unit, in the order of the nest: the sizes stand in the code. */
import type { Int } from '../code.ts'
import type { Registers } from '../terms.ts'
import { type Cursors, plusSteps, type Steps } from './cursors.ts'
import type { Site } from './site.ts'

export interface FoldedAxes {
  readonly cursors: Cursors
  readonly shape: readonly number[]
  /** From `first` up to `end`, not included. */
  readonly first: number
  readonly end: number
  /** How many rows of the innermost axis a round of its loop takes. */
  readonly rowsAtOnce: number
}

/**
 * Calls `emit` for row `k` of a round; it returns by how far it moved the cursors (nothing unless rowsAtOnce is 1).
 * Returns by how far the loops moved them in all.
 */
export function forFoldedAxes(
  registers: Registers,
  { cursors, shape, first, end, rowsAtOnce }: FoldedAxes,
  site: Site,
  emit: (site: Site, k: number) => Steps,
): Steps {
  if (first >= end) return emit(site, 0)
  const { code } = registers
  const axis = first
  const size = shape[axis]
  const index = registers.take('i32')
  const at = (start: Int, k: number): Site => ({
    ...site,
    steps: { ...site.steps, [axis]: k },
    indices: new Map(site.indices).set(axis, start),
  })
  if (axis < end - 1) {
    code.for(index, 0, size, 1, () => {
      const moved = forFoldedAxes(registers, { cursors, shape, first: axis + 1, end, rowsAtOnce }, at(index, 0), emit)
      cursors.move(plusSteps({ [axis]: 1 }, moved, -1))
    })
    return { [axis]: size }
  }
  const looped = size - (size % rowsAtOnce)
  code.for(index, 0, looped, rowsAtOnce, () => {
    let moved: Steps = {}
    for (let k = 0; k < rowsAtOnce; k++) moved = emit(at(index, k), k)
    cursors.move(plusSteps({ [axis]: rowsAtOnce }, moved, -1))
  })
  for (let k = 0; looped + k < size; k++) emit(at(looped, k), k)
  return { [axis]: looped }
}
