/** What is counted while a model is judged, as graph functions: sums over a batch, so that batches of any size add up. */
import { argmax, cast, equal, square, sub, sum, type Tensor } from '../tensor/index.ts'
import { checkLabels, checkNumbers } from './losses/loss.ts'

/** How many rows of logits [batch, classes] are largest at their int32 label [batch]. Scalar; accuracy is its share. */
export function correctCount(logits: Tensor, labels: Tensor): Tensor {
  checkLabels('accuracy', logits, labels)
  return sum(cast(equal(argmax(logits, -1), labels), 'float32'))
}

/** Sum over the batch of squared errors, for each column: [batch, columns] -> [columns]. */
export function squaredErrors(prediction: Tensor, target: Tensor): Tensor {
  checkNumbers('r2', prediction, target)
  return sum(square(sub(prediction, target)), { axes: [0] })
}
