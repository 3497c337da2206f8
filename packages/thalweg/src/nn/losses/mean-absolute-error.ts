/** The mean of `|prediction - target|` over all elements: far outliers pull it no harder than near ones. */
import { abs, mean, sub } from '../../tensor/index.ts'
import { checkNumbers, type Loss } from './loss.ts'

/** Prediction and target of one shape -> mean over batch and columns. */
export function meanAbsoluteError(): Loss {
  return {
    name: 'meanAbsoluteError',
    task: 'number',
    options: {},
    forward(prediction, target) {
      checkNumbers('meanAbsoluteError', prediction, target)
      return mean(abs(sub(prediction, target)))
    },
  }
}
