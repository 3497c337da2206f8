/**
 * Cross entropy of independent yes-or-no questions, from logits: `softplus(x) - x * target`, which is
 * `-(t log sigmoid(x) + (1 - t) log(1 - sigmoid(x)))` without its overflow. Targets are probabilities in [0, 1].
 */
import { add, mean, mul, sub } from '../../tensor/index.ts'
import { softplus } from '../activations/softplus.ts'
import { checkNames, checkShare } from '../checks.ts'
import { checkNumbers, type Loss } from './loss.ts'

export interface BinaryCrossEntropyOptions {
  /** Share of each target that is moved to one half, in [0, 1): s makes of 1 `1 - s / 2`. Default 0. */
  readonly labelSmoothing?: number
}

/**
 * Logits and float32 targets of one shape -> mean over batch and columns.
 *
 * @throws ThalwegError `nn/bad-option`
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): Loss {
  const { labelSmoothing = 0 } = options
  checkNames('binaryCrossEntropy', options, { labelSmoothing })
  checkShare('binaryCrossEntropy', 'labelSmoothing', labelSmoothing, 'use 0 for none, or 0.1')
  return {
    name: 'binaryCrossEntropy',
    task: 'number',
    options: { labelSmoothing },
    forward(logits, target) {
      checkNumbers('binaryCrossEntropy', logits, target)
      const smooth = labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / 2)
      return mean(sub(softplus(logits), mul(logits, smooth)))
    },
  }
}
