/**
 * What brings other ailments about, by their codes: an ailment of the course of a run says which of these it may follow from,
 * and names one as its cause where it was told before (ailment.ts, `follows`).
 */
import type { Finding, Sign } from '../train/index.ts'

/** Values of a size that first weights and rates are not made for: steps overshoot, and units are driven to their ends. */
export const SIZES: readonly string[] = [
  'non-finite-data',
  'wrong-loss',
  'input-outlier',
  'target-outlier',
  'target-scale',
  'unscaled-inputs',
  'feature-scales',
  'weight-scale',
  'activation-spread',
]

/** Weights so small that any step is large beside them. */
export const SHRUNK: readonly string[] = ['tight-constraint', 'weight-decay']

/** Steps that overshoot. */
export const OVERSHOT: readonly string[] = ['loss-diverged', 'loss-above-start', 'rate-too-high', 'loss-climbs']

/**
 * A layer that lets nothing through: those before it get no gradient, and those behind it say the same of everything. That is
 * no fault of theirs, and is not told of them.
 */
export const SHUT: readonly string[] = ['small-norm-batch']

/** What leaves little to be learned, or lets little of it through. */
export const OBSTACLES: readonly string[] = [
  'output-range',
  'output-activation',
  'sorted-examples',
  'linear-stack',
  'sigmoid-stack',
  'narrow-layer',
  'heavy-dropout',
  'frozen-layer',
  ...SHUT,
  'equal-weights',
]

/**
 * What was found before and brings a sign about is a better cause than the usual one, and what mends that comes first. What the
 * sign itself shows is better still, but for weights that shrank: these look like a small network, or large steps.
 */
export function explained(sign: Sign, root: Finding | undefined): Sign {
  if (!root || (sign.cause !== undefined && !SHRUNK.includes(root.code))) return sign
  const kinds = new Set(root.patches.map(({ kind }) => kind))
  const patches = [...root.patches, ...(sign.patches ?? []).filter(({ kind }) => !kinds.has(kind))]
  return { ...sign, cause: `${root.code}, told before: ${root.cause}`, try: root.try, patches }
}
