/**
 * What brings other ailments about, by their codes: an ailment of the course of a run says which of these it may follow from,
 * and names one as its cause where it was told before (ailment.ts, `follows`).
 */

/** Values of a size that first weights and rates are not made for: steps overshoot, and units are driven to their ends. */
export const SIZES: readonly string[] = [
  'non-finite-data',
  'wrong-loss',
  'target-scale',
  'unscaled-inputs',
  'feature-scales',
  'weight-scale',
  'activation-spread',
]

/** Weights so small that any step is large beside them. */
export const SHRUNK: readonly string[] = ['weight-decay']

/** Steps that overshoot. */
export const OVERSHOT: readonly string[] = ['loss-diverged', 'loss-above-start', 'rate-too-high', 'loss-climbs']

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
  'small-norm-batch',
  'equal-weights',
]
