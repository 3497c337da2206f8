/**
 * Masks from results. The slope of `r = relu(a)` asks whether `a <= 0`, and so keeps `a` (or the answer) until the way
 * back. `r <= 0` gives the same answer for every `a`, NaN included, and where `r` is stored anyway nothing else need be.
 * The same holds for a leaky relu. Where `a` comes from values that the way back reads in any case, as those of a batch
 * normalization, asking `a` is cheaper, and it stays.
 */
import { createNode, type Node, renewNode, type StepGraph, stepNodes } from '../../graph/index.ts'
import { uniformValue } from '../simplify/rewrite.ts'
import { isInline, isSource } from './nodes.ts'
import { usersOf } from './stored.ts'

/**
 * The step with such masks asked of results, or the step itself where there are none. `nodes` are those that are asked, all
 * but what only looks on; `stored` are the stored values among them.
 */
export function masksFromResults(step: StepGraph, nodes: readonly Node[], stored: ReadonlySet<Node>): StepGraph {
  const users = usersOf(nodes)
  const results = new Map<Node, Node>()
  for (const node of nodes) {
    const mask = maskOf(node)
    if (mask === undefined || !stored.has(node) || (users.get(mask)?.length ?? 0) < 2) continue
    if (onlyFor(mask.inputs[0], new Set([mask, node]), users, stored)) results.set(mask, node)
  }
  return results.size === 0 ? step : rebuild(step, stepNodes(step), results)
}

/** The mask `a <= 0` of a node that is `select(a <= 0, 0 or positive * a, a)`. */
function maskOf(node: Node): Node | undefined {
  if (node.op !== 'select') return undefined
  const [mask, below, above] = node.inputs
  if (mask.op !== 'lessEqual' || mask.inputs[0] !== above || uniformValue(mask.inputs[1]) !== 0) return undefined
  if (uniformValue(below) === 0) return mask
  if (below.op !== 'mul' || !below.inputs.includes(above)) return undefined
  const [p, q] = below.inputs
  return (uniformValue(p === above ? q : p) ?? 0) > 0 ? mask : undefined
}

/** Whether all that `a` is computed from, down to stored values, serves nothing but `a`, and `a` nothing but `ends`. */
function onlyFor(
  a: Node,
  ends: ReadonlySet<Node>,
  users: ReadonlyMap<Node, readonly Node[]>,
  stored: ReadonlySet<Node>,
): boolean {
  const inside = new Set<Node>([a])
  const large: Node[] = []
  for (const node of inside) {
    if (isSource(node) || node.op === 'constant') continue
    if (stored.has(node) && node !== a) large.push(node)
    else if (isInline(node)) for (const input of node.inputs) inside.add(input)
    else large.push(node)
  }
  const allowed = (user: Node): boolean => inside.has(user) || ends.has(user) || isOfMask(user, a)
  if (!(users.get(a) ?? []).every(allowed)) return false
  return large.every((node) => (users.get(node) ?? []).every(allowed))
}

/** `slope * a` within the activation itself. */
function isOfMask(user: Node, a: Node): boolean {
  return user.op === 'mul' && user.inputs.includes(a) && user.inputs.some((input) => uniformValue(input) !== undefined)
}

/** Every user of a mask that comes after the result asks the result instead. All nodes are made anew, in their order. */
function rebuild(step: StepGraph, nodes: readonly Node[], results: ReadonlyMap<Node, Node>): StepGraph {
  const become = new Map<Node, Node>()
  const asked = new Map<Node, Node>()
  const renewed = (node: Node): Node => become.get(node) ?? node

  function maskFor(mask: Node, user: Node): Node {
    const result = results.get(mask)
    if (result === undefined || result.id >= user.id) return renewed(mask)
    const known = asked.get(mask)
    if (known !== undefined) return known
    const made = createNode('lessEqual', [renewed(result), renewed(mask.inputs[1])], {})
    asked.set(mask, made)
    return made
  }

  for (const node of nodes) {
    if (node.op === 'input') continue
    const inputs = node.inputs.map((input) => maskFor(input, node))
    become.set(node, renewNode(node, inputs))
  }
  return {
    ...step,
    outputs: step.outputs.map(renewed),
    updates: step.updates.map(({ variable, value }) => ({ variable, value: renewed(value) })),
  }
}
