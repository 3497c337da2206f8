/**
 * Softmax cross entropy, from logits: `-log softmax(logits)[label]`, as `logSumExp(logits) - logits[label]`, which
 * stays finite for any finite logits. Label smoothing: Szegedy et al., "Rethinking the Inception architecture" (CVPR
 * 2016, section 7): the target is `1 - s` on the label plus `s / classes` everywhere.
 */
import { formatShape, ThalwegError } from '../../base/index.ts'
import {
  add,
  div,
  equal,
  expandDims,
  iota,
  logSumExp,
  mean,
  mul,
  select,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../tensor/index.ts'
import { checkNames, checkShare } from '../checks.ts'
import { checkLabels, type Loss } from './loss.ts'

export interface CrossEntropyOptions {
  /** Share of the target that is spread over all classes, in [0, 1). Default 0. */
  readonly labelSmoothing?: number
  /** One weight per class; the mean is weighted by the labels' weights. Default: all alike. */
  readonly classWeights?: readonly number[]
}

/** Logits [batch, classes], int32 labels [batch] -> mean over the batch. */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  const { labelSmoothing = 0, classWeights } = options
  checkNames('crossEntropy', options, { labelSmoothing, classWeights })
  checkShare('crossEntropy', 'labelSmoothing', labelSmoothing, 'use 0 for none, 0.1 as in the paper')
  if (classWeights) checkWeights(classWeights)
  return {
    name: 'crossEntropy',
    task: 'class',
    options: { labelSmoothing, ...(classWeights && { classWeights }) },
    forward(logits, labels) {
      checkLabels('crossEntropy', logits, labels)
      const hit = labelMask(logits, labels)
      const normalizer = logSumExp(logits, { axes: -1 })
      const weights = classWeights && weightRow(classWeights, logits)

      // -log p of the label, and the weighted sum of -log p over all classes.
      const own = sub(normalizer, sum(select(hit, logits, 0), { axes: [1] }))
      const labelWeights = weights && sum(select(hit, weights, 0), { axes: [1] })
      const total = labelWeights && sum(labelWeights)
      const average = (losses: Tensor) => (total ? div(sum(losses), total) : mean(losses))
      const plain = average(labelWeights ? mul(own, labelWeights) : own)
      if (labelSmoothing === 0) return plain
      const surprises = sub(expandDims(normalizer, 1), logits)
      const everywhere = average(sum(weights ? mul(surprises, weights) : surprises, { axes: [1] }))
      return add(mul(plain, 1 - labelSmoothing), mul(everywhere, labelSmoothing / logits.shape[1]))
    },
  }
}

/** bool [batch, classes]: true at each row's label. */
export function labelMask(logits: Tensor, labels: Tensor): Tensor {
  return equal(expandDims(labels, 1), iota(logits.shape, 1))
}

function weightRow(weights: readonly number[], logits: Tensor): Tensor {
  if (weights.length === logits.shape[1]) return tensor([[...weights]])
  throw new ThalwegError('nn/bad-option', {
    rule: 'crossEntropy: there must be one class weight for each class',
    received: `${weights.length} weights, logits ${formatShape(logits.shape)}`,
    try: `give ${logits.shape[1]} weights`,
  })
}

function checkWeights(weights: readonly number[]): void {
  if (weights.length > 0 && weights.every((weight) => weight >= 0 && Number.isFinite(weight))) return
  throw new ThalwegError('nn/bad-option', {
    rule: 'crossEntropy: class weights must be finite numbers of at least 0',
    received: `classWeights [${weights}]`,
    try: 'give one positive weight for each class, or leave classWeights out',
  })
}
