/**
 * What a valid use of each op is, as a table: from the operands' types and the attributes to the type of the result, or
 * a three-line error. Written once here, so that no backend and no gradient rule has to check again.
 */
import type { Attributes, OpName } from './op.ts'
import { refuse, type ValueType } from './operands.ts'
import { ELEMENTWISE } from './spec/elementwise.ts'
import { LOOKUP } from './spec/lookup.ts'
import { MOVEMENT } from './spec/movement.ts'
import { POOLING } from './spec/pooling.ts'
import { PRODUCTS } from './spec/products.ts'
import { REDUCTION } from './spec/reduction.ts'
import type { Rows } from './spec/row.ts'
import { SOURCES } from './spec/sources.ts'

export const SPEC: Rows<OpName> = {
  ...SOURCES,
  ...ELEMENTWISE,
  ...MOVEMENT,
  ...REDUCTION,
  ...PRODUCTS,
  ...POOLING,
  ...LOOKUP,
}

/** The type of `op`'s result, or an error that says which rule its operands break. */
export function inferType<Op extends OpName>(
  op: Op,
  operands: readonly ValueType[],
  attributes: Attributes[Op],
): ValueType {
  const { operands: expected, infer } = SPEC[op]
  if (expected === 'some' ? operands.length === 0 : operands.length !== expected)
    refuse(op, `takes ${expected} operands`, operands, 'check the call', `${operands.length} operands`)
  return infer(operands, attributes, op)
}
