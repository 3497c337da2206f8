/**
 * What happens to the sums of a contraction on their way to memory. Where they are stored as they are, into whole tiles, the
 * inner loop writes them to their place itself. Otherwise it leaves them in a small block that stays in the cache, and a
 * pass over the block computes the epilogue, as soon as a panel's sums are complete.
 */
import type { ContractionKernel, Store, Value, View } from '../../program.ts'
import type { Code, Int, Local } from '../code.ts'
import type { Pointer } from '../kernel.ts'
import { Cursors, type Start, type Steps } from '../kernels/cursors.ts'
import { viewsOf } from '../kernels/nest.ts'
import { leavesAt, storeAt } from '../kernels/site.ts'
import { LANES, type Lanes } from '../lanes.ts'
import type { Registers } from '../terms.ts'
import { describe, Evaluation } from '../values.ts'

export interface Epilogue {
  readonly values: readonly Value[]
  readonly stores: readonly Store[]
  /** The buffers it touches. In the views above, `buffer` is a position in this list. */
  readonly pointers: readonly Pointer[]
  /** The one place where the sums go as they are; none where anything else is to be done. */
  readonly plain: View | undefined
}

export function epilogueOf({ epilogue, epilogueStores }: ContractionKernel): Epilogue {
  const buffers = [...new Set(viewsOf(epilogue, epilogueStores).map(({ buffer }) => buffer))]
  const renamed = (view: View): View => ({ ...view, buffer: buffers.indexOf(view.buffer) })
  const values = epilogue.map((value) => (value.kind === 'load' ? { ...value, view: renamed(value.view) } : value))
  const stores = epilogueStores.map((store) => ({ ...store, view: renamed(store.view) }))
  const isPlain = stores.length === 1 && values[stores[0].value].kind === 'result'
  return {
    values,
    stores,
    pointers: buffers.map((buffer) => ({ kind: 'buffer', buffer })),
    plain: isPlain ? stores[0].view : undefined,
  }
}

/** An axis of the result along which the rows of a block lie. */
export interface RowAxis {
  readonly axis: number
  /** Only the first axis of a block may have a count that is not known. */
  readonly count: Int
  /** Elements along the axis from row to row. */
  readonly step: number
  /** Index of the first row. */
  readonly start: Int
}

export interface Block {
  /** Address of the sums: rows of `columns` floats, without gaps. */
  readonly sums: Local
  readonly columns: number
  /** Axes of the rows, outermost first; the last axis of the result is that of the columns. */
  readonly rows: readonly RowAxis[]
  readonly columnAxis: number
  /** Index of the first column. */
  readonly column: Int
  /** How many columns of the result the block has. */
  readonly width: Int
  /** Columns of a block that is not full; 0 where all are. */
  readonly lastWidth: number
  /** Indices along the axes on which the whole block stands still. */
  readonly fixed: readonly { readonly axis: number; readonly index: Int }[]
}

/** The pass over a block. `pointers` are the addresses of the epilogue's buffers. */
export function emitEpilogue(registers: Registers, epilogue: Epilogue, pointers: readonly Local[], block: Block): void {
  const { code } = registers
  const { columns, lastWidth, width } = block
  const rows = (count: number): void => registers.scope(() => emitRows(registers, epilogue, pointers, block, count))
  if (lastWidth === 0) rows(columns)
  else if (typeof width === 'number') rows(width)
  else
    code
      .get(width)
      .i32(columns)
      .op('i32.lt_s')
      .if(
        () => rows(lastWidth),
        () => rows(columns),
      )
}

function emitRows(
  registers: Registers,
  { values, stores }: Epilogue,
  pointers: readonly Local[],
  block: Block,
  width: number,
): void {
  const { code } = registers
  const { columnAxis, columns, fixed, column } = block
  const expressions = describe(
    values,
    stores.map(({ value }) => value),
  )
  const cursors = new Cursors(registers, pointers, viewsOf(values, stores))
  const starts: Start[] = [
    ...fixed.map(({ axis, index }) => ({ axis, index, step: 1 })),
    ...block.rows.map(({ axis, start }) => ({ axis, index: start, step: 1 })),
    { axis: columnAxis, index: column, step: 1 },
  ]
  cursors.begin(starts)
  const sums = registers.take('i32')
  code.get(block.sums).set(sums)
  const indices = new Map<number, Int>(starts.map(({ axis, index }) => [axis, index]))

  const emitVectors = (): void => {
    for (let first = 0; first < width; first += LANES)
      registers.scope(() => {
        const sum = registers.take()
        code
          .get(sums)
          .load('v128.load', first * 4)
          .set(sum)
        const site = {
          cursors,
          walk: columnAxis,
          lanes: Math.min(width - first, LANES) as Lanes,
          steps: { [columnAxis]: first },
          indices,
          results: [sum],
        }
        const evaluation = new Evaluation(expressions, registers, leavesAt(site))
        storeAt(registers, site, evaluation, expressions, stores)
      })
    code.increase(sums, columns * 4)
  }

  const emitAxis = (level: number): Steps => {
    const row = block.rows.at(level)
    if (row === undefined) {
      emitVectors()
      return {}
    }
    const { axis, count, step, start } = row
    const counter = registers.take('i32')
    const asked = values.some((value) => value.kind === 'index' && value.axis === axis)
    const index = asked ? registers.take('i32') : counter
    if (asked) code.int(start).set(index)
    indices.set(axis, index)
    code.for(counter, 0, count, 1, () => {
      const moved = emitAxis(level + 1)
      const back = Object.fromEntries(Object.entries(moved).map(([inner, by]) => [inner, -by]))
      cursors.move({ ...back, [axis]: step })
      if (asked) code.increase(index, step)
    })
    return typeof count === 'number' ? { [axis]: count * step } : {}
  }
  emitAxis(0)
}

/** Fills a block with zeros: the sums of a contraction over nothing. */
export function emitZeros(code: Code, address: Local, bytes: Int): void {
  code.get(address).i32(0).int(bytes).fillMemory()
}
