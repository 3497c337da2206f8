/**
 * The multiclass hinge of support vector machines (Crammer and Singer 2001, in the form of Weston and Watkins 1999): the
 * sum over the wrong classes of `max(0, margin - (own score - their score))`, divided by the number of classes.
 */
import { add, expandDims, logicalNot, mean, mul, relu, select, sub, sum } from '../../tensor/index.ts'
import { checkNames, checkPositive } from '../checks.ts'
import { labelMask } from './cross-entropy.ts'
import { checkLabels, type Loss } from './loss.ts'

/** Scores [batch, classes], int32 labels [batch] -> mean over the batch. Default margin 1. */
export function multiMargin(options: { readonly margin?: number } = {}): Loss {
  const { margin = 1 } = options
  checkNames('multiMargin', options, { margin })
  checkPositive('multiMargin', 'margin', margin, 'use 1')
  return {
    name: 'multiMargin',
    task: 'class',
    options: { margin },
    forward(scores, labels) {
      checkLabels('multiMargin', scores, labels)
      const hit = labelMask(scores, labels)
      const own = sum(select(hit, scores, 0), { axes: [1] })
      const excess = add(sub(scores, expandDims(own, 1)), margin)
      const wrong = select(logicalNot(hit), relu(excess), 0)
      return mul(mean(sum(wrong, { axes: [1] })), 1 / scores.shape[1])
    },
  }
}
