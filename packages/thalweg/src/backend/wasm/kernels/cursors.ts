/**
 * Running addresses of views. Views of one buffer with the same strides share one address; where they differ by a constant
 * offset, that offset stands in the instruction.
 */
import { internal } from '../../../base/index.ts'
import type { View } from '../../program.ts'
import type { Int, Local } from '../code.ts'
import type { Place } from '../lanes.ts'
import type { Registers } from '../terms.ts'

const BYTES = 4

/** How far along which axes, in elements. */
export type Steps = Readonly<Record<number, number>>

/** A start along `axis`: `index` times `step` elements. */
export interface Start {
  readonly axis: number
  readonly index: Int
  readonly step: number
}

interface Cursor {
  readonly pointer: Local
  /** The pointer itself where the views stand still. */
  readonly address: Local
  readonly strides: readonly number[]
  /** Elements that are part of the address already. */
  readonly offset: number
}

export class Cursors {
  private readonly registers: Registers
  private readonly cursors = new Map<string, Cursor>()
  /** The same cursors, by the views that asked for them: comparing is quicker than building keys. */
  private readonly byView = new Map<View, Cursor>()

  constructor(registers: Registers, pointers: readonly Local[], views: readonly View[]) {
    this.registers = registers
    for (const view of views) {
      const key = keyOf(view)
      const known = this.cursors.get(key)
      if (known !== undefined) {
        this.byView.set(view, known)
        continue
      }
      const pointer = pointers[view.buffer]
      const offset = fixedOffset(view)
      const moves = offset !== 0 || view.strides.some((stride) => stride !== 0)
      const address = moves ? registers.take('i32') : pointer
      const cursor = { pointer, address, strides: view.strides, offset }
      this.cursors.set(key, cursor)
      this.byView.set(view, cursor)
    }
  }

  begin(starts: readonly Start[]): void {
    const { code } = this.registers
    for (const { pointer, address, strides, offset } of this.cursors.values()) {
      if (address === pointer) continue
      let fixed = offset
      code.get(pointer)
      for (const { axis, index, step } of starts) {
        const stride = (strides[axis] ?? 0) * step
        if (typeof index === 'number') fixed += index * stride
        else if (stride !== 0)
          code
            .get(index)
            .i32(stride * BYTES)
            .op('i32.mul')
            .op('i32.add')
      }
      if (fixed !== 0) code.i32(fixed * BYTES).op('i32.add')
      code.set(address)
    }
  }

  move(steps: Steps): void {
    for (const { pointer, address, strides } of this.cursors.values())
      if (address !== pointer) this.registers.code.increase(address, distance(strides, steps) * BYTES)
  }

  /** Where `view` is now, and `steps` further. */
  place(view: View, steps: Steps): Place {
    const cursor = this.byView.get(view)
    if (cursor === undefined) throw internal('a view without a running address')
    return {
      base: cursor.address,
      offset: (view.offset - cursor.offset + distance(view.strides, steps)) * BYTES,
    }
  }
}

export function distance(strides: readonly number[], steps: Steps): number {
  return strides.reduce((sum, stride, axis) => sum + stride * (steps[axis] ?? 0), 0)
}

export function plusSteps(a: Steps, b: Steps, times = 1): Steps {
  const sum: Record<number, number> = { ...a }
  for (const [axis, count] of Object.entries(b)) sum[Number(axis)] = (sum[Number(axis)] ?? 0) + count * times
  return sum
}

/**
 * The constant offset in an instruction only adds: an address that runs backwards could begin below 0 if the offset were
 * not part of it from the start.
 */
function fixedOffset({ strides, offset }: View): number {
  return strides.some((stride) => stride < 0) ? offset : 0
}

function keyOf(view: View): string {
  return `${view.buffer}:${view.strides}:${fixedOffset(view)}`
}
