/** A two-dimensional convolution (cross-correlation, as everywhere in the field) over images [batch, height, width, channels]. */
import { conv2d as convolve } from '../tensor/index.ts'
import { checkCount, checkGroups, checkNames, checkRank } from './checks.ts'
import { zeros } from './initializers/constant.ts'
import { describeInitializer, type Initializer } from './initializers/initializer.ts'
import { he } from './initializers/scaled.ts'
import { addBias, type BiasOptions, type Layer } from './layer.ts'
import { type Padding, type Pair, paddingOf, pairOf } from './window.ts'

export interface Conv2dOptions extends BiasOptions {
  /** Default 1. */
  readonly strides?: Pair
  /** Default `valid`. */
  readonly padding?: Padding
  /** Distance of neighbouring kernel elements on the image. Default 1. */
  readonly dilation?: Pair
  /** Channels are split in this many groups that do not see each other. Depthwise: as many as channels. Default 1. */
  readonly groups?: number
  /** Default He, for rectifiers. */
  readonly initializer?: Initializer
  readonly name?: string
}

/**
 * [batch, height, width, channels] -> [batch, height', width', filters]. Parameters: `kernel`
 * [kernelHeight, kernelWidth, channels / groups, filters], `bias` [filters].
 *
 * @throws ThalwegError `nn/bad-option`; `nn/bad-input-shape` for an input that is no batch of images
 */
export function conv2d(filters: number, kernelSize: Pair, options: Conv2dOptions = {}): Layer {
  const { padding = 'valid', groups = 1, bias = 'auto', initializer = he(), biasInitializer = zeros(), name } = options
  checkCount('conv2d', 'filters', filters)
  checkCount('conv2d', 'groups', groups)
  const [kernelHeight, kernelWidth] = pairOf('conv2d', 'kernelSize', kernelSize)
  const strides = pairOf('conv2d', 'strides', options.strides ?? 1)
  const dilation = pairOf('conv2d', 'dilation', options.dilation ?? 1)
  const sides = paddingOf('conv2d', padding)
  checkNames('conv2d', options, { strides, padding, dilation, groups, bias, initializer, biasInitializer, name })
  return {
    kind: 'conv',
    name,
    options: {
      filters,
      kernelSize: [kernelHeight, kernelWidth],
      strides,
      padding: sides,
      dilation,
      groups,
      bias,
      initializer: describeInitializer(initializer),
      biasInitializer: describeInitializer(biasInitializer),
    },
    forward(x, scope) {
      const advice = 'reshape the input to images; one channel is [batch, height, width, 1]'
      checkRank('conv2d', x.shape, [4], '[batch, height, width, channels]', advice)
      const channels = x.shape[3]
      checkGroups('conv2d', groups, x.shape, filters)
      const shape = [kernelHeight, kernelWidth, channels / groups, filters]
      const window = kernelHeight * kernelWidth
      const fan = { in: (window * channels) / groups, out: (window * filters) / groups }
      const kernel = scope.parameter('kernel', shape, initializer, { fan })
      const product = convolve(x, kernel, { strides, padding: sides, dilation, groups })
      return addBias(product, { bias, biasInitializer }, scope)
    },
  }
}
