/** A case of the contract: one op, its attributes, the values of its operands, as data; and the node that it asks for. */
import { type DType, formatShape, type Random, type Shape, type TypedArray } from '../../base/index.ts'
import { type Attributes, createNode, type Node, type OpName } from '../../graph/index.ts'

/**
 * How hard the values are. `smooth`: moderate, away from kinks and poles, so that slopes can be measured. `edge`: NaN,
 * infinities, signed zeros and ties among moderate ones. `extreme`: denormals and magnitudes up to the largest float, where
 * intermediate results of a gradient overflow in float32; only values are compared.
 */
export type CaseKind = 'smooth' | 'edge' | 'extreme'

/** A movement between the leaf and the op, which a compiler may fuse into it. */
export type Movement =
  | { readonly op: 'broadcast'; readonly attributes: Attributes['broadcast'] }
  | { readonly op: 'reshape'; readonly attributes: Attributes['reshape'] }
  | { readonly op: 'transpose'; readonly attributes: Attributes['transpose'] }
  | { readonly op: 'slice'; readonly attributes: Attributes['slice'] }
  | { readonly op: 'flip'; readonly attributes: Attributes['flip'] }

/** A constant is a scalar, which a compiler may know rules for. */
export type LeafKind = 'input' | 'variable' | 'literal' | 'constant'

export interface CaseOperand {
  readonly shape: Shape
  readonly dtype: DType
  /** What fills the leaf; float32 values are exactly representable. */
  readonly data: TypedArray
  readonly leaf: LeafKind
  readonly through?: Movement
}

/** In a case of `input` or `variable` the leaf itself is the result, and the attributes are the leaf's. */
export interface CaseAttributes extends Omit<Attributes, 'input' | 'variable'> {
  readonly input: undefined
  readonly variable: undefined
}

/** A case whose op is known from where it stands. */
export interface DrawnCase<OpAttributes> {
  readonly kind: CaseKind
  readonly attributes: OpAttributes
  readonly operands: readonly CaseOperand[]
}

/** How cases of an op are drawn: `turn` counts them. */
export type DrawCase<Op extends OpName> = (draw: Random, turn: number, op: Op) => DrawnCase<CaseAttributes[Op]>
/** The same for ops that are drawn alike. */
export type DrawFamily<Op extends OpName, OpAttributes> = (
  draw: Random,
  turn: number,
  op: Op,
) => DrawnCase<OpAttributes>

export interface CaseOf<Op extends OpName> extends DrawnCase<CaseAttributes[Op]> {
  readonly op: Op
}

export type ContractCase = { readonly [Op in OpName]: CaseOf<Op> }[OpName]

/** What a leaf becomes on its way to the op. */
export function moved(leaf: Node, { through }: CaseOperand): Node {
  return through === undefined ? leaf : createNode(through.op, [leaf], through.attributes)
}

/** The op applied to operands that were already moved. */
export function resultNode(contractCase: ContractCase, operands: readonly Node[]): Node {
  if (contractCase.op === 'input' || contractCase.op === 'variable') return operands[0]
  return createNode(contractCase.op, operands, contractCase.attributes)
}

/** `conv2d edge (float32 [1,5,5,3], float32 [3,3,3,4]) {"strides":[1,2],...}`, for messages. */
export function describeCase({ op, kind, operands, attributes }: ContractCase): string {
  const inputs = operands.map(({ dtype, shape, data, leaf, through }) => {
    const movement = through === undefined ? '' : ` ${through.op} ${JSON.stringify(through.attributes)}`
    const value = leaf === 'constant' ? ` ${data[0]}` : ''
    return `${leaf}${value} ${dtype} ${formatShape(shape)}${movement}`
  })
  const shown = op === 'literal' ? '' : JSON.stringify(attributes ?? {})
  return `${op} ${kind} (${inputs.join(', ')}) ${shown}`
}
