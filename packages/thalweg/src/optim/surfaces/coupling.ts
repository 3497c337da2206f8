/**
 * Whether an optimizer couples the elements of a parameter. Most treat each alone, so that many points can lie in one
 * parameter and move as if each were its own; LAMB looks at norms, and there every point must be a parameter.
 */
import { sameShape } from '../../base/index.ts'
import { createNode, isElementwise, type Node, topologicalOrder } from '../../graph/index.ts'
import { Tensor } from '../../tensor/index.ts'
import type { Optimizer } from '../optimizer.ts'

/** Any length will do, as long as it is no other's. */
const SHAPE = [7]

/** Records an update and follows what depends on the gradient, the parameter or its state: no op may mix elements. */
export function couples(optimizer: Optimizer): boolean {
  const input = (name: string, shape: readonly number[]): Node =>
    createNode('input', [], { name, shape, dtype: 'float32' })
  const [learningRate, step] = ['learningRate', 'step'].map((name) => new Tensor(input(name, [])))
  const context = { learningRate, step }
  const [parameter, gradient] = ['parameter', 'gradient'].map((name) => new Tensor(input(name, SHAPE)))
  const state = Object.fromEntries(
    Object.entries(optimizer.init(SHAPE)).map(([name, { shape }]) => [name, new Tensor(input(name, shape))]),
  )
  const updated = optimizer.update(gradient, parameter, state, context)
  const results = [updated.parameter, ...Object.values(updated.state), optimizer.lookahead?.(parameter, state, context)]
  const roots = results.flatMap((result) => (result === undefined ? [] : [result.node]))

  const ofElements = new Set<Node>()
  for (const node of topologicalOrder(roots)) {
    if (node.op === 'input' && sameShape(node.shape, SHAPE)) ofElements.add(node)
    if (!node.inputs.some((one) => ofElements.has(one))) continue
    if (!isElementwise(node.op) || !sameShape(node.shape, SHAPE)) return true
    ofElements.add(node)
  }
  return false
}
