/** Everything that is looked for. A new ailment is a file here, its test, and a line in this list. */
import { batchesNotRandom, biasBeforeBatchNorm, type Condition } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { nonFinite } from '../non-finite.ts'
import { cannotOverfit } from '../overfit-batch.ts'
import { activationSpread } from './activation-spread.ts'
import { batchNormPlacement } from './batch-norm-placement.ts'
import { classImbalance } from './class-imbalance.ts'
import { constantTarget } from './constant-target.ts'
import { deadChannel } from './dead-channel.ts'
import { deadRelu } from './dead-relu.ts'
import { equalWeights } from './equal-weights.ts'
import { explodingGradient } from './exploding-gradient.ts'
import { featureScales } from './feature-scales.ts'
import { frozenLayer } from './frozen-layer.ts'
import { heavyDropout } from './heavy-dropout.ts'
import { heldOutValues } from './held-out-values.ts'
import { idleFeatures } from './idle-features.ts'
import { initialLoss } from './initial-loss.ts'
import { inputOutlier } from './input-outlier.ts'
import { leak } from './leak.ts'
import { linearStack } from './linear-stack.ts'
import { lossAboveStart } from './loss-above-start.ts'
import { lossClimbs } from './loss-climbs.ts'
import { lossDiverged } from './loss-diverged.ts'
import { lossOscillates } from './loss-oscillates.ts'
import { missingClass } from './missing-class.ts'
import { movingStatistics } from './moving-statistics.ts'
import { narrowLayer } from './narrow-layer.ts'
import { noSignal } from './no-signal.ts'
import { nonFiniteData } from './non-finite-data.ts'
import { notLearning } from './not-learning.ts'
import { outputActivation } from './output-activation.ts'
import { outputRange } from './output-range.ts'
import { overfitting } from './overfitting.ts'
import { plateau } from './plateau.ts'
import { rateTooHigh } from './rate-too-high.ts'
import { rateTooLow } from './rate-too-low.ts'
import { saturatedActivation } from './saturated-activation.ts'
import { sharedExamples } from './shared-examples.ts'
import { sigmoidStack } from './sigmoid-stack.ts'
import { smallNormBatch } from './small-norm-batch.ts'
import { sortedExamples } from './sorted-examples.ts'
import { stalledInput } from './stalled-input.ts'
import { targetOutlier } from './target-outlier.ts'
import { targetScale } from './target-scale.ts'
import { tightConstraint } from './tight-constraint.ts'
import { tooFewSteps } from './too-few-steps.ts'
import { underfitting } from './underfitting.ts'
import { unscaledInputs } from './unscaled-inputs.ts'
import { updateRatioOutOfRange } from './update-ratio.ts'
import { validationTooGood } from './validation-too-good.ts'
import { vanishingGradient } from './vanishing-gradient.ts'
import { weightDecay } from './weight-decay.ts'
import { weightScale } from './weight-scale.ts'
import { wrongLoss } from './wrong-loss.ts'

/** In the order in which findings of one moment are told. */
export const ailments: readonly Ailment[] = [
  nonFiniteData,
  heldOutValues,
  inputOutlier,
  unscaledInputs,
  featureScales,
  idleFeatures,
  sortedExamples,
  classImbalance,
  constantTarget,
  missingClass,
  sharedExamples,
  leak,
  targetOutlier,
  targetScale,
  wrongLoss,
  outputActivation,
  outputRange,
  linearStack,
  sigmoidStack,
  narrowLayer,
  heavyDropout,
  frozenLayer,
  batchNormPlacement,
  smallNormBatch,
  equalWeights,
  initialLoss,
  weightScale,
  activationSpread,
  stalledInput,
  tightConstraint,
  weightDecay,
  lossDiverged,
  lossAboveStart,
  lossOscillates,
  lossClimbs,
  noSignal,
  notLearning,
  plateau,
  rateTooLow,
  rateTooHigh,
  vanishingGradient,
  explodingGradient,
  deadRelu,
  saturatedActivation,
  deadChannel,
  updateRatioOutOfRange,
  tooFewSteps,
  underfitting,
  overfitting,
  validationTooGood,
  movingStatistics,
]

/** All that a finding can be about: those that `fit` itself looks for among them. */
export const conditions: readonly Condition[] = [
  ...ailments,
  nonFinite,
  cannotOverfit,
  biasBeforeBatchNorm,
  batchesNotRandom,
]
