/**
 * Simplification: the same step with less in it. Equal subexpressions become one node, known numbers are computed, and
 * the rules beside this file are applied until none fits. Values stay what they were, but for the rounding of sums that
 * are added in another order; NaN, infinities and -0 are respected.
 */
import {
  createNode,
  type Node,
  type NodeOf,
  type OpName,
  renewNode,
  type StepGraph,
  stepNodes,
  withoutAsides,
} from '../../graph/index.ts'
import { ARITHMETIC } from './arithmetic.ts'
import { FOLDING } from './folding.ts'
import { LINEAR } from './linear.ts'
import { MOVEMENT } from './movement.ts'
import type { Make, Rule, Rules } from './rewrite.ts'

const RULES: Rules = {
  ...ARITHMETIC,
  ...MOVEMENT,
  ...FOLDING,
  sum: [...(FOLDING.sum ?? []), ...(LINEAR.sum ?? [])],
  // Gradients were taken before: what is left of it is its value. Backends never see one.
  customGradient: [({ inputs: [value] }) => value],
}

/** Operands of these may be swapped. */
const COMMUTATIVE: ReadonlySet<OpName> = new Set(['add', 'mul', 'max', 'min', 'equal', 'and', 'or'])

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf)}]`
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Equal for nodes that have the same value in every run. */
function keyOf(node: Node): string {
  switch (node.op) {
    case 'input':
    case 'literal':
      return `${node.op} ${node.id}`
    case 'variable':
      return `variable ${node.attributes.variable.id}`
    default: {
      let text: string = node.op
      const [a, b] = node.inputs
      if (b !== undefined && b.id < a.id && COMMUTATIVE.has(node.op)) text += ` ${b.id} ${a.id}`
      else for (const { id } of node.inputs) text += ` ${id}`
      const attributes: Readonly<Record<string, unknown>> = { ...node.attributes }
      for (const name in attributes) text += ` ${name}=${textOf(attributes[name])}`
      return text
    }
  }
}

export function simplify(step: StepGraph): StepGraph {
  /** By key: what a node with this key has become. */
  const settled = new Map<string, Node>()

  /** Of the node that is being simplified; what becomes of it is of the same layer. */
  let scope = ''
  const make: Make = (op, inputs, attributes) => settle(createNode(op, inputs, attributes, scope))

  function settle(node: Node): Node {
    const key = keyOf(node)
    const known = settled.get(key)
    if (known !== undefined) return known
    const result = applyRules(node, make)
    settled.set(key, result)
    return result
  }

  const become = new Map<Node, Node>()
  const simplified = (node: Node): Node => become.get(node) ?? node
  function renew(node: Node): void {
    if (become.has(node)) return
    scope = node.scope
    // Made anew even where nothing changes, so that numbers keep the order in which the step was recorded.
    become.set(node, settle(node.op === 'input' ? node : renewNode(node, node.inputs.map(simplified))))
  }
  const main = withoutAsides(step)
  stepNodes(main).forEach(renew)
  // What only looks on comes last: whatever it has in common with the rest is numbered as if it were not there.
  if (main !== step) stepNodes(step).forEach(renew)
  return {
    ...step,
    outputs: step.outputs.map(simplified),
    updates: step.updates.map(({ variable, value }) => ({ variable, value: simplified(value) })),
  }
}

function applyRules(node: Node, make: Make): Node {
  // The table pairs an op with rules for its own nodes; TypeScript cannot follow the pairing through a union.
  const rules = (RULES[node.op] ?? []) as readonly Rule<OpName>[]
  for (const rule of rules) {
    const result = rule(node as NodeOf<OpName>, make)
    if (result !== undefined) return result
  }
  return node
}
