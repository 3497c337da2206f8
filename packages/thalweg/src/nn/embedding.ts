/** A table of learned vectors, one for each of `count` things; the input says which. */
import { ThalwegError } from '../base/index.ts'
import { gather } from '../tensor/index.ts'
import { checkCount, checkNames } from './checks.ts'
import { describeInitializer, type Initializer } from './initializers/initializer.ts'
import { smallRandom } from './initializers/small-random.ts'
import type { Layer } from './layer.ts'

export interface EmbeddingOptions {
  /** Default standard normal. */
  readonly initializer?: Initializer
  readonly name?: string
}

/**
 * int32 [...] -> [..., size]. Parameter: `weight` [count, size]. Indices must lie in 0..count-1.
 *
 * @throws ThalwegError `nn/bad-option`; `nn/bad-input-dtype` for an input that is not int32
 */
export function embedding(count: number, size: number, options: EmbeddingOptions = {}): Layer {
  const { initializer = smallRandom({ scale: 1 }), name } = options
  checkNames('embedding', options, { initializer, name })
  checkCount('embedding', 'count', count)
  checkCount('embedding', 'size', size)
  return {
    kind: 'embedding',
    name,
    options: { count, size, initializer: describeInitializer(initializer) },
    forward(x, scope) {
      if (x.dtype !== 'int32') {
        throw new ThalwegError('nn/bad-input-dtype', {
          rule: 'embedding: the input must be int32 indices',
          received: `${x.dtype} [${x.shape}]`,
          try: "cast(x, 'int32') in front of this layer",
        })
      }
      return gather(scope.parameter('weight', [count, size], initializer), x, 0)
    },
  }
}
