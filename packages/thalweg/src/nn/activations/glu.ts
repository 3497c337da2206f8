/** The gated linear unit (Dauphin, Fan, Auli, Grangier, ICML 2017): the first half of an axis times the sigmoid of the second. */
import { formatShape, ThalwegError } from '../../base/index.ts'
import { mul, sigmoid, split } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'

export interface GluOptions {
  /** The axis that is halved; negative ones count from the right. Default -1. */
  readonly axis?: number
}

/** [..., 2 n] -> [..., n] */
export const glu: Activation<GluOptions> = activation<GluOptions>('glu', { axis: -1 }, (x, { axis }) => {
  const size = x.shape.at(axis)
  if (size === undefined || size % 2 !== 0) {
    throw new ThalwegError('nn/bad-input-shape', {
      rule: 'glu: the axis must exist and have an even size',
      received: `axis ${axis} of ${formatShape(x.shape)}`,
      try: 'give the layer before it twice as many units as you want after it',
    })
  }
  const [values, gates] = split(x, 2, axis)
  return mul(values, sigmoid(gates))
})
