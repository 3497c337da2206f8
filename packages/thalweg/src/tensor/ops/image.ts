/** Convolution and pooling of images [B, H, W, C] (batch, height, width, channels). */
import { convolutionKernels, poolingKernels, provideKernels } from '../../backend/index.ts'
import { ThalwegError } from '../../base/index.ts'
import { createNode, dilatedExtent, type WindowAttributes } from '../../graph/index.ts'
import { Tensor } from '../tensor.ts'

/** One number for height and width, or both. */
export type Pair = number | readonly [height: number, width: number]

/**
 * `valid`: none. `same`: as much as makes the output ceil(size / stride), the odd one at the bottom and right. A number:
 * so much on every side. Or [top, bottom, left, right].
 */
export type Padding = 'valid' | 'same' | number | readonly [top: number, bottom: number, left: number, right: number]

export interface ConvOptions {
  /** Default 1. */
  readonly strides?: Pair
  /** Default `valid`. */
  readonly padding?: Padding
  /** Distance between neighbouring kernel elements. Default 1. */
  readonly dilation?: Pair
  /** Input channels and kernels are split in so many groups that do not see each other. Default 1. */
  readonly groups?: number
}

export interface PoolOptions {
  readonly window: Pair
  /** Default: the window. */
  readonly strides?: Pair
  /** Default `valid`. */
  readonly padding?: Padding
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether the zeros of the padding count in the divisor. Default false. */
  readonly countPadding?: boolean
}

/** Cross-correlation of x [B, H, W, C] with kernel [height, width, C / groups, O] -> [B, H', W', O]. */
export function conv2d(x: Tensor, kernel: Tensor, options: ConvOptions = {}): Tensor {
  provideKernels(convolutionKernels)
  const strides = pair(options.strides ?? 1)
  const dilation = pair(options.dilation ?? 1)
  const extent = [0, 1].map((i) => dilatedExtent(kernel.shape[i] ?? 1, dilation[i]))
  const padding = paddingOf('conv2d', options.padding, x, extent, strides)
  return new Tensor(
    createNode('conv2d', [x.node, kernel.node], { strides, dilation, padding, groups: options.groups ?? 1 }),
  )
}

/** The largest of each window, channel by channel; padding never wins. */
export function maxPool(x: Tensor, options: PoolOptions): Tensor {
  provideKernels(poolingKernels)
  return new Tensor(createNode('maxPool', [x.node], windowOf('maxPool', x, options)))
}

/** The mean of each window, channel by channel. */
export function averagePool(x: Tensor, options: AveragePoolOptions): Tensor {
  provideKernels(poolingKernels)
  const attributes = { ...windowOf('averagePool', x, options), countPadding: options.countPadding ?? false }
  return new Tensor(createNode('averagePool', [x.node], attributes))
}

function windowOf(what: string, x: Tensor, options: PoolOptions): WindowAttributes & { window: [number, number] } {
  const window = pair(options.window)
  const strides = pair(options.strides ?? window)
  return { window, strides, padding: paddingOf(what, options.padding, x, window, strides) }
}

function pair(value: Pair): [number, number] {
  return typeof value === 'number' ? [value, value] : [value[0], value[1]]
}

function paddingOf(
  what: string,
  padding: Padding = 'valid',
  { shape }: Tensor,
  extent: readonly number[],
  strides: readonly number[],
): WindowAttributes['padding'] {
  if (padding === 'valid') return [0, 0, 0, 0]
  if (typeof padding === 'number') return [padding, padding, padding, padding]
  if (padding !== 'same') return padding
  if (shape.length !== 4)
    throw new ThalwegError('tensor/shape-mismatch', {
      rule: `${what}: the image must have 4 dimensions, [batch, height, width, channels]`,
      received: `[${shape}]`,
      try: 'reshape it; a grey image has 1 channel',
    })
  const total = [0, 1].map((i) => {
    const size = shape[1 + i]
    return Math.max(0, (Math.ceil(size / strides[i]) - 1) * strides[i] + extent[i] - size)
  })
  const low = total.map((each) => Math.floor(each / 2))
  return [low[0], total[0] - low[0], low[1], total[1] - low[1]]
}
