/** Everything but the batch axis in one: [batch, height, width, channels] -> [batch, height * width * channels]. */
import { sizeOf } from '../base/index.ts'
import { reshape } from '../tensor/index.ts'
import { checkNames, checkRank } from './checks.ts'
import type { Layer } from './layer.ts'

export interface FlattenOptions {
  readonly name?: string
}

export function flatten(options: FlattenOptions = {}): Layer {
  const { name } = options
  checkNames('flatten', options, { name })
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
