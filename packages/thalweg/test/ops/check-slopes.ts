/** Holds the gradient rules to central differences in float64, on the smooth cases of the contract. */

import { CONTRACT_OPS, type ContractCase, contractCase } from 'thalweg/backend'
import { sizeOf } from 'thalweg/base'
import type { Engine } from 'thalweg/compile'
import { type CheckedInput, checkGradient, gradients, type PrepareEvaluation } from 'thalweg/grad'
import { createNode, type Node, type OpName } from 'thalweg/graph'
import { type CaseGraph, caseGraph, weightedSum } from './run-cases.ts'

/** Above this, a single evaluation costs too much. */
const MOST_ELEMENTS = 300
/** Of each operand, chosen by seed. */
const SAMPLES = 16
const MOST_TURNS = 200

/** Named here, not read off the rules: an op that loses its rule must not leave the list with it. */
const WITHOUT_GRADIENT: readonly OpName[] = [
  ...(['constant', 'literal', 'input', 'variable', 'iota', 'random'] as const),
  ...(['equal', 'less', 'lessEqual', 'and', 'or', 'not', 'argmax', 'stopGradient'] as const),
  // Its gradient is whatever its user says.
  'customGradient',
]

/** Ops whose slopes can be measured. Those of sign, floor and ceil are measured to be 0. */
export const DIFFERENTIABLE_OPS: readonly OpName[] = CONTRACT_OPS.filter((op) => !WITHOUT_GRADIENT.includes(op))

function isSmall({ kind, operands }: ContractCase): boolean {
  const elements = operands.map(({ shape, dtype }) => (dtype === 'float32' ? sizeOf(shape) : 0))
  const all = elements.reduce((sum, count) => sum + count, 0)
  return kind === 'smooth' && all > 0 && all <= MOST_ELEMENTS
}

/** The first `count` smooth, small cases of `op` whose result is a float. */
export function slopeCases(op: OpName, count: number): CaseGraph[] {
  const found: CaseGraph[] = []
  for (let turn = 0; turn < MOST_TURNS && found.length < count; turn++) {
    const drawn = contractCase(op, turn)
    if (!isSmall(drawn)) continue
    const graph = caseGraph(drawn, true)
    if (graph.result.dtype === 'float32' && sizeOf(graph.result.shape) > 0) found.push(graph)
  }
  return found
}

/** Evaluates on `engine`; inputs of the case that are not varied keep their values. */
function prepareOn(engine: Engine, { inputs: all }: CaseGraph): PrepareEvaluation {
  return (inputs, outputs) => {
    const fixed = all.filter(({ place }) => !inputs.includes(place))
    const plan = engine.compile({ inputs: [...inputs, ...fixed.map(({ place }) => place)], outputs, updates: [] })
    const values = fixed.map(({ data }) => data)
    return (varied) => {
      plan.run([...varied, ...values])
      return outputs.map((_, output) => plan.read(output))
    }
  }
}

/** Fixed weights, all different, so that no error cancels. */
function weightsLike(x: Node, phase: number): Node {
  const data = Float64Array.from({ length: sizeOf(x.shape) }, (_, i) => Math.sin(1 + phase + 2.7 * i) + 1.3)
  return createNode('literal', [], { data, shape: x.shape, dtype: 'float32' })
}

export interface SlopeErrors {
  readonly first: number
  readonly second: number
}

/** The worst relative errors of the first and the second derivatives. */
export function slopeErrors(engine: Engine, graph: CaseGraph): SlopeErrors {
  const checked: CheckedInput[] = graph.inputs.flatMap(({ place, data }) =>
    graph.leaves.includes(place) && place.dtype === 'float32' ? [{ node: place, values: data }] : [],
  )
  const nodes = checked.map(({ node }) => node)
  const loss = weightedSum(graph.result, weightsLike(graph.result, 0))
  const slope = gradients(loss, nodes)
    .map((gradient, i) => weightedSum(gradient, weightsLike(gradient, i + 1)))
    .reduce((sum, part) => createNode('add', [sum, part], {}))
  const options = { prepare: prepareOn(engine, graph), samples: SAMPLES }
  return {
    first: checkGradient(loss, checked, options).worstRelativeError,
    second: checkGradient(slope, checked, options).worstRelativeError,
  }
}
