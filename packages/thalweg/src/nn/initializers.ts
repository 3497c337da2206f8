/**
 * First values of parameters, drawn on the host in float64. Sources: the article's section 4; Glorot and Bengio,
 * "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010, equations 12 and 16);
 * He et al., "Delving deep into rectifiers" (ICCV 2015, equation 10).
 */
import { type Random, type Shape, sizeOf } from '../base/index.ts'
import { checkChoice, checkFinite, checkPositive } from './checks.ts'

/** How many values a unit is computed from, and how many units one value goes into. */
export interface Fan {
  readonly in: number
  readonly out: number
}

export interface Initializer {
  /** Row-major values for `shape`. */
  (shape: Shape, fan: Fan, random: Random): Float64Array
  /** As it was asked for, `smallRandom(scale=0.01)`, for summaries and manifests. */
  readonly description?: string
}

export interface ScaledOptions {
  /** Default `normal` for He, `uniform` for Xavier, as in the papers. */
  readonly distribution?: 'normal' | 'uniform'
  /** What the variance is divided by. Default `in` for He, the mean of both for Xavier, as in the papers. */
  readonly fan?: 'in' | 'out' | 'average'
}

/** `scale * randn`: the article's first way, whose activations fade with depth; with scale 1 its second, which saturates. */
export function smallRandom({ scale = 0.01 }: { readonly scale?: number } = {}): Initializer {
  checkFinite('smallRandom', 'scale', scale)
  return described(`smallRandom(scale=${scale})`, (shape, _, random) => fill(shape, () => scale * random.normal()))
}

/**
 * Xavier (Glorot): variance 1 / fan, so that activations of tanh layers keep their spread. The article's form,
 * `randn(fanIn, fanOut) / sqrt(fanIn)`, is `xavier({ distribution: 'normal', fan: 'in' })`.
 */
export function xavier({ distribution = 'uniform', fan = 'average' }: ScaledOptions = {}): Initializer {
  return scaled('xavier', 1, distribution, fan)
}

/** He (MSRA): variance 2 / fan, because a rectifier drops half of the variance. */
export function he({ distribution = 'normal', fan = 'in' }: ScaledOptions = {}): Initializer {
  return scaled('he', 2, distribution, fan)
}

export function zeros(): Initializer {
  return described('zeros', (shape) => new Float64Array(sizeOf(shape)))
}

export function ones(): Initializer {
  return described('ones', (shape) => new Float64Array(sizeOf(shape)).fill(1))
}

export function constant(value: number): Initializer {
  checkFinite('constant', 'value', value)
  return described(`constant(${value})`, (shape) => new Float64Array(sizeOf(shape)).fill(value))
}

/** `numerator / fan` as variance: of a normal distribution, or of a uniform one on [-sqrt(3 variance), sqrt(3 variance)). */
function scaled(
  name: string,
  numerator: number,
  distribution: 'normal' | 'uniform',
  fan: 'in' | 'out' | 'average',
): Initializer {
  checkChoice(name, 'distribution', distribution, ['normal', 'uniform'])
  checkChoice(name, 'fan', fan, ['in', 'out', 'average'])
  return described(`${name}(distribution=${distribution}, fan=${fan})`, (shape, fans, random) => {
    const divisor = fan === 'average' ? (fans.in + fans.out) / 2 : fans[fan]
    checkPositive(name, 'the fan', divisor, 'give the layer at least one input and one output')
    const deviation = Math.sqrt(numerator / divisor)
    if (distribution === 'normal') return fill(shape, () => deviation * random.normal())
    const limit = Math.sqrt(3) * deviation
    return fill(shape, () => limit * (2 * random.uniform() - 1))
  })
}

/** Fan-in and fan-out of `[in, out]` and of `[...window, in, out]`; a vector's are its length. */
export function fanOf(shape: Shape): Fan {
  if (shape.length < 2) return { in: sizeOf(shape), out: sizeOf(shape) }
  const window = sizeOf(shape.slice(0, -2))
  return { in: window * shape[shape.length - 2], out: window * shape[shape.length - 1] }
}

/** What to call an initializer in a layer's options. */
export function describeInitializer(initializer: Initializer): string {
  return initializer.description ?? (initializer.name || 'custom')
}

function fill(shape: Shape, draw: () => number): Float64Array {
  const values = new Float64Array(sizeOf(shape))
  for (let i = 0; i < values.length; i++) values[i] = draw()
  return values
}

function described(description: string, sample: (shape: Shape, fan: Fan, random: Random) => Float64Array): Initializer {
  return Object.assign(sample, { description })
}
