/** The article's first two ways (section 4): the same spread in every layer, whatever its size. */
import { checkFinite, checkNames } from '../checks.ts'
import { described, fill, type Initializer } from './initializer.ts'

export interface SmallRandomOptions {
  /** Standard deviation. Default 0.01. */
  readonly scale?: number
}

/** `scale * randn`: activations fade with depth, because each layer multiplies their spread by scale * sqrt(fanIn). */
export function smallRandom(options: SmallRandomOptions = {}): Initializer {
  const { scale = 0.01 } = options
  checkNames('smallRandom', options, { scale })
  checkFinite('smallRandom', 'scale', scale)
  return described(`smallRandom(scale=${scale})`, (shape, _, random) => fill(shape, () => scale * random.normal()))
}

/** `1.0 * randn`: units of sigmoid and tanh saturate, and their gradients vanish; those of rectifiers explode. */
export function unitRandom(): Initializer {
  return described('unitRandom', (shape, _, random) => fill(shape, () => random.normal()))
}
