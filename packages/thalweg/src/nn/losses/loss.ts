/**
 * A loss: from what a model says and what was to be said to one number, the mean over the batch. Every one is a file in
 * this folder; the checks that they share are here.
 */
import { formatShape, sameShape, ThalwegError } from '../../base/index.ts'
import type { Tensor } from '../../tensor/index.ts'

export interface Loss {
  /** `crossEntropy`. */
  readonly name: string
  /** Whether targets are int32 class labels [batch], or float32 numbers of the prediction's shape. */
  readonly task: 'class' | 'number'
  readonly options: Readonly<Record<string, unknown>>
  /** Scalar. */
  readonly forward: (output: Tensor, target: Tensor) => Tensor
}

/** Logits [batch, classes] with int32 labels [batch]. */
export function checkLabels(loss: string, logits: Tensor, labels: Tensor): void {
  const fits = logits.shape.length === 2 && labels.shape.length === 1 && labels.shape[0] === logits.shape[0]
  if (fits && labels.dtype === 'int32') return
  throw new ThalwegError('nn/bad-target', {
    rule: `${loss}: the model must end in logits [batch, classes], the labels must be int32 [batch]`,
    received: `output ${formatShape(logits.shape)}, labels ${labels.dtype} ${formatShape(labels.shape)}`,
    try: 'end the model with dense(classes), after flatten() or global pooling if the inputs are images',
  })
}

/** A prediction and a target of one shape. */
export function checkNumbers(loss: string, prediction: Tensor, target: Tensor): void {
  if (sameShape(prediction.shape, target.shape) && target.dtype === 'float32') return
  throw new ThalwegError('nn/bad-target', {
    rule: `${loss}: the prediction and the target must be float32 of one shape`,
    received: `prediction ${formatShape(prediction.shape)}, target ${target.dtype} ${formatShape(target.shape)}`,
    try: `end the model with dense(${target.shape.at(-1) ?? 1})`,
  })
}
