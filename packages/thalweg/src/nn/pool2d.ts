/** Pooling of images [batch, height, width, channels]: windows of the image become one value per channel. */
import { averagePool, max, maxPool, mean } from '../tensor/index.ts'
import { checkNames, checkRank } from './checks.ts'
import type { Layer } from './layer.ts'
import { type Padding, type Pair, paddingOf, pairOf } from './window.ts'

export interface PoolOptions {
  /** Default: the window, so that windows do not overlap. */
  readonly strides?: Pair
  /** Default `valid`: what does not fill a window at the lower and right edge is left out. */
  readonly padding?: Padding
  readonly name?: string
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether the zeros of the padding count in the mean (PyTorch's default; TensorFlow's is false). Default false. */
  readonly countPadding?: boolean
}

export interface GlobalPoolOptions {
  readonly name?: string
}

const IMAGES = '[batch, height, width, channels]'
const ADVICE = 'put pooling before flatten(), or reshape the input to images'

/** The largest value of each window; padding never wins. -> [batch, height', width', channels] */
export function maxPool2d(window: Pair = 2, options: PoolOptions = {}): Layer {
  const size = pairOf('maxPool2d', 'window', window)
  const strides = pairOf('maxPool2d', 'strides', options.strides ?? size)
  const padding = paddingOf('maxPool2d', options.padding ?? 'valid')
  checkNames('maxPool2d', options, { strides, padding, name: options.name })
  return {
    kind: 'maxPool',
    name: options.name,
    options: { window: size, strides, padding },
    forward(x) {
      checkRank('maxPool2d', x.shape, [4], IMAGES, ADVICE)
      return maxPool(x, { window: size, strides, padding })
    },
  }
}

/** The mean of each window. -> [batch, height', width', channels] */
export function averagePool2d(window: Pair = 2, options: AveragePoolOptions = {}): Layer {
  const { countPadding = false } = options
  const size = pairOf('averagePool2d', 'window', window)
  const strides = pairOf('averagePool2d', 'strides', options.strides ?? size)
  const padding = paddingOf('averagePool2d', options.padding ?? 'valid')
  checkNames('averagePool2d', options, { strides, padding, countPadding, name: options.name })
  return {
    kind: 'averagePool',
    name: options.name,
    options: { window: size, strides, padding, countPadding },
    forward(x) {
      checkRank('averagePool2d', x.shape, [4], IMAGES, ADVICE)
      return averagePool(x, { window: size, strides, padding, countPadding })
    },
  }
}

/** The mean over height and width. -> [batch, channels] */
export function globalAveragePool2d(options: GlobalPoolOptions = {}): Layer {
  const { name } = options
  checkNames('globalAveragePool2d', options, { name })
  return {
    kind: 'globalAveragePool',
    name,
    options: {},
    forward(x) {
      checkRank('globalAveragePool2d', x.shape, [4], IMAGES, ADVICE)
      return mean(x, { axes: [1, 2] })
    },
  }
}

/** The largest value over height and width. -> [batch, channels] */
export function globalMaxPool2d(options: GlobalPoolOptions = {}): Layer {
  const { name } = options
  checkNames('globalMaxPool2d', options, { name })
  return {
    kind: 'globalMaxPool',
    name,
    options: {},
    forward(x) {
      checkRank('globalMaxPool2d', x.shape, [4], IMAGES, ADVICE)
      return max(x, { axes: [1, 2] })
    },
  }
}
