/**
 * Alpha dropout (Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing neural networks", NIPS 2017, section 3),
 * for networks of SELU: values are set to SELU's lower limit instead of 0, and everything is shifted and scaled so that
 * mean 0 and variance 1 stay what they are.
 *
 * With q the probability of keeping and a' = -scale * alpha of SELU, a kept x becomes `a x + b` and a dropped one
 * `a a' + b`, where `a = (q + a'^2 q (1 - q))^(-1/2)` and `b = -a (1 - q) a'`.
 */

import { add, less, mul, select } from '../../tensor/index.ts'
import { SELU_ALPHA, SELU_SCALE } from '../activations/selu.ts'
import { checkNames } from '../checks.ts'
import type { Layer } from '../layer.ts'
import { type DropProbability, probabilityOf } from './probability.ts'

export type AlphaDropoutOptions = DropProbability & { readonly name?: string }

/**
 * Any shape. The paper's rates are 0.05 and 0.1.
 *
 * @throws ThalwegError `nn/bad-option`
 */
export function alphaDropout(options: AlphaDropoutOptions = {}): Layer {
  const { rate, keep } = probabilityOf('alphaDropout', options)
  checkNames('alphaDropout', options, { rate, keep, name: options.name })
  const limit = -SELU_SCALE * SELU_ALPHA
  const scale = (keep + limit ** 2 * keep * rate) ** -0.5
  const shift = -scale * rate * limit
  return {
    kind: 'alphaDropout',
    name: options.name,
    options: { rate },
    forward(x, scope) {
      if (!scope.training || rate === 0) return x
      const kept = less(scope.uniform(x.shape), keep)
      return add(mul(select(kept, x, limit), scale), shift)
    },
  }
}
