/** One slope, measured: central differences with a step that keeps clear of kinks. */
import { internal, type TypedArray } from '../base/index.ts'
import type { Node, NodeOf } from '../graph/index.ts'
import type { Variation } from './vary.ts'

/** Makes `outputs` ready to be evaluated, again and again, for values of `inputs` in their order. */
export type PrepareEvaluation = (
  inputs: readonly NodeOf<'input'>[],
  outputs: readonly Node[],
) => (values: readonly TypedArray[]) => readonly TypedArray[]

export interface ElementCheck {
  /** Row-major position in the input. */
  readonly index: number
  /** By the rules. */
  readonly derived: number
  /** By finite differences. */
  readonly measured: number
  /** `|derived - measured| / max(|derived|, |measured|, floor)`, see `checkGradient`. */
  readonly relativeError: number
  /** How far the measurement stepped. */
  readonly step: number
}

/** The first step and how often it is divided by ten, for a kink or a steep curve nearby. */
const SCALES = [1, 0.1, 0.01, 0.001]
/** An error that no smaller step would better. */
const GOOD = 1e-7
/**
 * Slopes below this share of the loss, divided by the step, are not told from rounding: a slope by a step of 1e-4 is good to
 * about 3e-12 of the loss, and is compared as if it were at least 1e-5.
 */
const NOISE = 1e-9

/** Where the function is evaluated, in steps. */
const OFFSETS = [1, -1, 2, -2]

/** Fourth-order central difference from the values at `OFFSETS`, Abramowitz and Stegun 25.3.6: error h^4 f'''''/30. */
function difference([after, before, wellAfter, wellBefore]: readonly number[], step: number): number {
  return (8 * (after - before) - (wellAfter - wellBefore)) / (12 * step)
}

/** NaN is larger than any. */
export function isWorse(a: ElementCheck, b: ElementCheck): boolean {
  return Number.isNaN(a.relativeError) || a.relativeError >= b.relativeError
}

/** The slope at an element by steps of size `step`; undefined where a decision changes on the way. */
type Measure = (index: number, step: number) => number | undefined

export function measurement(
  node: NodeOf<'input'>,
  centre: Float64Array,
  { fixed, rebuild }: Variation,
  known: ReadonlyMap<Node, TypedArray>,
  prepare: PrepareEvaluation,
): Measure {
  const evaluate = prepare([node], rebuild(fixed.map((each) => literalOf(each, known))))
  const values = centre.slice()
  const decidedHere = evaluate([values]).slice(1)
  return (index, step) => {
    try {
      const results: number[] = []
      for (const offset of OFFSETS) {
        values[index] = centre[index] + offset * step
        const [[result], ...decided] = evaluate([values])
        if (!decided.every((each, i) => agrees(each, decidedHere[i]))) return undefined
        results.push(result)
      }
      return difference(results, step)
    } finally {
      values[index] = centre[index]
    }
  }
}

function agrees(a: TypedArray, b: TypedArray): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false
  return true
}

function literalOf(node: Node, known: ReadonlyMap<Node, TypedArray>): TypedArray {
  const value = known.get(node)
  if (value === undefined) throw internal(`the value of node ${node.id} was not asked for`)
  return value
}

interface Place {
  readonly index: number
  readonly derived: number
  readonly centre: number
  readonly measure: Measure
  /** The first one, for a centre of magnitude 1 or less. */
  readonly step: number
  /** Magnitude of the loss, at least 1. */
  readonly size: number
}

/** The element by the step that suits it best; undefined where every step meets a kink. */
export function bestSlope({ index, derived, centre, measure, step: first, size }: Place): ElementCheck | undefined {
  let best: ElementCheck | undefined
  for (const scale of SCALES) {
    const step = first * scale * Math.max(1, Math.abs(centre))
    const measured = measure(index, step)
    if (measured === undefined) continue
    const floor = (NOISE * size) / (first * scale)
    const relativeError = Math.abs(derived - measured) / Math.max(Math.abs(derived), Math.abs(measured), floor)
    const element = { index, derived, measured, relativeError, step }
    if (best === undefined || isWorse(best, element)) best = element
    if (best.relativeError < GOOD) break
  }
  return best
}
