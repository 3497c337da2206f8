/**
 * Gradient checking: holds a gradient that was derived by rules against one that was measured. It computes nothing itself:
 * whoever calls it says how nodes are evaluated, in float64 (in float32 the measurement drowns in rounding).
 */
import { random, ThalwegError, type TypedArray } from '../base/index.ts'
import type { Node, NodeOf } from '../graph/index.ts'
import { gradients } from './backward.ts'

/** Makes `outputs` ready to be evaluated, again and again, for values of `inputs` in their order. */
export type PrepareEvaluation = (
  inputs: readonly NodeOf<'input'>[],
  outputs: readonly Node[],
) => (values: readonly TypedArray[]) => readonly TypedArray[]

export interface CheckedInput {
  /** Made with `createNode('input', ...)`; float32. */
  readonly node: Node
  /** The point at which to check. */
  readonly values: readonly number[] | TypedArray
}

export interface CheckGradientOptions {
  readonly prepare: PrepareEvaluation
  /** How far to step for an input of magnitude 1 or less, in proportion above. Default 1e-4. */
  readonly step?: number
  /** How many elements of each input to check, chosen by `seed`. Default `'all'`. */
  readonly samples?: number | 'all'
  readonly seed?: number
}

export interface ElementCheck {
  /** Row-major position in the input. */
  readonly index: number
  /** By the rules. */
  readonly derived: number
  /** By finite differences. */
  readonly measured: number
  /** `|derived - measured| / max(|derived|, |measured|, floor)`, see `checkGradient`. */
  readonly relativeError: number
}

export interface InputCheck {
  readonly name: string
  readonly checked: number
  /** The element with the largest relative error; undefined for an input without elements. */
  readonly worst: ElementCheck | undefined
}

export interface GradientReport {
  readonly inputs: readonly InputCheck[]
  /** Over all inputs. NaN if any derivative is. */
  readonly worstRelativeError: number
}

const STEP = 1e-4
/** Differences this small against the loss are rounding: the measurement is good to about 3e-12 of the loss. */
const FLOOR = 1e-5

/** Fourth-order central difference, Abramowitz and Stegun 25.3.6: error h^4 f'''''/30. */
function slope(f: (offset: number) => number, step: number): number {
  return (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step)
}

/** The larger error; NaN is larger than any. */
function worse(a: ElementCheck | undefined, b: ElementCheck): ElementCheck {
  return a !== undefined && (Number.isNaN(a.relativeError) || a.relativeError >= b.relativeError) ? a : b
}

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
 * of 1e-5 of the loss (at least 1e-5), below which a difference is rounding. Away from kinks a right gradient stays below
 * 1e-6; a kink (of `abs`, `max`, pooling) within two steps of the point shows as a large error that a smaller `step` mends.
 *
 * @throws ThalwegError `grad/not-an-input`, `grad/loss-not-scalar`.
 */
export function checkGradient(
  loss: Node,
  inputs: readonly CheckedInput[],
  { prepare, step = STEP, samples = 'all', seed = 0 }: CheckGradientOptions,
): GradientReport {
  const nodes = requireInputs(inputs)
  const point = inputs.map(({ values }) => Float64Array.from(values))
  const [here, ...derived] = prepare(nodes, [loss, ...gradients(loss, nodes)])(point)
  const evaluate = prepare(nodes, [loss])
  const floor = FLOOR * Math.max(1, Math.abs(here[0]))

  const reports = nodes.map((node, position): InputCheck => {
    const values = point[position]
    const count = samples === 'all' ? values.length : Math.min(samples, values.length)
    const chosen = random(seed, `checkGradient/${position}`).permutation(values.length).subarray(0, count).sort()
    let worst: ElementCheck | undefined
    for (const index of chosen) {
      const centre = values[index]
      const at = (offset: number): number => {
        values[index] = centre + offset
        const [[result]] = evaluate(point)
        values[index] = centre
        return result
      }
      const slopeHere = derived[position][index]
      const measured = slope(at, step * Math.max(1, Math.abs(centre)))
      const scale = Math.max(Math.abs(slopeHere), Math.abs(measured), floor)
      const relativeError = Math.abs(slopeHere - measured) / scale
      worst = worse(worst, { index, derived: slopeHere, measured, relativeError })
    }
    return { name: node.attributes.name, checked: count, worst }
  })
  const errors = reports.map(({ worst }) => worst?.relativeError ?? 0)
  return { inputs: reports, worstRelativeError: Math.max(0, ...errors) }
}
