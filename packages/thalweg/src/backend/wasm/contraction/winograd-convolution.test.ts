import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sizeOf, stridesOf } from '../../../base/index.ts'
import type { ContractionKernel, Value } from '../../program.ts'
import { chooseFeatures } from '../choose-features.ts'
import { emitFamilyContraction, provideKernels } from '../families.ts'
import { type Features, widened } from '../features.ts'
import type { EmittedKernel } from '../kernel.ts'
import { cutAt, runnable } from '../run-kernel.ts'
import { convolutionKernels } from './convolutions.ts'
import { epilogueOf } from './epilogue.ts'
import { forwardWindow, imageGradWindow, type Window } from './window.ts'
import { emitWinograd } from './winograd-convolution.ts'
import { emitWinogradGradient } from './winograd-gradient.ts'
import { planGradient, planWinograd, savesGradientProducts, savesProducts } from './winograd-plan.ts'

provideKernels(convolutionKernels)

type Kernel = Exclude<ContractionKernel, { op: 'matmul' }>

interface Convolution {
  readonly op: Kernel['op']
  readonly images: number
  /** Of the image; the result's follows. */
  readonly size: readonly [number, number]
  readonly channels: number
  readonly outputs: number
  /** Above, below, left, right. */
  readonly padding: readonly [number, number, number, number]
  /** Whether the sums are stored as they are, or get a bias, a relu and the index of their row. */
  readonly plain: boolean
}

const RESULT: Value = { kind: 'result', reduction: 0, dtype: 'float32' }

function kernelOf({ op, images, size, channels, outputs, padding, plain }: Convolution): Kernel {
  const image = [images, ...size, channels]
  const [height, width] = [size[0] + padding[0] + padding[1] - 2, size[1] + padding[2] + padding[3] - 2]
  const upstream = [images, height, width, outputs]
  const weights = [3, 3, channels, outputs]
  const shape = { conv2d: upstream, conv2dImageGrad: image, conv2dKernelGrad: weights }[op]
  const operandShapes = {
    conv2d: [image, weights],
    conv2dImageGrad: [upstream, weights],
    conv2dKernelGrad: [image, upstream],
  } as const
  const bias: Value = { kind: 'load', view: { buffer: 3, offset: 0, strides: [0, 0, 0, 1] }, dtype: 'float32' }
  const add = (operands: number[]): Value => ({ kind: 'apply', op: 'add', operands, dtype: 'float32' })
  const common = {
    kind: 'contraction',
    label: op,
    operands: [0, 1],
    operandShapes: operandShapes[op],
    shape,
    epilogue: plain ? [RESULT] : [RESULT, bias, add([0, 1])],
    epilogueStores: [{ value: plain ? 0 : 2, view: { buffer: 2, offset: 0, strides: stridesOf(shape) } }],
  } as const
  const attributes = { strides: [1, 1], padding, dilation: [1, 1], groups: 1 } as const
  if (op === 'conv2d') return { ...common, op, attributes }
  if (op === 'conv2dKernelGrad') return { ...common, op, attributes: { ...attributes, kernelSize: [3, 3] } }
  return { ...common, op, attributes: { ...attributes, imageSize: size } }
}

function windowOf({ op, attributes, operandShapes: [first, second], shape }: Kernel): Window {
  if (op === 'conv2dImageGrad') return imageGradWindow(first, second, attributes)
  return op === 'conv2d'
    ? forwardWindow(first, second, shape, attributes)
    : forwardWindow(first, shape, second, attributes)
}

function emitMinimal(kernel: Kernel, features: Features): EmittedKernel {
  const epilogue = epilogueOf(kernel)
  const window = windowOf(kernel)
  return kernel.op === 'conv2dKernelGrad'
    ? emitWinogradGradient(kernel, planGradient(window, features), epilogue)
    : emitWinograd(kernel, planWinograd(window, features, epilogue), epilogue)
}

/** What a kernel stores, its units cut at `cuts` and run out of order. */
function run(
  kernel: Kernel,
  features: Features,
  minimal: boolean,
  numbers: (size: number) => Float32Array,
  cuts: readonly number[] = [],
): Float32Array {
  const emitted = minimal
    ? emitMinimal(kernel, features)
    : emitFamilyContraction(kernel, { ...features, winograd: false })
  const result = new Float32Array(sizeOf(kernel.shape))
  const operands = kernel.operandShapes.map((shape) => numbers(sizeOf(shape)))
  runnable(emitted).run([...operands, result, numbers(kernel.shape[3])], cutAt(...cuts))
  return result
}

/** Places where two results differ: a few, since all of them would take minutes to print. */
function differences(a: Float32Array, b: Float32Array): string[] {
  const places = [...a.keys()].filter((i) => !Object.is(a[i], b[i])).slice(0, 3)
  return places.map((i) => `${i}: ${a[i]}, not ${b[i]}`)
}

/** Whole numbers, so small that every sum and every half of one is exact: results must be equal. */
function whole(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => (Math.imul(i + size, 2654435761) >>> 24) % 9)
}

const found = chooseFeatures({ wide: false })
const VARIANTS = [
  found,
  widened(found),
  { ...found, hoistsLoads: !found.hoistsLoads },
  { ...found, relaxedMadd: false },
]

const convolutions = fc
  .record({
    op: fc.constantFrom('conv2d', 'conv2dImageGrad', 'conv2dKernelGrad'),
    images: fc.integer({ min: 1, max: 20 }),
    size: fc.tuple(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 9 })),
    channels: fc.integer({ min: 1, max: 10 }).map((n) => 4 * n),
    outputs: fc.integer({ min: 1, max: 10 }).map((n) => 4 * n),
    padding: fc.tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 2 }))),
    plain: fc.boolean(),
  })
  .map((convolution): Convolution => {
    const [above = 0, below = 0, left = 0, right = 0] = convolution.padding
    const { op, size } = convolution
    // The gradient of a kernel asks for even sizes of the result.
    const even = (length: number, around: number): number => length + ((length + around) % 2)
    const whole = [even(size[0], above + below), even(size[1], left + right)] as const
    return { ...convolution, op, size: op === 'conv2dKernelGrad' ? whole : size, padding: [above, below, left, right] }
  })

describe('the minimal filtering', () => {
  test('gives what the direct sum gives, for any size and padding, however its units are split', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(), fc.nat(), fc.nat(), (convolution, variant, a, b) => {
        const kernel = kernelOf(convolution)
        const features = VARIANTS[variant % VARIANTS.length]
        const result = run(kernel, features, true, whole, [a, b])
        expect(differences(result, run(kernel, features, false, whole))).toEqual([])
      }),
      { numRuns: 24 },
    )
  })

  test.each([
    { images: 2, size: [30, 34], channels: 32, outputs: 20 },
    { images: 40, size: [6, 4], channels: 12, outputs: 36 },
    { images: 1, size: [4, 4], channels: 644, outputs: 12 },
  ] as const)('of several bands, several images, or K in pieces: %o', (sizes) => {
    for (const op of ['conv2d', 'conv2dImageGrad', 'conv2dKernelGrad'] as const) {
      const kernel = kernelOf({ ...sizes, op, padding: [1, 1, 1, 1], plain: false })
      const result = run(kernel, found, true, whole, [3])
      expect(differences(result, run(kernel, found, false, whole))).toEqual([])
    }
  })
})

/** Root of the mean square, and maximum, of the distance to the sums in float64; in units of the sums' own size. */
function errors(kernel: Kernel, minimal: boolean, draw: (normal: number) => number): { mean: number; most: number } {
  let state = 1
  const normal = (): number => {
    let sum = -6
    for (let i = 0; i < 12; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      sum += state / 2 ** 32
    }
    return sum
  }
  const drawn: Float32Array[] = []
  const got = run(kernel, { ...found, relaxedMadd: false }, minimal, (size) => {
    drawn.push(Float32Array.from({ length: size }, () => (drawn.length === 0 ? draw(normal()) : normal())))
    return drawn[drawn.length - 1]
  })
  const [images, weights] = drawn
  const [, height, width, channels] = kernel.operandShapes[0]
  const outputs = kernel.shape[3]
  let square = 0
  let most = 0
  let size = 0
  got.forEach((value, i) => {
    const [o, x, y] = [i % outputs, Math.floor(i / outputs) % width, Math.floor(i / outputs / width) % height]
    const image = Math.floor(i / outputs / width / height)
    let exact = 0
    for (let tap = 0; tap < 9; tap++) {
      const [fromY, fromX] = [y + Math.floor(tap / 3) - 1, x + (tap % 3) - 1]
      if (fromY < 0 || fromY >= height || fromX < 0 || fromX >= width) continue
      const pixel = ((image * height + fromY) * width + fromX) * channels
      for (let c = 0; c < channels; c++) exact += images[pixel + c] * weights[(tap * channels + c) * outputs + o]
    }
    square += (value - exact) ** 2
    most = Math.max(most, Math.abs(value - exact))
    size += exact ** 2
  })
  const unit = Math.sqrt(size / got.length)
  return { mean: Math.sqrt(square / got.length) / unit, most: most / unit }
}

describe('its error', () => {
  test.each([
    { channels: 16, draw: (normal: number): number => normal },
    { channels: 256, draw: (normal: number): number => normal },
    { channels: 64, draw: (normal: number): number => Math.max(0, normal) },
  ])('is about that of the direct sum: $channels channels', ({ channels, draw }) => {
    const sizes = { images: 1, size: [12, 12], channels, outputs: 16 } as const
    const kernel = kernelOf({ ...sizes, op: 'conv2d', padding: [1, 1, 1, 1], plain: true })
    const direct = errors(kernel, false, draw)
    const minimal = errors(kernel, true, draw)
    expect(minimal.mean).toBeLessThan(2 * direct.mean)
    expect(minimal.most).toBeLessThan(2.5 * direct.most)
  })

  test('is no matter for strict numerics, which never come here', () => {
    expect(chooseFeatures({ numerics: 'strict' }).winograd).toBe(false)
    expect(chooseFeatures({ numerics: 'fast' }).winograd).toBe(true)
  })
})

describe('the choice', () => {
  const saves = (images: number, size: number, channels: number, outputs: number, padding = 1): boolean => {
    const sides = [padding, padding, padding, padding] as const
    const sizes = { images, size: [size, size], channels, outputs } as const
    return savesProducts(windowOf(kernelOf({ ...sizes, op: 'conv2d', padding: sides, plain: true })))
  }

  test('takes it for many channels, leaves it for few, and for images too few to repay the weights', () => {
    expect(saves(32, 32, 16, 16)).toBe(true)
    expect(saves(64, 8, 256, 256)).toBe(true)
    expect(saves(64, 28, 4, 32)).toBe(false)
    expect(saves(1, 2, 64, 64)).toBe(false)
  })

  test('for the gradient of a kernel asks for even sizes, and for tiles enough to repay 16 sums for each weight', () => {
    const gradientSaves = (images: number, size: number, channels: number, outputs: number): boolean => {
      const sizes = { images, size: [size, size], channels, outputs } as const
      const kernel = kernelOf({ ...sizes, op: 'conv2dKernelGrad', padding: [1, 1, 1, 1], plain: true })
      return savesGradientProducts(windowOf(kernel))
    }
    expect(gradientSaves(32, 32, 16, 16)).toBe(true)
    expect(gradientSaves(4, 8, 256, 256)).toBe(true)
    expect(gradientSaves(32, 7, 64, 64)).toBe(false)
    expect(gradientSaves(32, 4, 64, 64)).toBe(false)
    expect(gradientSaves(32, 28, 4, 32)).toBe(false)
  })

  test('never takes it for other strides, dilations, groups, or channels that are no vectors', () => {
    expect(saves(32, 16, 34, 64)).toBe(false)
    const window = forwardWindow([32, 16, 16, 64], [3, 3, 64, 64], [32, 16, 16, 64], {
      strides: [1, 1],
      padding: [1, 1, 1, 1],
      dilation: [1, 1],
      groups: 1,
    })
    expect(savesProducts(window)).toBe(true)
    expect(savesProducts({ ...window, advance: [2, 2] })).toBe(false)
    expect(savesProducts({ ...window, groups: 2 })).toBe(false)
    const dilated = window.phases.map((phase) => ({
      ...phase,
      taps: phase.taps.map((tap) => ({ ...tap, offset: [2 * tap.offset[0], 2 * tap.offset[1]] as const })),
    }))
    expect(savesProducts({ ...window, phases: dilated })).toBe(false)
  })
})
