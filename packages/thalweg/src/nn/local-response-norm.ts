/**
 * Local response normalization (Krizhevsky, Sutskever, Hinton, NIPS 2012, section 3.3): each value is divided by
 * `(k + alpha / n * sum of squares of its n neighbours)^beta`. Neighbours are the channels beside it (n = size), as in
 * AlexNet, or the pixels around it in its own channel (n = size^2). The division by n is Caffe's and PyTorch's convention:
 * the paper's alpha 1e-4 over 5 channels is `alpha: 5e-4` here. Batch normalization made it obsolete (article, section 5).
 */
import { add, averagePool, mul, pad, pow, slice, square, type Tensor } from '../tensor/index.ts'
import { checkChoice, checkCount, checkFinite, checkNames, checkOdd, checkRank } from './checks.ts'
import type { Layer } from './layer.ts'

export interface LocalResponseNormOptions {
  /** Channels in the window, or pixels on each of its sides, itself in the middle. Default 5. */
  readonly size?: number
  /** Default 1e-4. */
  readonly alpha?: number
  /** Default 0.75. */
  readonly beta?: number
  /** Default 1; the paper's is 2. */
  readonly k?: number
  /** Caffe's ACROSS_CHANNELS and WITHIN_CHANNEL. Default `acrossChannels`. */
  readonly region?: 'acrossChannels' | 'withinChannel'
  readonly name?: string
}

/**
 * [batch, ..., channels] to the same shape; within channels [batch, height, width, channels].
 *
 * @throws ThalwegError `nn/bad-option`, also for an even size within channels; `nn/bad-input-shape`
 */
export function localResponseNorm(options: LocalResponseNormOptions = {}): Layer {
  const { size = 5, alpha = 1e-4, beta = 0.75, k = 1, region = 'acrossChannels', name } = options
  checkNames('localResponseNorm', options, { size, alpha, beta, k, region, name })
  checkCount('localResponseNorm', 'size', size)
  for (const [option, value] of Object.entries({ alpha, beta, k })) checkFinite('localResponseNorm', option, value)
  checkChoice('localResponseNorm', 'region', region, ['acrossChannels', 'withinChannel'])
  if (region === 'withinChannel') checkOdd('localResponseNorm', 'size', size)
  return {
    kind: 'localResponseNorm',
    name,
    options: { size, alpha, beta, k, region },
    forward(x) {
      const energy = region === 'acrossChannels' ? channelMeans(square(x), size) : pixelMeans(square(x), size)
      return mul(x, pow(add(mul(energy, alpha), k), -beta))
    },
  }
}

/** Sums of `size` neighbours along the last axis, over `size`; beyond its ends there are zeros. */
function channelMeans(x: Tensor, size: number): Tensor {
  const last = x.shape.length - 1
  const onLast = (count: number) => x.shape.map((_, axis) => (axis === last ? count : 0))
  const padded = pad(x, onLast(Math.floor(size / 2)), onLast(Math.floor((size - 1) / 2)))
  let total = slice(padded, onLast(0), x.shape)
  for (let shift = 1; shift < size; shift++) total = add(total, slice(padded, onLast(shift), x.shape))
  return mul(total, 1 / size)
}

/** Sums of a square of pixels, over its size; beyond the image's edge there are zeros. */
function pixelMeans(x: Tensor, size: number): Tensor {
  const advice = 'reshape the input to images, or normalize across channels'
  checkRank('localResponseNorm', x.shape, [4], '[batch, height, width, channels]', advice)
  const side = (size - 1) / 2
  return averagePool(x, { window: size, strides: 1, padding: side, countPadding: true })
}
