/** Cases of the reductions and of argmax. */
import type { DType, Random, Shape } from '../../base/index.ts'
import type { Attributes, ReduceOp } from '../../graph/index.ts'
import type { CaseKind, CaseOperand, DrawCase, DrawFamily } from './case.ts'
import {
  type DrawValue,
  drawAxes,
  drawDistinct,
  drawLeaf,
  drawShape,
  edgeValue,
  extremeValue,
  integerValue,
  kindOf,
  magnitudes,
  movedOperand,
} from './draw.ts'

/** Extremes of few are exact; sums must not overflow on the way. */
const largeTerms: DrawValue = magnitudes(-30, 30)
const tinyTerms: DrawValue = magnitudes(-44, -36)

function drawOperand(draw: Random, turn: number, op: ReduceOp | 'argmax', shape: Shape, kind: CaseKind): CaseOperand {
  const dtype: DType = turn % 5 === 4 ? 'int32' : 'float32'
  if (dtype === 'int32') return movedOperand(draw, shape, dtype, integerValue)
  if (kind === 'edge') return movedOperand(draw, shape, dtype, turn % 8 === 1 ? edgeValue : manyTies)
  if (kind === 'extreme' && op === 'sum')
    return movedOperand(draw, shape, dtype, turn % 8 === 3 ? largeTerms : tinyTerms)
  if (kind === 'extreme') return movedOperand(draw, shape, dtype, extremeValue)
  if (op === 'sum') return movedOperand(draw, shape, dtype, (stream) => stream.normal())
  return { shape, dtype, data: drawDistinct(draw, shape), leaf: drawLeaf(draw) }
}

const manyTies: DrawValue = (draw) => draw.integer(3) - 1

/** Long folds along rows and columns, where vectors, tails and blocks of partial sums all have work. */
const LONG: readonly Shape[] = [
  ...[[4099], [1031, 5], [3, 1000], [2, 4099], [1000, 3], [9001], [5, 130, 7], [70, 33], [2, 9, 65]],
]

/** Every eighth of these is smooth and long, where no term is small enough to be missed by the comparison. */
function drawFolded(draw: Random, turn: number, minimumRank: number): Shape {
  return turn % 8 === 6 || turn % 16 === 15 ? LONG[(turn >> 3) % LONG.length] : drawShape(draw, turn, minimumRank)
}

/** All of them; or all but empty ones, so that the result is empty; or any. */
function drawFoldedAxes(draw: Random, turn: number, shape: Shape): number[] {
  if (turn % 6 === 0 || turn % 16 === 6) return shape.map((_, axis) => axis)
  if (shape.includes(0) && turn % 2 === 0) return shape.flatMap((size, axis) => (size === 0 ? [] : [axis]))
  return drawAxes(draw, shape.length)
}

const reduce: DrawFamily<ReduceOp, Attributes['sum']> = (draw, turn, op) => {
  const kind = kindOf(turn)
  const shape = drawFolded(draw, turn, 0)
  const axes = drawFoldedAxes(draw, turn, shape)
  return { kind, attributes: { axes }, operands: [drawOperand(draw, turn, op, shape, kind)] }
}

const argmax: DrawCase<'argmax'> = (draw, turn, op) => {
  const kind = kindOf(turn)
  const shape = drawFolded(draw, turn, 1)
  const axis = draw.integer(shape.length)
  const filled = shape.map((size, other) => (other === axis ? Math.max(size, 1) : size))
  return { kind, attributes: { axis }, operands: [drawOperand(draw, turn, op, filled, kind)] }
}

export const FOLDING_CASES: { readonly [Op in ReduceOp | 'argmax']: DrawCase<Op> } = {
  sum: reduce,
  reduceMax: reduce,
  reduceMin: reduce,
  argmax,
}
