/** Cases of the leaves, of random numbers, and of the ops that take indices. */
import { type DType, type Random, type Shape, sizeOf } from '../../base/index.ts'
import type { CaseOperand, DrawCase, DrawFamily } from './case.ts'
import { drawData, drawLeaf, drawShape, kindOf, magnitudes, movedOperand, operand, pick, usualValue } from './draw.ts'

type LeafOp = 'constant' | 'literal' | 'input' | 'variable' | 'iota' | 'random' | 'gather' | 'scatterAdd'

const DTYPES: readonly DType[] = ['float32', 'int32', 'bool']

const constant: DrawCase<'constant'> = (draw, turn) => {
  const kind = kindOf(turn)
  const dtype = DTYPES[turn % 3]
  return { kind, attributes: { value: drawData(draw, [], dtype, usualValue(dtype, kind))[0], dtype }, operands: [] }
}

const literal: DrawCase<'literal'> = (draw, turn) => {
  const kind = kindOf(turn)
  const dtype = DTYPES[turn % 3]
  const shape = drawShape(draw, turn)
  const data = drawData(draw, shape, dtype, usualValue(dtype, kind))
  return { kind, attributes: { data, shape, dtype }, operands: [] }
}

const slot: DrawFamily<'input' | 'variable', undefined> = (draw, turn, leaf) => {
  const kind = kindOf(turn)
  const dtype = DTYPES[turn % 3]
  const from = operand(draw, drawShape(draw, turn), dtype, usualValue(dtype, kind))
  return { kind, attributes: undefined, operands: [{ ...from, leaf }] }
}

const iota: DrawCase<'iota'> = (draw, turn) => {
  const shape = drawShape(draw, turn, 1)
  return { kind: 'smooth', attributes: { shape, axis: draw.integer(shape.length) }, operands: [] }
}

const random: DrawCase<'random'> = (draw, turn) => {
  const shape = drawShape(draw, turn)
  const word = () => (draw.bits() % 2 === 0 ? draw.bits() | 0 : draw.integer(100))
  const seed = operand(draw, [2], 'int32', word)
  const step = operand(draw, [], 'int32', word)
  return { kind: 'smooth', attributes: { shape, stream: draw.bits() }, operands: [seed, step] }
}

/** The number of rows to choose from: repeated indices are certain with 1 and 3, rare with 40. */
const TABLE_SIZES = [1, 3, 10, 40] as const

function drawIndices(draw: Random, shape: Shape, size: number): CaseOperand {
  return {
    shape,
    dtype: 'int32',
    data: Int32Array.from({ length: sizeOf(shape) }, () => draw.integer(size)),
    leaf: drawLeaf(draw),
  }
}

/** The shape of the table with `axis` still to be filled in, and the shape of the indices. */
function drawLookUp(draw: Random, turn: number): { table: number[]; axis: number; indices: Shape } {
  const rest = drawShape(draw, turn)
  const indexShapes: readonly Shape[] = [[], [0], [1], [5], [17], [2, 3], [3, 1, 2], [64]]
  const table = sizeOf(rest) > 300 ? [rest[0] % 20] : [...rest]
  const axis = draw.integer(table.length + 1)
  table.splice(axis, 0, pick(draw, TABLE_SIZES))
  return { table, axis, indices: pick(draw, indexShapes) }
}

const gather: DrawCase<'gather'> = (draw, turn) => {
  const kind = kindOf(turn)
  const dtype = turn % 5 === 4 ? DTYPES[(turn >> 2) % 3] : 'float32'
  const { table, axis, indices } = drawLookUp(draw, turn)
  const x = movedOperand(draw, table, dtype, usualValue(dtype, kind))
  return { kind, attributes: { axis }, operands: [x, drawIndices(draw, indices, table[axis])] }
}

const scatterAdd: DrawCase<'scatterAdd'> = (draw, turn) => {
  const kind = kindOf(turn)
  const { table, axis, indices } = drawLookUp(draw, turn)
  const shape = [...table.slice(0, axis), ...indices, ...table.slice(axis + 1)]
  // Sums of a few dozen of these stay finite.
  const value = kind === 'extreme' ? magnitudes(-36, 36) : usualValue('float32', kind)
  const updates = movedOperand(draw, shape, 'float32', value)
  return { kind, attributes: { axis, size: table[axis] }, operands: [updates, drawIndices(draw, indices, table[axis])] }
}

export const LEAF_CASES: { readonly [Op in LeafOp]: DrawCase<Op> } = {
  constant,
  literal,
  input: slot,
  variable: slot,
  iota,
  random,
  gather,
  scatterAdd,
}
