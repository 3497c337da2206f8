/** The outermost loop of a stage: its range of work units, as indices along axes and running addresses. */
import type { Int, Local } from '../code.ts'
import type { StageParameters } from '../kernel.ts'
import type { Registers } from '../terms.ts'
import { type Cursors, plusSteps, type Steps } from './cursors.ts'

/** One unit further along it is `step` elements further along `axis`. Units count the last axis fastest. */
export interface UnitAxis {
  readonly axis: number
  readonly size: number
  readonly step: number
}

export function unitCount(axes: readonly UnitAxis[]): number {
  return axes.reduce((product, { size }) => product * size, 1)
}

export interface UnitLoop {
  readonly axes: readonly UnitAxis[]
  /** Moved along by the body within a unit, and by the loop from unit to unit. */
  readonly cursors: Cursors
  /** Moved by the loop alone. */
  readonly epilogueCursors?: Cursors
}

/** `body` gets the index of the unit along each axis, and returns by how far it has moved `cursors`. */
export function forUnits(
  registers: Registers,
  { start, end }: Pick<StageParameters, 'start' | 'end'>,
  { axes, cursors, epilogueCursors }: UnitLoop,
  body: (indices: readonly Int[]) => Steps,
): void {
  const { code } = registers
  const unit = registers.take('i32')
  const indices = axes.length < 2 ? axes.map(() => unit) : decode(registers, start, axes)
  const starts = axes.map(({ axis, step }, i) => ({ axis, step, index: axes.length < 2 ? start : indices[i] }))
  cursors.begin(starts)
  epilogueCursors?.begin(starts)
  code.for(unit, start, end, 1, () => {
    const moved = body(indices)
    if (axes.length > 0) advance(axes.length - 1, moved, {})
  })

  /** From where the cursors were `moved` to, to one unit further along axis `i`; at its end on to the axis before. */
  function advance(i: number, moved: Steps, epilogueMoved: Steps): void {
    const { axis, size, step } = axes[i]
    cursors.move(plusSteps({ [axis]: step }, moved, -1))
    epilogueCursors?.move(plusSteps({ [axis]: step }, epilogueMoved, -1))
    if (axes.length < 2) return
    code.increase(indices[i], 1)
    if (i === 0) return
    code.get(indices[i]).i32(size).op('i32.eq')
    code.if(() => {
      code.i32(0).set(indices[i])
      const whole = { [axis]: size * step }
      advance(i - 1, whole, whole)
    })
  }
}

/** Indices from a unit's number, by division: once per call of a stage. */
function decode(registers: Registers, start: Local, axes: readonly UnitAxis[]): Local[] {
  const { code } = registers
  const indices = axes.map(() => registers.take('i32'))
  code.get(start).set(indices[0])
  for (let i = axes.length - 1; i > 0; i--) {
    code.get(indices[0]).i32(axes[i].size).op('i32.rem_u').set(indices[i])
    code.get(indices[0]).i32(axes[i].size).op('i32.div_u').set(indices[0])
  }
  return indices
}
