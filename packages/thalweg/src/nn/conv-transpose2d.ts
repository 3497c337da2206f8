/**
 * A transposed convolution ("deconvolution", Zeiler, Krishnan, Taylor, Fergus, CVPR 2010): the adjoint of a convolution,
 * which makes images larger. Each input pixel adds a copy of the kernel, `strides` apart, to the output.
 */
import { convolutionKernels, provideKernels } from '../backend/index.ts'
import { ThalwegError } from '../base/index.ts'
import { createNode, dilatedExtent } from '../graph/index.ts'
import { Tensor } from '../tensor/index.ts'
import { checkCount, checkGroups, checkNames, checkRank } from './checks.ts'
import { zeros } from './initializers/constant.ts'
import { describeInitializer, type Initializer } from './initializers/initializer.ts'
import { he } from './initializers/scaled.ts'
import { addBias, type BiasOptions, type Layer } from './layer.ts'
import { type Pair, paddingOf, pairOf } from './window.ts'

export interface ConvTranspose2dOptions extends BiasOptions {
  /** How many times larger the image becomes. Default 1. */
  readonly strides?: Pair
  /** What is cut off on all sides, or [height, width], or [top, bottom, left, right]. Default 0. */
  readonly padding?: Pair | readonly [top: number, bottom: number, left: number, right: number]
  /** Rows and columns more at the lower and right edge, less than the strides. Default 0. */
  readonly outputPadding?: number | readonly [height: number, width: number]
  /** Default 1. */
  readonly dilation?: Pair
  /** Default 1. */
  readonly groups?: number
  /** Default He, for rectifiers. */
  readonly initializer?: Initializer
  readonly name?: string
}

/**
 * [batch, height, width, channels] -> [batch, height', width', filters], with
 * `height' = (height - 1) * stride - padding + dilation * (kernelHeight - 1) + outputPadding + 1`. Parameters: `kernel`
 * [kernelHeight, kernelWidth, filters / groups, channels], as of the convolution whose adjoint this is; `bias` [filters].
 *
 * @throws ThalwegError `nn/bad-option`; `nn/bad-input-shape`
 */
export function convTranspose2d(filters: number, kernelSize: Pair, options: ConvTranspose2dOptions = {}): Layer {
  const { padding = 0, outputPadding = 0, groups = 1, bias = 'auto', name } = options
  const { initializer = he(), biasInitializer = zeros() } = options
  checkCount('convTranspose2d', 'filters', filters)
  checkCount('convTranspose2d', 'groups', groups)
  const kernel = pairOf('convTranspose2d', 'kernelSize', kernelSize)
  const strides = pairOf('convTranspose2d', 'strides', options.strides ?? 1)
  const dilation = pairOf('convTranspose2d', 'dilation', options.dilation ?? 1)
  const sides = paddingOf('convTranspose2d', padding)
  const weights = { bias, initializer, biasInitializer }
  checkNames('convTranspose2d', options, { strides, padding, outputPadding, dilation, groups, ...weights, name })
  if (typeof sides === 'string') {
    throw new ThalwegError('nn/bad-option', {
      rule: 'convTranspose2d: padding must be numbers',
      received: `padding '${sides}'`,
      try: 'give padding 0, or 1 for a kernel of 3 or 4',
    })
  }
  const more = typeof outputPadding === 'number' ? [outputPadding, outputPadding] : outputPadding
  if (!more.every((size, axis) => Number.isSafeInteger(size) && size >= 0 && size < strides[axis])) {
    throw new ThalwegError('nn/bad-option', {
      rule: 'convTranspose2d: outputPadding must be whole numbers from 0 to below the strides',
      received: `outputPadding [${[...more]}], strides [${[...strides]}]`,
      try: 'use 0, or 1 with strides 2',
    })
  }
  return {
    kind: 'convTranspose',
    name,
    options: {
      filters,
      kernelSize: kernel,
      strides,
      padding: sides,
      outputPadding: more,
      dilation,
      groups,
      bias,
      initializer: describeInitializer(initializer),
      biasInitializer: describeInitializer(biasInitializer),
    },
    forward(x, scope) {
      const advice = 'reshape the input to images; one channel is [batch, height, width, 1]'
      checkRank('convTranspose2d', x.shape, [4], '[batch, height, width, channels]', advice)
      const [, height, width, channels] = x.shape
      checkGroups('convTranspose2d', groups, x.shape, filters)
      const window = kernel[0] * kernel[1]
      // Of the window's copies only one in strides reaches a given output pixel.
      const reaching = Math.max(window / (strides[0] * strides[1]), 1)
      const fan = { in: (reaching * channels) / groups, out: (window * filters) / groups }
      const weights = scope.parameter('kernel', [...kernel, filters / groups, channels], initializer, { fan })
      const grown = (size: number, axis: 0 | 1) =>
        (size - 1) * strides[axis] -
        (sides[2 * axis] + sides[2 * axis + 1]) +
        dilatedExtent(kernel[axis], dilation[axis]) +
        more[axis]
      provideKernels(convolutionKernels)
      const product = new Tensor(
        createNode('conv2dImageGrad', [x.node, weights.node], {
          strides,
          padding: sides,
          dilation,
          groups,
          imageSize: [grown(height, 0), grown(width, 1)],
        }),
      )
      return addBias(product, { bias, biasInitializer }, scope)
    },
  }
}
