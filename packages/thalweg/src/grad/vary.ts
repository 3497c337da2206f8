/**
 * A function of many inputs as a function of one of them: what does not depend on it is computed once and put in as a
 * known value. Varying a bias of the last layer then costs the last layer alone.
 */
import type { TypedArray } from '../base/index.ts'
import { createNode, type Node, topologicalOrder } from '../graph/index.ts'

export interface Variation {
  /** What does not change with the input and is needed beside it. */
  readonly fixed: readonly Node[]
  /** The roots, in which `fixed` are literals of these values. */
  rebuild(values: readonly TypedArray[]): Node[]
}

/** How `roots` depend on `input`. */
export function variation(roots: readonly Node[], input: Node): Variation {
  const order = topologicalOrder(roots)
  const moved = new Set<Node>([input])
  for (const node of order) if (node.inputs.some((operand) => moved.has(operand))) moved.add(node)
  const used = order.flatMap((node) => (moved.has(node) ? node.inputs : []))
  const fixed = [...new Set([...used, ...roots].filter((node) => !moved.has(node) && node.op !== 'constant'))]

  return {
    fixed,
    rebuild(values) {
      const become = new Map<Node, Node>([[input, input]])
      fixed.forEach(({ shape, dtype }, i) => {
        become.set(fixed[i], createNode('literal', [], { data: values[i], shape, dtype }))
      })
      const now = (node: Node): Node => become.get(node) ?? node
      for (const node of order)
        if (node !== input && moved.has(node))
          become.set(node, createNode(node.op, node.inputs.map(now), node.attributes))
      return roots.map(now)
    },
  }
}
