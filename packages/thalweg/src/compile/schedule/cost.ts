/**
 * What things cost, in the time of one simple operation on one element of a long loop that has its data at hand. Coarse:
 * good enough to choose between storing a value and computing it again.
 */
import type { Node, OpName } from '../../graph/index.ts'

/** Per element: a read of a value that was stored by another kernel, a write of one that will be read by another. */
export const READ_COST = 8
export const WRITE_COST = 16
/** A value that is repeated along the loop is at hand. */
export const REPEATED_READ_COST = 1

const OPERATIONS: Partial<Record<OpName, number>> = {
  reshape: 0,
  broadcast: 0,
  transpose: 0,
  slice: 0,
  flip: 0,
  constant: 0,
  iota: 0,
  div: 4,
  sqrt: 5,
  exp: 14,
  expm1: 18,
  log: 16,
  log1p: 18,
  sin: 18,
  cos: 18,
  tanh: 20,
  sigmoid: 18,
  erf: 24,
  pow: 40,
}

/** Simple operations per element. */
export function operations({ op }: Pick<Node, 'op'>): number {
  return OPERATIONS[op] ?? 1
}
