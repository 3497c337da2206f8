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
  type StepGraph,
  stepNodes,
  withoutAsides,
  withScope,
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

  const make: Make = (op, inputs, attributes) => settle(createNode(op, inputs, attributes))

  function settle(node: Node): Node {
    const key = keyOf(node)
    const known = settled.get(key)
    if (known !== undefined) return known
    const result = applyRules(node, make)
    settled.set(key, result)
    return result
  }

  const become = new Map<Node, Node>()
  // What only looks on comes last: whatever it has in common with the rest is numbered as if it were not there.
  for (const node of new Set([...stepNodes(withoutAsides(step)), ...stepNodes(step)])) {
    // Made anew even where nothing changes, so that numbers keep the order in which the step was recorded.
    const inputs = node.inputs.map((input) => become.get(input) ?? input)
    const renew = () => settle(node.op === 'input' ? node : createNode(node.op, inputs, node.attributes))
    become.set(node, node.scope === '' ? renew() : withScope(node.scope, renew))
  }
  const simplified = (node: Node): Node => become.get(node) ?? node
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
