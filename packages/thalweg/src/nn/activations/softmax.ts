/**
 * `exp(x) / sum(exp(x))` along an axis (Bridle 1990), and its logarithm, both with the largest value taken off first. A
 * classifier does not need them at its end: cross entropy takes logits.
 */
import { logSoftmax as logSoftmaxOf, softmax as softmaxOf } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'

export interface SoftmaxOptions {
  /** Negative ones count from the right. Default -1. */
  readonly axis?: number
}

export const softmax: Activation<SoftmaxOptions> = activation<SoftmaxOptions>('softmax', { axis: -1 }, (x, { axis }) =>
  softmaxOf(x, axis),
)

export const logSoftmax: Activation<SoftmaxOptions> = activation<SoftmaxOptions>(
  'logSoftmax',
  { axis: -1 },
  (x, { axis }) => logSoftmaxOf(x, axis),
)
