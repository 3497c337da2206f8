/**
 * Local response normalization (Krizhevsky, Sutskever, Hinton, NIPS 2012, section 3.3): each value is divided by
 * `(k + alpha / size * sum of squares of size neighbouring channels)^beta`. The division by size is Caffe's and
 * PyTorch's convention; the paper's alpha 1e-4 is `alpha: 5e-4` with size 5 here. Batch normalization made it obsolete.
 */
import { add, mul, pad, pow, slice, square, type Tensor } from '../tensor/index.ts'
import { checkCount, checkFinite } from './checks.ts'
import type { Layer } from './layer.ts'

export interface LocalResponseNormOptions {
  /** Channels in the window, itself in the middle. Default 5. */
  readonly size?: number
  /** Default 1e-4. */
  readonly alpha?: number
  /** Default 0.75. */
  readonly beta?: number
  /** Default 1; the paper's is 2. */
  readonly k?: number
  readonly name?: string
}

/** [batch, ..., channels] to the same shape. */
export function localResponseNorm(options: LocalResponseNormOptions = {}): Layer {
  const { size = 5, alpha = 1e-4, beta = 0.75, k = 1, name } = options
  checkCount('localResponseNorm', 'size', size)
  for (const [option, value] of Object.entries({ alpha, beta, k })) checkFinite('localResponseNorm', option, value)
  return {
    kind: 'localResponseNorm',
    name,
    options: { size, alpha, beta, k },
    forward(x) {
      const energy = channelSums(square(x), size)
      return mul(x, pow(add(mul(energy, alpha / size), k), -beta))
    },
  }
}

/** Sums of `size` neighbours along the last axis; beyond its ends there are zeros. */
function channelSums(x: Tensor, size: number): Tensor {
  const last = x.shape.length - 1
  const onLast = (count: number) => x.shape.map((_, axis) => (axis === last ? count : 0))
  const padded = pad(x, onLast(Math.floor(size / 2)), onLast(Math.floor((size - 1) / 2)))
  let total = slice(padded, onLast(0), x.shape)
  for (let shift = 1; shift < size; shift++) total = add(total, slice(padded, onLast(shift), x.shape))
  return total
}
