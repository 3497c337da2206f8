/** A one-dimensional convolution over sequences [batch, length, channels]: a two-dimensional one of height 1. */
import { ThalwegError } from '../base/index.ts'
import { conv2d as convolve, expandDims, squeeze } from '../tensor/index.ts'
import { checkCount, checkGroups, checkNames, checkRank } from './checks.ts'
import { zeros } from './initializers/constant.ts'
import { describeInitializer, type Initializer } from './initializers/initializer.ts'
import { he } from './initializers/scaled.ts'
import { addBias, type BiasOptions, type Layer } from './layer.ts'

export interface Conv1dOptions extends BiasOptions {
  /** Default 1. */
  readonly stride?: number
  /** `valid`, `same`, or how many zeros at each end. Default `valid`. */
  readonly padding?: 'valid' | 'same' | number
  /** Distance of neighbouring kernel elements on the sequence. Default 1. */
  readonly dilation?: number
  /** Default 1. */
  readonly groups?: number
  /** Default He, for rectifiers. */
  readonly initializer?: Initializer
  readonly name?: string
}

/**
 * [batch, length, channels] -> [batch, length', filters]. Parameters: `kernel` [kernelSize, channels / groups, filters],
 * `bias` [filters].
 *
 * @throws ThalwegError `nn/bad-option`; `nn/bad-input-shape`
 */
export function conv1d(filters: number, kernelSize: number, options: Conv1dOptions = {}): Layer {
  const { stride = 1, padding = 'valid', dilation = 1, groups = 1, bias = 'auto', name } = options
  const { initializer = he(), biasInitializer = zeros() } = options
  checkNames('conv1d', options, { stride, padding, dilation, groups, bias, initializer, biasInitializer, name })
  for (const [option, value] of Object.entries({ filters, kernelSize, stride, dilation, groups })) {
    checkCount('conv1d', option, value)
  }
  if (typeof padding === 'number' && !(Number.isSafeInteger(padding) && padding >= 0)) {
    throw new ThalwegError('nn/bad-option', {
      rule: "conv1d: padding must be 'valid', 'same' or a whole number of at least 0",
      received: `padding ${padding}`,
      try: "give padding 'same', or 1",
    })
  }
  const sides = typeof padding === 'number' ? ([0, 0, padding, padding] as const) : padding
  return {
    kind: 'conv',
    name,
    options: {
      filters,
      kernelSize,
      stride,
      padding,
      dilation,
      groups,
      bias,
      initializer: describeInitializer(initializer),
      biasInitializer: describeInitializer(biasInitializer),
    },
    forward(x, scope) {
      checkRank('conv1d', x.shape, [3], '[batch, length, channels]', 'reshape the input to sequences')
      const channels = x.shape[2]
      checkGroups('conv1d', groups, x.shape, filters)
      const fan = { in: (kernelSize * channels) / groups, out: (kernelSize * filters) / groups }
      const kernel = scope.parameter('kernel', [kernelSize, channels / groups, filters], initializer, { fan })
      const window = { strides: [1, stride] as const, padding: sides, dilation: [1, dilation] as const, groups }
      const product = squeeze(convolve(expandDims(x, 1), expandDims(kernel, 0), window), 1)
      return addBias(product, { bias, biasInitializer }, scope)
    },
  }
}
