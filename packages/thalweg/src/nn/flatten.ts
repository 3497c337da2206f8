/** Everything but the batch axis in one: [batch, height, width, channels] -> [batch, height * width * channels]. */
import { sizeOf } from '../base/index.ts'
import { reshape } from '../tensor/index.ts'
import { checkRank } from './checks.ts'
import type { Layer } from './layer.ts'

export function flatten({ name }: { readonly name?: string } = {}): Layer {
  return {
    kind: 'flatten',
    name,
    options: {},
    forward(x) {
      if (x.shape.length === 0) checkRank('flatten', x.shape, [1], '[batch, ...]', 'add a batch axis in front')
      return reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))])
    },
  }
}
