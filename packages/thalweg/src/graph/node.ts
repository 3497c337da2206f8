/**
 * A node: one operation on other nodes, immutable, with its shape and dtype worked out and checked when it is made.
 * Nothing is computed here.
 */
import { type DType, type Shape, ThalwegError } from '../base/index.ts'
import type { Attributes, OpName } from './op.ts'
import { currentScope } from './scope.ts'
import { inferType } from './spec.ts'
import type { Variable } from './variable.ts'

export interface NodeOf<Op extends OpName> {
  /** Later nodes have larger numbers, so inputs always come before their users. */
  readonly id: number
  readonly op: Op
  readonly inputs: readonly Node[]
  readonly attributes: Attributes[Op]
  readonly shape: Shape
  readonly dtype: DType
  /** The layer that made it, as a path: `block2.conv1`. Empty outside of layers. */
  readonly scope: string
}

/** A discriminated union over `op`: a switch on `node.op` knows the attributes. */
export type Node = { readonly [Op in OpName]: NodeOf<Op> }[OpName]

let created = 0

/** Makes a node after checking it against its spec; throws a ThalwegError that names op, shapes and a way out. */
export function createNode<Op extends OpName>(
  op: Op,
  inputs: readonly Node[],
  attributes: Attributes[Op],
  scope: string = currentScope(),
): Node {
  try {
    const { shape, dtype } = inferType(op, inputs, attributes)
    created += 1
    // One op name and its own attributes: the pairing that the union spells out, which TypeScript cannot follow here.
    return { id: created, op, inputs, attributes, shape, dtype, scope } as NodeOf<Op> as Node
  } catch (error) {
    throw scope !== '' && error instanceof ThalwegError ? error.within(scope) : error
  }
}

/** The same operation on operands of the same types, which need no checks any more. */
export function renewNode(node: Node, inputs: readonly Node[]): Node {
  created += 1
  // Of the same op, so of the same member of the union, which a spread forgets.
  return { ...node, id: created, inputs } as Node
}

export function constant(value: number, dtype: DType = 'float32'): Node {
  return createNode('constant', [], { value, dtype })
}

const reads = new WeakMap<Variable, Node>()

/** One node for each variable, whoever reads it: what differentiates by it finds every use. */
export function readVariable(variable: Variable): Node {
  const known = reads.get(variable)
  if (known) return known
  const node = createNode('variable', [], { variable })
  reads.set(variable, node)
  return node
}

/** Every node that `roots` need, inputs before users, each once. */
export function topologicalOrder(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>()
  const stack = [...roots]
  while (stack.length > 0) {
    const node = stack.pop()
    if (node === undefined || seen.has(node)) continue
    seen.add(node)
    stack.push(...node.inputs)
  }
  return [...seen].sort((a, b) => a.id - b.id)
}
