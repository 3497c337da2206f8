/**
 * gather and scatterAdd. Both see one side as [before, size, behind] and the other as [before, count, behind], where
 * `count` indices stand for places along `size`. Indices out of range are clamped.
 */
import { sizeOf } from '../../../base/index.ts'
import type { Code, Local } from '../code.ts'
import type { KernelFamily } from '../families.ts'
import { loadLanes, storeLanes } from '../lanes.ts'
import { add, Registers } from '../terms.ts'
import { forRow } from './row.ts'
import type { KernelOf, WholeStage } from './whole-stage.ts'

const BYTES = 4
const NS_PER_ELEMENT = 0.5
/** Columns behind the axis that one unit of scatterAdd owns: a cache line. */
const OWNED = 16

/** Pushes the index at `address`, clamped to 0..size-1. */
function pushIndex(code: Code, address: Local, index: Local, size: number): void {
  code.get(address).load('i32.load').set(index)
  code.i32(0).get(index).get(index).i32(0).op('i32.lt_s').op('select').set(index)
  code
    .i32(size - 1)
    .get(index)
    .get(index)
    .i32(size - 1)
    .op('i32.gt_s')
    .op('select')
}

/** A unit is one row: `behind` elements that lie together. */
export function gatherStage({
  attributes: { axis },
  operandShapes: [shape, indexShape],
}: KernelOf<'gather'>): WholeStage {
  const before = sizeOf(shape.slice(0, axis))
  const size = shape[axis]
  const behind = sizeOf(shape.slice(axis + 1))
  const count = sizeOf(indexShape)
  return {
    units: before * count,
    work: before * count * behind * NS_PER_ELEMENT,
    emit(code, { start, end, pointers: [x, indices, target] }) {
      const registers = new Registers(code)
      const [unit, from, to, slice, at, index] = Array.from({ length: 6 }, () => registers.take('i32'))
      code
        .get(target)
        .get(start)
        .i32(behind * BYTES)
        .op('i32.mul')
        .op('i32.add')
        .set(to)
      code.for(unit, start, end, 1, () => {
        const address = (c: Code): Code =>
          c.get(indices).get(unit).i32(count).op('i32.rem_u').i32(BYTES).op('i32.mul').op('i32.add')
        address(code).set(at)
        code
          .get(unit)
          .i32(count)
          .op('i32.div_u')
          .i32(size * behind * BYTES)
          .op('i32.mul')
          .set(slice)
        code.get(x).get(slice).op('i32.add')
        pushIndex(code, at, index, size)
        code
          .i32(behind * BYTES)
          .op('i32.mul')
          .op('i32.add')
          .set(from)
        forRow(registers, behind, [from, to], (lanes, offset, [source, sink]) => {
          storeLanes(
            registers,
            loadLanes({ base: source, offset }, 1, lanes, 'int32'),
            { base: sink, offset },
            1,
            lanes,
            'int32',
          )
        })
        code.increase(to, behind * BYTES)
      })
    },
  }
}

/** A unit owns some columns of one slice: it clears them, then adds all updates to them in order. */
export function scatterAddStage({
  attributes: { axis, size },
  operandShapes: [shape, indexShape],
}: KernelOf<'scatterAdd'>): WholeStage {
  const before = sizeOf(shape.slice(0, axis))
  const behind = sizeOf(shape.slice(axis + indexShape.length))
  const count = sizeOf(indexShape)
  const blocks = Math.ceil(behind / OWNED)
  const last = behind - (blocks - 1) * OWNED
  return {
    units: before * blocks,
    work: before * behind * (size + count) * NS_PER_ELEMENT,
    emit(code, { start, end, pointers: [updates, indices, target] }) {
      const registers = new Registers(code)
      const [unit, slice, block, from, to, slot, at, position, index] = Array.from({ length: 9 }, () =>
        registers.take('i32'),
      )
      const rowBytes = behind * BYTES
      /** The address of this unit's first column, in the slice of an array that has `rows` rows. */
      const begin = (base: Local, rows: number): Code => {
        code
          .get(base)
          .get(slice)
          .i32(rows * rowBytes)
          .op('i32.mul')
          .op('i32.add')
        return code
          .get(block)
          .i32(OWNED * BYTES)
          .op('i32.mul')
          .op('i32.add')
      }
      const columns = (width: number) => (): void => {
        begin(target, size).set(to)
        code.get(to).set(slot)
        code.for(at, 0, size, 1, () => {
          forRow(registers, width, [slot], (lanes, offset, [sink]) => {
            storeLanes(registers, 0, { base: sink, offset }, 1, lanes, 'float32')
          })
          code.increase(slot, rowBytes)
        })
        begin(updates, count).set(from)
        code.get(indices).set(position)
        code.for(at, 0, count, 1, () => {
          code.get(to)
          pushIndex(code, position, index, size)
          code.i32(rowBytes).op('i32.mul').op('i32.add').set(slot)
          forRow(registers, width, [from, slot], (lanes, offset, [source, sink]) => {
            const sum = add(
              loadLanes({ base: sink, offset }, 1, lanes, 'float32'),
              loadLanes({ base: source, offset }, 1, lanes, 'float32'),
            )
            storeLanes(registers, sum, { base: sink, offset }, 1, lanes, 'float32')
          })
          code.increase(from, rowBytes).increase(position, BYTES)
        })
      }
      code.for(unit, start, end, 1, () => {
        code.get(unit).i32(blocks).op('i32.div_u').set(slice)
        code.get(unit).i32(blocks).op('i32.rem_u').set(block)
        if (last === OWNED) columns(OWNED)()
        else if (blocks === 1) columns(last)()
        else
          code
            .get(block)
            .i32(blocks - 1)
            .op('i32.lt_s')
            .if(columns(OWNED), columns(last))
      })
    },
  }
}

/** Each is the gradient of the other. */
export const gatherKernels: KernelFamily = { wholes: { gather: gatherStage, scatterAdd: scatterAddStage } }
