/** What rewriting rules are made of: how they look, and the small questions that they ask of nodes. */
import { type DType, type Shape, sizeOf } from '../../base/index.ts'
import type { Attributes, Node, NodeOf, OpName } from '../../graph/index.ts'

/** Makes a node, simplified and shared with any equal one. */
export type Make = <Op extends OpName>(op: Op, inputs: readonly Node[], attributes: Attributes[Op]) => Node

/** A simpler node of the same value, shape and dtype, or undefined where the rule does not apply. */
export type Rule<Op extends OpName> = (node: NodeOf<Op>, make: Make) => Node | undefined

export type Rules = { readonly [Op in OpName]?: readonly Rule<Op>[] }

/** The number that a node is everywhere, if that is known. */
export function uniformValue(node: Node): number | undefined {
  if (node.op === 'constant') return node.attributes.value
  return node.op === 'broadcast' || node.op === 'reshape' ? uniformValue(node.inputs[0]) : undefined
}

export function filled(make: Make, shape: Shape, value: number, dtype: DType): Node {
  return spread(make, make('constant', [], { value, dtype }), shape)
}

/** `x` broadcast to `shape`. */
export function spread(make: Make, x: Node, shape: Shape): Node {
  return make('broadcast', [x], { shape })
}

/** The scalar that a node repeats everywhere, if it does. */
export function repeatedScalar(node: Node): Node | undefined {
  if (node.shape.length === 0) return node
  const repeats = node.op === 'broadcast' || node.op === 'reshape'
  return repeats && node.inputs[0].shape.length === 0 ? node.inputs[0] : undefined
}

/** The axes of a broadcast's result along which its input is repeated: it is missing there, or has size 1. */
export function repeatedAxes({ inputs: [x], shape }: NodeOf<'broadcast'>): number[] {
  const added = shape.length - x.shape.length
  return shape.flatMap((size, axis) => (axis < added || x.shape[axis - added] !== size ? [axis] : []))
}

export function isEmpty(node: Node): boolean {
  return sizeOf(node.shape) === 0
}
