/**
 * Caffe's fillers, by its own names, options and defaults (FillerParameter of caffe.proto; the formulas of filler.hpp), so
 * that a `weight_filler { ... }` of a prototxt can be written down as it is. Where a filler has an equal of another name
 * here, it is made of that one.
 *
 * Caffe counts fans from the shape alone: for a convolution in groups its fan-out is that of all groups together.
 */
import { checkKnown, type Shape, sizeOf, suggest, ThalwegError } from '../../base/index.ts'
import { checkChoice, checkFinite, refuse } from '../checks.ts'
import { constant } from './constant.ts'
import { describe, described, fanOf, fill, type Initializer, unfit } from './initializer.ts'
import { he, lecun, type ScaledOptions } from './scaled.ts'

export interface CaffeFiller {
  /** constant, uniform, gaussian, positive_unitball, xavier, msra or bilinear. */
  readonly type: string
  /** constant: the value. Default 0. */
  readonly value?: number
  /** uniform: from here. Default 0. */
  readonly min?: number
  /** uniform: to here. Default 1. */
  readonly max?: number
  /** gaussian. Default 0. */
  readonly mean?: number
  /** gaussian: the standard deviation. Default 1. */
  readonly std?: number
  /** gaussian: how many weights that leave an input are not zero, on average. Default -1: all. */
  readonly sparse?: number
  /** xavier and msra. Default FAN_IN. */
  readonly variance_norm?: 'FAN_IN' | 'FAN_OUT' | 'AVERAGE'
}

const FANS = { FAN_IN: 'in', FAN_OUT: 'out', AVERAGE: 'average' } as const

/** What each type takes beside its name. */
const OPTIONS: Readonly<Record<string, readonly (keyof CaffeFiller)[]>> = {
  constant: ['value'],
  uniform: ['min', 'max'],
  gaussian: ['mean', 'std', 'sparse'],
  positive_unitball: [],
  xavier: ['variance_norm'],
  msra: ['variance_norm'],
  bilinear: [],
}

export const caffeFillers: readonly string[] = Object.keys(OPTIONS)

/**
 * `caffeFiller({ type: 'msra', variance_norm: 'AVERAGE' })`. Caffe's `xavier` is uniform with variance 1 / n, its `msra`
 * normal with variance 2 / n, n being fan-in unless `variance_norm` says otherwise.
 *
 * @throws ThalwegError `nn/unknown-initializer`, `nn/unknown-option`, `nn/bad-option`
 */
export function caffeFiller(filler: CaffeFiller): Initializer {
  const { type, variance_norm = 'FAN_IN', ...rest } = filler
  checkTaken(filler)
  const description = describe(`caffe:${type}`, { ...rest, variance_norm: filler.variance_norm })
  const make = (): Initializer => {
    switch (type) {
      case 'constant':
        return constant(filler.value ?? 0)
      case 'uniform':
        return between(filler)
      case 'gaussian':
        return gaussian(filler)
      case 'positive_unitball':
        return positiveUnitball()
      case 'bilinear':
        return bilinear()
      default: {
        checkChoice(`caffe:${type}`, 'variance_norm', variance_norm, Object.keys(FANS))
        const fan: ScaledOptions['fan'] = FANS[variance_norm]
        return type === 'msra' ? he({ fan }) : lecun({ distribution: 'uniform', fan })
      }
    }
  }
  const made = make()
  return described(description, (shape, _, random) => made(shape, fanOf(shape), random))
}

function checkTaken(filler: CaffeFiller): void {
  const known = Object.hasOwn(OPTIONS, filler.type) ? OPTIONS[filler.type] : undefined
  if (!known) {
    throw new ThalwegError('nn/unknown-initializer', {
      rule: "caffeFiller: the type must be one of Caffe's",
      received: `'${filler.type}'`,
      try: suggest(String(filler.type), caffeFillers, 'types'),
    })
  }
  const { type, ...options } = filler
  checkKnown('nn/unknown-option', `caffe:${type}`, options, known)
}

/** Caffe's uniform allows an interval of no length. */
function between({ min = 0, max = 1 }: CaffeFiller): Initializer {
  checkFinite('caffe:uniform', 'min', min)
  checkFinite('caffe:uniform', 'max', max)
  if (min > max) refuse('caffe:uniform', 'min must not be above max', `min ${min}, max ${max}`, 'use 0 and 1')
  return (shape, _, random) => fill(shape, () => min + (max - min) * random.uniform())
}

/** Each weight is kept with probability sparse / outputs. */
function gaussian({ mean = 0, std = 1, sparse = -1 }: CaffeFiller): Initializer {
  checkFinite('caffe:gaussian', 'mean', mean)
  if (!(std >= 0 && Number.isFinite(std))) {
    refuse('caffe:gaussian', 'std must be a finite number of at least 0', `std ${std}`, 'use 0.01')
  }
  if (!Number.isSafeInteger(sparse) || sparse < -1) {
    refuse('caffe:gaussian', 'sparse must be a whole number of at least -1', `sparse ${sparse}`, 'use -1: all')
  }
  return (shape, _, random) => {
    const outputs = shape.at(-1) ?? 1
    if (sparse > outputs) {
      const advice = `use at most ${outputs}, or -1 for all`
      throw unfit('caffe:gaussian', `sparse ${sparse} must not be more than the outputs`, shape, advice)
    }
    const values = fill(shape, () => mean + std * random.normal())
    if (sparse === -1) return values
    // A stream of its own: the weights that stay are those that there would be without sparsity.
    const kept = random.stream('sparse')
    return values.map((value) => (kept.uniform() < sparse / outputs ? value : 0))
  }
}

/** Uniform in [0, 1), then divided so that the weights into each output add up to 1. */
function positiveUnitball(): Initializer {
  return (shape, _, random) => {
    const outputs = shape.at(-1) ?? 1
    // 1 - u lies in (0, 1]: there is always something to divide by.
    const values = fill(shape, () => 1 - random.uniform())
    const sums = new Float64Array(outputs)
    for (let i = 0; i < values.length; i++) sums[i % outputs] += values[i]
    return values.map((value, i) => value / sums[i % outputs])
  }
}

/**
 * The coefficients of bilinear interpolation, for a `convTranspose2d` that enlarges images by `factor`: kernel
 * 2 factor - factor % 2, strides factor, padding ceil((factor - 1) / 2), as many groups as channels, no bias.
 */
function bilinear(): Initializer {
  return (shape) => {
    if (shape.length !== 4 || shape[0] !== shape[1]) {
      throw unfit('caffe:bilinear', 'the kernel must be [size, size, in, out]', shape, 'use it for a square kernel')
    }
    const weights = Float64Array.from({ length: shape[0] }, (_, x) => tent(x, shape[0]))
    return onEveryChannel(shape, (y, x) => weights[y] * weights[x])
  }
}

function tent(x: number, size: number): number {
  const factor = Math.ceil(size / 2)
  const centre = (2 * factor - 1 - (factor % 2)) / (2 * factor)
  return 1 - Math.abs(x / factor - centre)
}

function onEveryChannel(shape: Shape, weightAt: (y: number, x: number) => number): Float64Array {
  const [, width, inputs, outputs] = shape
  const pairs = inputs * outputs
  return new Float64Array(sizeOf(shape)).map((_, i) => {
    const pixel = Math.floor(i / pairs)
    return weightAt(Math.floor(pixel / width), pixel % width)
  })
}
