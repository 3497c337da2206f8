/**
 * argmax: each lane follows one result. Lanes lie along the axes behind the folded one, or, where there are none, along
 * those before it. A unit is four results side by side.
 */
import { type DType, sizeOf } from '../../../base/index.ts'
import type { KernelFamily } from '../families.ts'
import { LANES, type Lanes, loadLanes, storeLanes } from '../lanes.ts'
import { apply, choose, keep, push, Registers, type Term } from '../terms.ts'
import { isLarger } from './largest.ts'
import type { KernelOf, WholeStage } from './whole-stage.ts'

const BYTES = 4
const NS_PER_ELEMENT = 0.5

export function argmaxStage(
  { attributes: { axis }, operandShapes: [shape] }: KernelOf<'argmax'>,
  [dtype]: readonly DType[],
): WholeStage {
  const before = sizeOf(shape.slice(0, axis))
  const size = shape[axis]
  const behind = sizeOf(shape.slice(axis + 1))
  // Rows of results: `rows` of them, `width` long; from result to result `stride` elements of x.
  const [rows, width, stride] = behind === 1 ? [1, before, size] : [before, behind, 1]
  const groups = Math.ceil(width / LANES)
  const tail = (width % LANES) as Lanes | 0
  return {
    units: rows * groups,
    work: sizeOf(shape) * NS_PER_ELEMENT,
    emit(code, { start, end, pointers: [x, target] }) {
      const registers = new Registers(code)
      const unit = registers.take('i32')
      const from = registers.take('i32')
      const to = registers.take('i32')
      const row = registers.take('i32')
      const first = registers.take('i32')
      const at = registers.take('i32')
      const best = registers.take()
      const index = registers.take()
      code.for(unit, start, end, 1, () => {
        code.get(unit).i32(groups).op('i32.div_u').set(row)
        code.get(unit).i32(groups).op('i32.rem_u').i32(LANES).op('i32.mul').set(first)
        const address = (rowElements: number, element: number): void => {
          code
            .get(row)
            .i32(rowElements * BYTES)
            .op('i32.mul')
          code
            .get(first)
            .i32(element * BYTES)
            .op('i32.mul')
            .op('i32.add')
            .op('i32.add')
        }
        code.get(x)
        address(size * behind, stride)
        code.set(from)
        code.get(target)
        address(width, 1)
        code.set(to)
        const follow = (lanes: Lanes) => (): void => {
          push(code, loadLanes({ base: from, offset: 0 }, stride, lanes, dtype))
          code.set(best).i32x4(0).set(index)
          code.for(at, 1, size, 1, () => {
            code.increase(from, behind * BYTES)
            registers.scope(() => {
              const value = keep(registers, loadLanes({ base: from, offset: 0 }, stride, lanes, dtype))
              const larger = keep(registers, isLarger(dtype, value, best))
              const position: Term = apply('i32x4.splat', at)
              push(code, choose(larger, value, best))
              code.set(best)
              push(code, choose(larger, position, index))
              code.set(index)
            })
          })
          storeLanes(registers, index, { base: to, offset: 0 }, 1, lanes, 'int32')
        }
        if (tail === 0) follow(LANES)()
        else if (groups === 1) follow(tail)()
        else
          code
            .get(first)
            .i32(width - tail)
            .op('i32.lt_s')
            .if(follow(LANES), follow(tail))
      })
    },
  }
}

/** A family of its own: not every network tells classes apart. */
export const argmaxKernels: KernelFamily = { wholes: { argmax: argmaxStage } }
