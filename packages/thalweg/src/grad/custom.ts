/** Derivatives that users write: what stands behind the rule that a `customGradient` node names. */
import { formatShape, internal, sameShape, ThalwegError } from '../base/index.ts'
import { type CustomRule, createNode, type Node, type NodeOf } from '../graph/index.ts'

/**
 * A vector-Jacobian product: from the gradient `g` of the loss with respect to a value, of the value's shape, the gradient
 * with respect to each operand, of its shape. Made of nodes, so it can be differentiated again. It may be called more than once.
 */
export type CustomBackward = (g: Node) => readonly Node[]

const backwardOf = new WeakMap<CustomRule, CustomBackward>()

/** `value` with a gradient that flows to `operands` as `backward` says, and no other way. `name` is for errors and prints. */
export function createCustomGradient(
  name: string,
  value: Node,
  operands: readonly Node[],
  backward: CustomBackward,
): Node {
  const rule = { name }
  let last: { readonly g: Node; readonly results: readonly Node[] } | undefined
  backwardOf.set(rule, (g) => {
    // Asked once for each operand: all of them come from one call.
    if (last?.g !== g) last = { g, results: checked(name, backward(g), operands) }
    return last.results
  })
  return createNode('customGradient', [value, ...operands], { rule })
}

/** The rule of the op. */
export function customVjp(g: Node, node: NodeOf<'customGradient'>, position: number): Node {
  const backward = backwardOf.get(node.attributes.rule)
  if (backward === undefined) throw internal(`nothing is known of the gradient ${node.attributes.rule.name}`)
  return backward(g)[position - 1]
}

function checked(name: string, results: readonly Node[], operands: readonly Node[]): readonly Node[] {
  const describe = (nodes: readonly Node[]) =>
    nodes.map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`).join(', ') || 'nothing'
  const fits = operands.every(
    ({ dtype, shape }, i) =>
      dtype !== 'float32' || (results[i]?.dtype === 'float32' && sameShape(results[i].shape, shape)),
  )
  if (fits && results.length === operands.length) return results
  throw new ThalwegError('grad/bad-custom-gradient', {
    rule: `${name}: backward must return one gradient for each operand, of the operand's shape`,
    received: `gradients ${describe(results)} for operands ${describe(operands)}`,
    try: 'sum the gradient over the axes along which the operand was repeated',
  })
}
