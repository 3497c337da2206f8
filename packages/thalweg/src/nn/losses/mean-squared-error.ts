/** The mean of `(prediction - target)^2` over all elements. */
import { mean, square, sub } from '../../tensor/index.ts'
import { checkNumbers, type Loss } from './loss.ts'

/** Prediction and target of one shape -> mean over batch and columns. */
export function meanSquaredError(): Loss {
  return {
    name: 'meanSquaredError',
    task: 'number',
    options: {},
    forward(prediction, target) {
      checkNumbers('meanSquaredError', prediction, target)
      return mean(square(sub(prediction, target)))
    },
  }
}
