/**
 * Maxout (Goodfellow, Warde-Farley, Mirza, Courville, Bengio, ICML 2013): the largest of `pieces` linear functions, so
 * its shape is learned. `pieces` consecutive units form one: [batch, ..., units * pieces] -> [batch, ..., units], after
 * a `dense(units * pieces)` or a convolution of that many filters.
 */
import { formatShape, ThalwegError } from '../../base/index.ts'
import { max, reshape } from '../../tensor/index.ts'
import { checkCount } from '../checks.ts'
import { type Activation, activation } from './activation.ts'

export interface MaxoutOptions {
  /** How many units form one. Default 2. */
  readonly pieces?: number
}

export const maxout: Activation<MaxoutOptions> = activation<MaxoutOptions>(
  'maxout',
  { pieces: 2 },
  (x, { pieces }) => {
    const units = x.shape.at(-1)
    if (units === undefined || units % pieces !== 0) {
      throw new ThalwegError('nn/bad-input-shape', {
        rule: 'maxout: pieces must divide the last axis',
        received: `pieces ${pieces}, input ${formatShape(x.shape)}`,
        try: `give the layer before it ${pieces} times as many units as you want after it`,
      })
    }
    return max(reshape(x, [...x.shape.slice(0, -1), units / pieces, pieces]), { axes: [-1] })
  },
  ({ pieces }) => checkCount('maxout', 'pieces', pieces),
)
