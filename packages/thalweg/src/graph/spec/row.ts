/** A row of the table of ops. */
import type { Attributes, OpName } from '../op.ts'
import type { ValueType } from '../operands.ts'

/** From the operands' types and the attributes to the type of the result, or a three-line error. */
export type Infer<Op extends OpName> = (operands: readonly ValueType[], attributes: Attributes[Op], op: Op) => ValueType

export type Rows<Ops extends OpName> = {
  readonly [Op in Ops]: { readonly operands: number | 'some'; readonly infer: Infer<Op> }
}

/** One row for each of a family's ops. */
export function family<Op extends OpName, Row>(ops: readonly Op[], row: Row): Record<Op, Row> {
  return Object.fromEntries(ops.map((op) => [op, row])) as Record<Op, Row>
}
