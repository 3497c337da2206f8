/**
 * The Kullback-Leibler divergence (1951) of the model's softmax from target distributions, `sum(t * (log t - log p))`:
 * what cross entropy measures, less what no model could save. For soft labels and distillation.
 */
import { add, lessEqual, log, logSoftmax, mean, mul, select, sub, sum } from '../../tensor/index.ts'
import { checkNumbers, type Loss } from './loss.ts'

/** Logits and target probabilities [batch, classes], rows of which add up to 1 -> mean over the batch. */
export function klDivergence(): Loss {
  return {
    name: 'klDivergence',
    task: 'number',
    options: {},
    forward(logits, target) {
      checkNumbers('klDivergence', logits, target)
      const empty = lessEqual(target, 0)
      // 0 log 0 is 0, by its limit; the logarithm must not see the zeros, for the sake of its gradient.
      const entropy = select(empty, 0, mul(target, log(add(target, select(empty, 1, 0)))))
      return mean(sum(sub(entropy, mul(target, logSoftmax(logits, -1))), { axes: [-1] }))
    },
  }
}
