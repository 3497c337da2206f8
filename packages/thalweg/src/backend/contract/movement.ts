/** Cases of the ops that only move elements. */
import { type DType, type Random, type Shape, sizeOf } from '../../base/index.ts'
import type { CaseOf, DrawCase } from './case.ts'
import { drawAxes, drawShape, kindOf, movedOperand, pick, usualValue } from './draw.ts'

/** Mostly floats; every fifth case int32 and bool in turn. */
function dtypeOf(turn: number): DType {
  if (turn % 5 !== 4) return 'float32'
  return turn % 10 === 4 ? 'int32' : 'bool'
}

function source(draw: Random, turn: number, shape: Shape): Pick<CaseOf<'reshape'>, 'kind' | 'operands'> {
  const kind = kindOf(turn)
  const dtype = dtypeOf(turn)
  return { kind, operands: [movedOperand(draw, shape, dtype, usualValue(dtype, kind))] }
}

const broadcast: DrawCase<'broadcast'> = (draw, turn) => {
  const shape = drawShape(draw, turn)
  const from = shape.slice(draw.integer(shape.length + 1)).map((size) => (draw.bits() % 2 === 0 ? 1 : size))
  return { ...source(draw, turn, from), attributes: { shape } }
}

/** A random way to write `size` as a product. */
function drawFactors(draw: Random, size: number): number[] {
  if (size === 0) return [0, 3]
  const factors: number[] = []
  let rest = size
  while (rest > 1 && factors.length < 5) {
    const divisors = Array.from({ length: rest }, (_, i) => i + 1).filter((divisor) => rest % divisor === 0)
    const factor = pick(draw, divisors)
    factors.push(factor)
    rest /= factor
  }
  return rest === 1 ? factors : [...factors, rest]
}

const reshape: DrawCase<'reshape'> = (draw, turn) => {
  const from = drawShape(draw, turn)
  return { ...source(draw, turn, from), attributes: { shape: drawFactors(draw, sizeOf(from)) } }
}

const transpose: DrawCase<'transpose'> = (draw, turn) => {
  const from = drawShape(draw, turn)
  return { ...source(draw, turn, from), attributes: { permutation: Array.from(draw.permutation(from.length)) } }
}

const slice: DrawCase<'slice'> = (draw, turn) => {
  const from = drawShape(draw, turn)
  const start = from.map((size) => draw.integer(size + 1))
  const step = from.map(() => 1 + draw.integer(3))
  const size = from.map((count, axis) => {
    const most = Math.ceil((count - start[axis]) / step[axis])
    return draw.integer(4) === 0 ? draw.integer(most + 1) : most
  })
  return { ...source(draw, turn, from), attributes: { start, size, step } }
}

const flip: DrawCase<'flip'> = (draw, turn) => {
  const from = drawShape(draw, turn)
  return { ...source(draw, turn, from), attributes: { axes: drawAxes(draw, from.length) } }
}

const PAD_VALUES = [0, 0, 1, -2.5, Infinity, -Infinity] as const
const FINITE_PADS = 4

const pad: DrawCase<'pad'> = (draw, turn) => {
  const from = drawShape(draw, turn)
  const upTo = (most: number) => from.map(() => (turn === 1 ? 0 : draw.integer(most + 1)))
  const value = PAD_VALUES[draw.integer(kindOf(turn) === 'smooth' ? FINITE_PADS : PAD_VALUES.length)]
  const attributes = { low: upTo(3), high: upTo(2), interior: upTo(2), value }
  return { ...source(draw, turn, from), attributes }
}

const concat: DrawCase<'concat'> = (draw, turn) => {
  const kind = kindOf(turn)
  const dtype = dtypeOf(turn)
  const shape = drawShape(draw, turn, 1)
  const axis = draw.integer(shape.length)
  const operands = Array.from({ length: 1 + draw.integer(4) }, () => {
    const part = shape.map((size, other) => (other === axis ? draw.integer(6) : size))
    return movedOperand(draw, part, dtype, usualValue(dtype, kind))
  })
  return { kind, attributes: { axis }, operands }
}

export const MOVEMENT_CASES: {
  readonly [Op in 'broadcast' | 'reshape' | 'transpose' | 'slice' | 'flip' | 'pad' | 'concat']: DrawCase<Op>
} = {
  broadcast,
  reshape,
  transpose,
  slice,
  flip,
  pad,
  concat,
}
