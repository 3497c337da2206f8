/**
 * First values of parameters, drawn on the host in float64: what an initializer is. Each family is a file beside this one;
 * registry.ts knows them by name. Shapes are the library's: [in, out] for dense weights, [...window, in, out] for kernels.
 */
import { formatShape, type Random, type Shape, sizeOf, ThalwegError } from '../../base/index.ts'

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

/** `name(option=value, ...)`, options left out where they are undefined. */
export function describe(name: string, options: Readonly<Record<string, unknown>> = {}): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return given.length === 0 ? name : `${name}(${given.map(([option, value]) => `${option}=${value}`).join(', ')})`
}

export function described(
  description: string,
  sample: (shape: Shape, fan: Fan, random: Random) => Float64Array,
): Initializer {
  return Object.assign(sample, { description })
}

/** One draw for each place of `shape`. */
export function fill(shape: Shape, draw: () => number): Float64Array {
  const values = new Float64Array(sizeOf(shape))
  for (let i = 0; i < values.length; i++) values[i] = draw()
  return values
}

/** For those that a bias, or a kernel of the wrong form, cannot be filled by. */
export function unfit(name: string, rule: string, shape: Shape, advice: string): ThalwegError {
  return new ThalwegError('nn/unfit-initializer', {
    rule: `${name}: ${rule}`,
    received: `a parameter of shape ${formatShape(shape)}`,
    try: advice,
  })
}
