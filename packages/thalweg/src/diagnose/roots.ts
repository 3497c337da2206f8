/**
 * What brings other ailments about, by their codes: an ailment of the course of a run says which of these it may follow from,
 * and names one as its cause where it was told before (ailment.ts, `follows`).
 */

/** Values of a size that first weights and rates are not made for: steps overshoot, and units are driven to their ends. */
export const SIZES: readonly string[] = [
  'non-finite-data',
  'wrong-loss',
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
