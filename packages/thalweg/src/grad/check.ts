/**
 * Gradient checking: holds a gradient that was derived by rules against one that was measured. It computes nothing itself:
 * whoever calls it says how nodes are evaluated, in float64 (in float32 the measurement drowns in rounding).
 *
 * A difference across a kink measures neither slope. So the decisions that the function takes (decisions.ts) are evaluated
 * with it; where they change within the reach of a difference the step is made smaller, and where they change however
 * small it is, the element lies at a kink and is counted apart.
 */
import { random, ThalwegError, type TypedArray } from '../base/index.ts'
import type { Node, NodeOf } from '../graph/index.ts'
import { gradients } from './backward.ts'
import { decisions } from './decisions.ts'
import { bestSlope, type ElementCheck, isWorse, measurement, type PrepareEvaluation } from './slope.ts'
import { variation } from './vary.ts'

export interface CheckedInput {
  /** Made with `createNode('input', ...)`; float32. */
  readonly node: Node
  /** The point at which to check. */
  readonly values: readonly number[] | TypedArray
}

export interface CheckGradientOptions {
  readonly prepare: PrepareEvaluation
  /** How far to step at first for an input of magnitude 1 or less, in proportion above. Default 1e-4. */
  readonly step?: number
  /** How many elements of each input to check, chosen by `seed`. Default `'all'`. */
  readonly samples?: number | 'all'
  readonly seed?: number
}

export interface InputCheck {
  readonly name: string
  /** Elements whose slope could be measured. */
  readonly checked: number
  /** Elements beside them that lie at a kink: a decision changes within the smallest step. */
  readonly kinks: readonly number[]
  /** The element with the largest relative error; undefined where none was checked. */
  readonly worst: ElementCheck | undefined
}

export interface GradientReport {
  readonly inputs: readonly InputCheck[]
  /** Over all inputs. NaN if any derivative is. */
  readonly worstRelativeError: number
  /** At the point. */
  readonly loss: number
}

const STEP = 1e-4

/** Every node in which a measurement would lie: it would vary what the gradient is told to hold still. */
function requireInputs(inputs: readonly CheckedInput[]): NodeOf<'input'>[] {
  return inputs.map(({ node, values }) => {
    if (node.op === 'input' && node.dtype === 'float32') return node
    throw new ThalwegError('grad/not-an-input', {
      rule: 'checkGradient: what is checked must be a float32 input',
      received: `${node.op} ${node.dtype} with ${values.length} values`,
      try: "make it with createNode('input', [], { name, shape, dtype: 'float32' })",
    })
  })
}

/**
 * Compares the gradient of `loss` with central differences at a point, element by element. The relative error has a floor
 * of 1e-5 of the loss (at least 1e-5; ten times that for a step ten times smaller), below which a difference is rounding.
 * A right gradient stays below 1e-6; elements at kinks (of `abs`, `max`, comparisons, pooling) are found by the decisions
 * that change around them, and not judged.
 *
 * @throws ThalwegError `grad/not-an-input`, `grad/loss-not-scalar`.
 */
export function checkGradient(
  loss: Node,
  inputs: readonly CheckedInput[],
  options: CheckGradientOptions,
): GradientReport {
  const { checks, loss: here } = gradientChecks(loss, inputs, options)
  const reports = checks.map((check) => check())
  const errors = reports.map(({ worst }) => worst?.relativeError ?? 0)
  return { inputs: reports, worstRelativeError: Math.max(0, ...errors), loss: here }
}

/** The same, one input at a time, for callers that have something else to do between them. */
export function gradientChecks(
  loss: Node,
  inputs: readonly CheckedInput[],
  { prepare, step = STEP, samples = 'all', seed = 0 }: CheckGradientOptions,
): { readonly checks: readonly (() => InputCheck)[]; readonly loss: number } {
  const nodes = requireInputs(inputs)
  const point = inputs.map(({ values }) => Float64Array.from(values))
  const variations = nodes.map((node) => variation([loss, ...decisions(loss, node)], node))
  const fixed = [...new Set(variations.flatMap((each) => each.fixed))]
  const [[here], ...others] = prepare(nodes, [loss, ...gradients(loss, nodes), ...fixed])(point)
  const known = new Map(fixed.map((node, i) => [node, others[nodes.length + i]]))

  function check(position: number): InputCheck {
    const values = point[position]
    const count = samples === 'all' ? values.length : Math.min(samples, values.length)
    const chosen = random(seed, `checkGradient/${position}`).permutation(values.length).subarray(0, count).sort()
    const measure = measurement(nodes[position], values, variations[position], known, prepare)
    const kinks: number[] = []
    let worst: ElementCheck | undefined
    for (const index of chosen) {
      const element = bestSlope({
        index,
        derived: others[position][index],
        centre: values[index],
        measure,
        step,
        size: Math.max(1, Math.abs(here)),
      })
      if (element === undefined) kinks.push(index)
      else if (worst === undefined || !isWorse(worst, element)) worst = element
    }
    return { name: nodes[position].attributes.name, checked: count - kinks.length, kinks, worst }
  }
  return { checks: nodes.map((_, position) => () => check(position)), loss: here }
}
