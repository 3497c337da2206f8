/** What the interpreter computes with: floats as float64, integers and bools as int32. */
import { type DType, sizeOf } from '../../base/index.ts'
import type { Node, NodeOf, OpName } from '../../graph/index.ts'

export type Values = Float64Array | Int32Array

/** One op, evaluated: from the operands' values to the result's. It may return an operand itself, and never writes to one. */
export type Evaluate<Op extends OpName> = (node: NodeOf<Op>, operands: readonly Values[]) => Values

export function zeros(size: number, dtype: DType): Values {
  return dtype === 'float32' ? new Float64Array(size) : new Int32Array(size)
}

/** Zeroed room for a node's result. */
export function resultOf(node: Pick<Node, 'shape' | 'dtype'>): Values {
  return zeros(sizeOf(node.shape), node.dtype)
}

/** `value` as `dtype` keeps it: op.ts, `cast`. */
export function castNumber(value: number, dtype: DType): number {
  if (dtype === 'float32') return value
  if (dtype === 'bool') return value === 0 ? 0 : 1
  return Number.isNaN(value) ? 0 : Math.trunc(Math.min(Math.max(value, -0x80000000), 0x7fffffff))
}
