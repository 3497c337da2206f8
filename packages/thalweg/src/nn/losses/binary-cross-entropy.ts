/**
 * Cross entropy of independent yes-or-no questions, from logits: `softplus(x) - x * target`, which is
 * `-(t log sigmoid(x) + (1 - t) log(1 - sigmoid(x)))` without its overflow. Targets are probabilities in [0, 1].
 */
import { mean, mul, sub } from '../../tensor/index.ts'
import { softplus } from '../activations/softplus.ts'
import { checkNumbers, type Loss } from './loss.ts'

/** Logits and float32 targets of one shape -> mean over batch and columns. */
export function binaryCrossEntropy(): Loss {
  return {
    name: 'binaryCrossEntropy',
    task: 'number',
    options: {},
    forward(logits, target) {
      checkNumbers('binaryCrossEntropy', logits, target)
      return mean(sub(softplus(logits), mul(logits, target)))
    },
  }
}
