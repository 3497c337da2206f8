/** Drawing shapes and values for cases, from a seeded stream: the same seed draws the same cases everywhere. */
import { type DType, type Random, type Shape, sizeOf, type TypedArray } from '../../base/index.ts'
import type { CaseKind, CaseOperand, LeafKind, Movement } from './case.ts'

/** Scalars, empty ones, each side of the vector widths 4 and 8 and of unrolled loops, odd sizes, up to six axes. */
const SHAPES: readonly Shape[] = [
  ...[[], [0], [1], [2], [3], [4], [5], [7], [8], [9], [15], [16], [17], [31], [33], [64], [100], [257], [1030]],
  ...[
    [1, 1],
    [1, 0, 3],
    [3, 1, 4],
    [2, 3, 5],
    [5, 1],
    [1, 7],
    [2, 2, 2, 2],
    [13, 17],
    [3, 64],
    [2, 1, 33],
  ],
  ...[
    [1, 1, 1, 1, 1, 3],
    [2, 1, 3, 1, 2, 2],
    [0, 5],
    [4, 4],
    [8, 3],
    [1, 2, 1, 2, 1],
    [6, 8],
    [65, 2],
  ],
]

/** Goes through the list of awkward shapes first, then draws others of at most four axes. */
export function drawShape(draw: Random, turn: number, minimumRank = 0): Shape {
  const fitting = SHAPES.filter((shape) => shape.length >= minimumRank)
  if (turn < fitting.length) return fitting[turn]
  const rank = minimumRank + draw.integer(5 - minimumRank)
  return Array.from({ length: rank }, () => 1 + draw.integer(rank > 2 ? 5 : 40))
}

export function pick<T>(draw: Random, choices: readonly T[]): T {
  return choices[draw.integer(choices.length)]
}

export function drawAxes(draw: Random, rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter(() => draw.bits() % 2 === 0)
}

/** Draws one value. Given how many there are, and its place among them, so that it may keep away from the others. */
export type DrawValue = (draw: Random, place: number, count: number) => number

export const NASTY: readonly number[] = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, 2, -2]
const LARGEST = 3.4028234663852886e38
const DENORMALS = [2 ** -149, -(2 ** -149), 1e-40, -1e-40, 2 ** -126, -(2 ** -127)] as const

export function uniformIn(low: number, high: number): DrawValue {
  return (draw) => low + (high - low) * draw.uniform()
}

/** Magnitudes from 10^low to 10^high, either sign unless `positive`. */
export function magnitudes(low: number, high: number, positive = false): DrawValue {
  return (draw) => (positive || draw.bits() % 2 === 0 ? 1 : -1) * 10 ** (low + (high - low) * draw.uniform())
}

/** Either sign, at least 0.1 from 0. */
export const awayFromZero: DrawValue = (draw) => (draw.bits() % 2 === 0 ? 1 : -1) * (0.1 + 2 * draw.uniform())

/** At least 0.2 from a whole number. */
export const awayFromIntegers: DrawValue = (draw) => draw.integer(9) - 4 + 0.2 + 0.6 * draw.uniform()

/** Nasty values and ties among moderate ones. */
export const edgeValue: DrawValue = (draw) => {
  const choice = draw.integer(8)
  if (choice < 2) return pick(draw, NASTY)
  return choice < 4 ? draw.integer(5) - 2 : 1.5 * draw.normal()
}

export const extremeValue: DrawValue = (draw, place, count) => {
  const choice = draw.integer(10)
  if (choice === 0) return pick(draw, DENORMALS)
  if (choice === 1) return pick(draw, [LARGEST, -LARGEST])
  return choice < 3 ? edgeValue(draw, place, count) : magnitudes(-38, 38)(draw, place, count)
}

/** Whole numbers, large ones among them that overflow when they are added or multiplied. */
export const integerValue: DrawValue = (draw) => {
  const choice = draw.integer(8)
  if (choice === 0) return pick(draw, [0x7fffffff, -0x80000000, -0x7fffffff, 0x40000000, 65536, -65537])
  return choice === 1 ? draw.bits() | 0 : draw.integer(21) - 10
}

export const boolValue: DrawValue = (draw) => draw.bits() % 2

/** Fills `shape`; floats are rounded to float32, so that every backend starts from the same numbers. */
export function drawData(draw: Random, shape: Shape, dtype: DType, value: DrawValue): TypedArray {
  const count = sizeOf(shape)
  const data = dtype === 'float32' ? new Float32Array(count) : new Int32Array(count)
  for (let i = 0; i < count; i++) data[i] = value(draw, i, count)
  return data
}

/** All different, at least 0.02 apart for up to 200 values, in random order. */
export function drawDistinct(draw: Random, shape: Shape): TypedArray {
  const order = draw.permutation(sizeOf(shape))
  return Float32Array.from(order, (rank) => ((rank + 0.5) / order.length - 0.5) * 4)
}

/** The value that each dtype's cases use where nothing about an op says otherwise. */
export function usualValue(dtype: DType, kind: CaseKind): DrawValue {
  if (dtype === 'int32') return integerValue
  if (dtype === 'bool') return boolValue
  return { smooth: awayFromZero, edge: edgeValue, extreme: extremeValue }[kind]
}

/** Two smooth cases, one at the edge, one extreme; `turn` counts the cases of an op. */
export function kindOf(turn: number): CaseKind {
  return (['smooth', 'edge', 'smooth', 'extreme'] as const)[turn % 4]
}

export function drawLeaf(draw: Random): Exclude<LeafKind, 'constant'> {
  return pick(draw, ['input', 'input', 'input', 'variable', 'literal'] as const)
}

/** A leaf of exactly this shape. */
export function operand(draw: Random, shape: Shape, dtype: DType, value: DrawValue): CaseOperand {
  return { shape, dtype, data: drawData(draw, shape, dtype, value), leaf: drawLeaf(draw) }
}

/** A movement that ends in `shape`, and the shape that it starts from. */
function drawMovement(draw: Random, shape: Shape): { from: Shape; through: Movement } | undefined {
  const axes = Array.from(shape, (_, axis) => axis)
  switch (draw.integer(9)) {
    case 0:
    case 1: {
      const dropped = draw.integer(shape.length + 1)
      const from = shape.slice(dropped).map((size) => (draw.bits() % 2 === 0 ? 1 : size))
      return { from, through: { op: 'broadcast', attributes: { shape } } }
    }
    case 2: {
      const permutation = Array.from(draw.permutation(shape.length))
      const from = axes.map((axis) => shape[permutation.indexOf(axis)])
      return { from, through: { op: 'transpose', attributes: { permutation } } }
    }
    case 3: {
      const start = axes.map(() => draw.integer(3))
      const step = axes.map(() => 1 + draw.integer(2))
      const from = shape.map((size, axis) => start[axis] + size * step[axis] + draw.integer(2))
      return { from, through: { op: 'slice', attributes: { start, size: shape, step } } }
    }
    case 4:
      return { from: shape, through: { op: 'flip', attributes: { axes: drawAxes(draw, shape.length) } } }
    case 5:
      return { from: [sizeOf(shape)], through: { op: 'reshape', attributes: { shape } } }
    default:
      return undefined
  }
}

/** One number everywhere, known to the compiler. */
export function constantOperand(draw: Random, shape: Shape, dtype: DType, value: DrawValue): CaseOperand {
  const scalar = operand(draw, [], dtype, value)
  return { ...scalar, leaf: 'constant', through: { op: 'broadcast', attributes: { shape } } }
}

/** An operand of this shape that is sometimes a moved leaf: broadcast, transposed, sliced, flipped, reshaped, or a constant. */
export function movedOperand(draw: Random, shape: Shape, dtype: DType, value: DrawValue): CaseOperand {
  if (draw.integer(8) === 0) return constantOperand(draw, shape, dtype, value)
  const movement = drawMovement(draw, shape)
  if (movement === undefined) return operand(draw, shape, dtype, value)
  return { ...operand(draw, movement.from, dtype, value), through: movement.through }
}
