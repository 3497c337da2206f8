/** Reverse-mode differentiation: walks back from a loss and hands each node's gradient to its operands by their rules. */
import { formatShape, internal, ThalwegError } from '../base/index.ts'
import { constant, type Node, type OpName, topologicalOrder, withScope } from '../graph/index.ts'
import { add, broadcast } from './build.ts'
import { none, RULES, type Rule, type Vjp } from './rules.ts'

/** The rule that carries gradient to the operand at `position`, if one does. */
function ruleOf(node: Node, position: number): Vjp<OpName> | undefined {
  if (node.inputs[position].dtype !== 'float32' || node.dtype !== 'float32') return undefined
  // The table pairs every op with rules for its own node; TypeScript cannot follow the pairing through a union.
  const rule = RULES[node.op] as Rule<OpName>
  const vjp = 'each' in rule ? (position < (rule.from ?? 0) ? none : rule.each) : rule[position]
  if (vjp === undefined) throw internal(`${node.op} has no gradient rule for operand ${position}`)
  return vjp === none ? undefined : vjp
}

/** The nodes through which a change of `wrt` can reach the end of `order`. */
function dependents(order: readonly Node[], wrt: readonly Node[]): ReadonlySet<Node> {
  const dependent = new Set<Node>(wrt)
  for (const node of order)
    if (node.inputs.some((input, position) => dependent.has(input) && ruleOf(node, position) !== undefined))
      dependent.add(node)
  return dependent
}

function requireDifferentiable(loss: Node, wrt: readonly Node[]): void {
  if (loss.dtype !== 'float32' || loss.shape.length !== 0)
    throw new ThalwegError('grad/loss-not-scalar', {
      rule: 'gradients: the loss must be a float32 scalar',
      received: `${loss.dtype} ${formatShape(loss.shape)}`,
      try: 'take the mean or the sum of it first',
    })
  const other = wrt.find(({ dtype }) => dtype !== 'float32')
  if (other === undefined) return
  throw new ThalwegError('grad/not-a-float', {
    rule: 'gradients: only float32 values have gradients',
    received: `${other.op} ${other.dtype} ${formatShape(other.shape)}`,
    try: 'differentiate with respect to the float32 value that it was made from',
  })
}

/**
 * The gradient of a scalar loss with respect to each of `wrt`, as new nodes of the same shapes; zeros where the loss does
 * not depend on it. Nodes off the paths from `wrt` to the loss are not visited. Gradients are differentiable again.
 *
 * Every gradient node carries the scope of the node whose derivative it is part of.
 *
 * @throws ThalwegError `grad/loss-not-scalar`, `grad/not-a-float`.
 */
export function gradients(loss: Node, wrt: readonly Node[]): Node[] {
  requireDifferentiable(loss, wrt)
  const order = topologicalOrder([loss])
  const dependent = dependents(order, wrt)
  const gradientOf = new Map<Node, Node>([[loss, constant(1)]])

  for (const node of order.reverse()) {
    const g = gradientOf.get(node)
    if (g === undefined || !dependent.has(node)) continue
    node.inputs.forEach((input, position) => {
      const vjp = dependent.has(input) ? ruleOf(node, position) : undefined
      if (vjp === undefined) return
      const others = gradientOf.get(input)
      const addContribution = () => {
        const contribution = vjp(g, node, position)
        return others === undefined ? contribution : add(others, contribution)
      }
      gradientOf.set(input, node.scope === '' ? addContribution() : withScope(node.scope, addContribution))
    })
  }
  return wrt.map((node) => gradientOf.get(node) ?? broadcast(constant(0), node.shape))
}
