/**
 * Runs cases of the contract through the engine, lowering included, and holds values and gradients to the reference. Many
 * cases go into one step, so that a compiled backend compiles once for them all.
 */

import {
  type ContractCase,
  describeCase,
  firstMismatch,
  GRADIENT_FLUSH,
  GRADIENT_ROUNDINGS,
  LEFT_OPEN_AT_THE_EDGE,
  LINEAR_IN,
  moved,
  resultNode,
  SUM_ROUNDINGS,
  type Tolerance,
  VALUE_TOLERANCE,
} from 'thalweg/backend'
import { random, sizeOf, type TypedArray } from 'thalweg/base'
import type { Engine } from 'thalweg/compile'
import { gradients } from 'thalweg/grad'
import {
  constant,
  createNode,
  createVariable,
  isElementwise,
  type Node,
  type NodeOf,
  readVariable,
  type Variable,
} from 'thalweg/graph'

interface Filled<Place> {
  readonly place: Place
  readonly data: TypedArray
}

/** Something to compare, and the nodes by which the reference says how closely. */
interface Comparison {
  readonly name: string
  readonly node: Node
  /** The sum of the magnitudes of what is added up in each element. */
  readonly magnitudes?: Node
  readonly count: number
  readonly tolerance: Tolerance
  readonly roundings: number
}

/** A case as nodes. */
export interface CaseGraph {
  readonly contractCase: ContractCase
  readonly inputs: readonly Filled<NodeOf<'input'>>[]
  readonly variables: readonly Filled<Variable>[]
  readonly leaves: readonly Node[]
  readonly result: Node
  readonly comparisons: readonly Comparison[]
}

const abs = (x: Node): Node => createNode('abs', [x], {})
const mul = (a: Node, b: Node): Node => createNode('mul', [a, b], {})
const total = (x: Node): Node => createNode('sum', [x], { axes: x.shape.map((_, axis) => axis) })

/** The sum of all elements of `x`, each weighted: a scalar whose gradient at `x` is `weights`. */
export function weightedSum(x: Node, weights: Node): Node {
  return total(mul(x, weights))
}

function largestSize(nodes: readonly Node[]): number {
  return Math.max(1, ...nodes.map(({ shape }) => sizeOf(shape)))
}

/** `asInputs`: whatever leaf a case asks for becomes an input, which is what gradient checking varies. */
export function caseGraph(contractCase: ContractCase, asInputs = false): CaseGraph {
  const inputs: Filled<NodeOf<'input'>>[] = []
  const variables: Filled<Variable>[] = []
  const input = (name: string, { shape, dtype }: Pick<Node, 'shape' | 'dtype'>, data: TypedArray): Node => {
    const node = createNode('input', [], { name, shape, dtype })
    if (node.op === 'input') inputs.push({ place: node, data })
    return node
  }

  const leaves = contractCase.operands.map((operand, position) => {
    const { shape, dtype, data, leaf } = operand
    if (leaf === 'input' || asInputs) return input(`x${position}`, operand, data)
    if (leaf === 'constant') return constant(data[0], dtype)
    if (leaf === 'literal') return createNode('literal', [], { data, shape, dtype })
    const variable = createVariable({ name: `x${position}`, shape, dtype })
    variables.push({ place: variable, data })
    return readVariable(variable)
  })
  const operands = leaves.map((leaf, position) => moved(leaf, contractCase.operands[position]))
  const result = resultNode(contractCase, operands)

  const { op, kind } = contractCase
  const linear = LINEAR_IN[op]
  const sized = operands.map((operand, position) => {
    const isTerm = operand.dtype === 'float32' && (linear === 'every' || linear?.includes(position) === true)
    return isTerm ? abs(operand) : operand
  })
  const comparisons: Comparison[] = [
    {
      name: 'value',
      node: result,
      ...(linear !== undefined && result.dtype === 'float32' ? { magnitudes: resultNode(contractCase, sized) } : {}),
      count: largestSize([...operands, result]),
      tolerance: VALUE_TOLERANCE[op],
      roundings: SUM_ROUNDINGS,
    },
  ]

  const floats = leaves.flatMap((leaf, position) => (leaf.dtype === 'float32' ? [position] : []))
  if (kind !== 'extreme' && result.dtype === 'float32' && floats.length > 0) {
    const draw = random(7, describeCase(contractCase))
    const weights = Float32Array.from({ length: sizeOf(result.shape) }, () => draw.normal())
    const upstream = input('upstream', result, weights)
    const slopes = gradients(
      weightedSum(result, upstream),
      floats.map((position) => leaves[position]),
    )
    const bounds = gradients(
      weightedSum(resultNode(contractCase, sized), abs(upstream)),
      floats.map((position) => sized[position]),
    )
    floats.forEach((position, i) => {
      if (kind === 'edge' && LEFT_OPEN_AT_THE_EDGE[op]?.includes(position) === true) return
      // Elementwise derivatives may be differences of larger terms; sums have no others than those counted.
      const bound =
        linear === undefined && isElementwise(op)
          ? createNode('add', [abs(bounds[i]), abs(upstream)], {})
          : abs(bounds[i])
      const [magnitudes] = gradients(weightedSum(operands[position], createNode('stopGradient', [bound], {})), [
        leaves[position],
      ])
      comparisons.push({
        name: `gradient ${position}`,
        node: slopes[i],
        magnitudes,
        count: largestSize(linear === undefined ? [operands[position]] : [...operands, result]),
        tolerance: {
          ulps: 0,
          absolute: linear === undefined ? GRADIENT_FLUSH : 0,
          anyNonFinite: contractCase.operands[position].through?.op === 'broadcast',
        },
        roundings: linear === undefined ? GRADIENT_ROUNDINGS : SUM_ROUNDINGS,
      })
    })
  }
  return { contractCase, inputs, variables, leaves, result, comparisons }
}

/** Compiles and runs all graphs as one step; the values of each one's `outputs`. */
function evaluateAll(
  engine: Engine,
  graphs: readonly CaseGraph[],
  outputsOf: (graph: CaseGraph) => readonly Node[],
): TypedArray[][] {
  for (const { variables } of graphs) for (const { place, data } of variables) engine.write(place, data)
  const inputs = graphs.flatMap((graph) => graph.inputs)
  const outputs = graphs.map(outputsOf)
  const plan = engine.compile({ inputs: inputs.map(({ place }) => place), outputs: outputs.flat(), updates: [] })
  try {
    plan.run(inputs.map(({ data }) => data))
    let next = 0
    return outputs.map((nodes) => nodes.map(() => plan.read(next++)))
  } finally {
    plan.release()
    for (const { variables } of graphs) for (const { place } of variables) engine.free(place)
  }
}

/** When a whole step fails, the case to blame. */
function blame(engine: Engine, graphs: readonly CaseGraph[], error: unknown): string[] {
  for (const graph of graphs)
    try {
      evaluateAll(engine, [graph], ({ comparisons }) => comparisons.map(({ node }) => node))
    } catch (alone) {
      return [`${describeCase(graph.contractCase)}: ${String(alone)}`]
    }
  return [`${graphs.length} cases together: ${String(error)}`]
}

/** The bits of values and gradients of all cases, a NaN like any other. */
export function bitsOf(engine: Engine, cases: readonly ContractCase[]): number[][] {
  const graphs = cases.map((contractCase) => caseGraph(contractCase))
  const values = evaluateAll(engine, graphs, ({ comparisons }) => comparisons.map(({ node }) => node))
  return values.flat().map((data) => [...new Int32Array(data.buffer, data.byteOffset, data.length)])
}

/** One line for each case in which `engine` strays too far from `reference`. */
export function failuresOf(engine: Engine, reference: Engine, cases: readonly ContractCase[]): string[] {
  const graphs = cases.map((contractCase) => caseGraph(contractCase))
  const nodesOf = ({ comparisons }: CaseGraph): Node[] => comparisons.map(({ node }) => node)
  const boundsOf = ({ comparisons }: CaseGraph): Node[] => comparisons.map(({ node, magnitudes }) => magnitudes ?? node)
  const expected = evaluateAll(reference, graphs, (graph) => [...nodesOf(graph), ...boundsOf(graph)])
  let actual: TypedArray[][]
  try {
    actual = evaluateAll(engine, graphs, nodesOf)
  } catch (error) {
    return blame(engine, graphs, error)
  }
  return graphs.flatMap(({ contractCase, comparisons }, i) =>
    comparisons.flatMap(({ name, magnitudes, count, roundings, tolerance }, j) => {
      const terms = { count, roundings, magnitudes: expected[i][comparisons.length + j] }
      const whole = magnitudes === undefined ? tolerance : { ...tolerance, terms }
      const mismatch = firstMismatch(expected[i][j], actual[i][j], whole)
      if (mismatch === undefined) return []
      const { index, expected: wanted, actual: found } = mismatch
      return [`case ${i} ${describeCase(contractCase)}: ${name}[${index}] is ${found}, not ${wanted}`]
    }),
  )
}
