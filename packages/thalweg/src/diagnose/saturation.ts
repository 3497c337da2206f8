/**
 * When an activation is saturated: so near an end of its range that its slope, and the gradient behind it, is as good as
 * nothing. Known for those that have ends.
 */
import { greaterEqual, lessEqual, logicalOr, type Tensor } from '../tensor/index.ts'

/**
 * Up to which value from below, and from which on above, an activation counts as saturated: 3% of the range away from an
 * end, where the slope of tanh has fallen to 6% of its largest and that of the sigmoid to 12%.
 */
const ENDS: Readonly<Record<string, readonly [low: number, high: number]>> = {
  tanh: [-0.97, 0.97],
  softsign: [-0.97, 0.97],
  hardTanh: [-0.97, 0.97],
  sigmoid: [0.03, 0.97],
  hardSigmoid: [0.03, 0.97],
  softmax: [0.03, 0.97],
  relu6: [Number.NEGATIVE_INFINITY, 6],
}

function endsOf(kind: string): readonly [low: number, high: number] | undefined {
  return Object.hasOwn(ENDS, kind) ? ENDS[kind] : undefined
}

/** Share of values that are saturated for an activation of this kind; undefined for kinds without ends. */
export function saturatedShare(kind: string, values: ArrayLike<number>): number | undefined {
  const ends = endsOf(kind)
  if (!ends || values.length === 0) return undefined
  let count = 0
  for (let i = 0; i < values.length; i++) if (values[i] <= ends[0] || values[i] >= ends[1]) count++
  return count / values.length
}

/** The same inside of a plan: which values are saturated, bool of their shape; undefined for kinds without ends. */
export function saturation(kind: string): ((values: Tensor) => Tensor) | undefined {
  const ends = endsOf(kind)
  if (!ends) return undefined
  const [low, high] = ends
  if (low === Number.NEGATIVE_INFINITY) return (values) => greaterEqual(values, high)
  return (values) => logicalOr(lessEqual(values, low), greaterEqual(values, high))
}

/** Share of units, that is places on the last axis, that give 0 for every example (and pixel). */
export function silentShare(values: ArrayLike<number>, units: number): number {
  const active = new Uint8Array(units)
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) active[i % units] = 1
  return units > 0 ? active.filter((one) => one === 0).length / units : 0
}
