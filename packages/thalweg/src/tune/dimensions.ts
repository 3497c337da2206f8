/**
 * A space as samplers see it: a flat list of dimensions, parents before what depends on them, and points in it. A point
 * has a number for each dimension that exists under the choices it made: the value itself, or the position of an option.
 */
import { internal } from '../base/index.ts'
import { checkSpace, type NumberParameter, type Parameter, type Params, type Space } from './space.ts'

export interface Dimension {
  /** `learningRate`, `optimizer`, `optimizer.sgd.momentum`. */
  readonly path: string
  readonly domain: NumberParameter | OptionsDomain
  /** The choice that must have been made for it to exist. */
  readonly condition?: { readonly path: string; readonly option: number } | undefined
}

/** Positions 0 to `names.length - 1`. */
export interface OptionsDomain {
  readonly kind: 'options'
  /** As people read them. */
  readonly names: readonly string[]
}

/** By path. */
export type Point = Readonly<Record<string, number>>

export function dimensionsOf(space: Space): Dimension[] {
  return collect(space, '', undefined)
}

function collect(space: Space, prefix: string, condition: Dimension['condition']): Dimension[] {
  return Object.entries(space).flatMap(([name, parameter]) => {
    const path = prefix + name
    const own: Dimension = { path, domain: domainOf(parameter), ...(condition && { condition }) }
    if (parameter.kind !== 'conditional') return [own]
    const inner = Object.entries(parameter.branches).flatMap(([branch, sub], option) =>
      collect(sub, `${path}.${branch}.`, { path, option }),
    )
    return [own, ...inner]
  })
}

function domainOf(parameter: Parameter): Dimension['domain'] {
  switch (parameter.kind) {
    case 'number':
      return parameter
    case 'choice':
      return {
        kind: 'options',
        names: parameter.options.map((option) => (typeof option === 'string' ? option : JSON.stringify(option))),
      }
    case 'conditional':
      return { kind: 'options', names: Object.keys(parameter.branches) }
  }
}

export function isActive({ condition }: Dimension, point: Point): boolean {
  return condition === undefined || point[condition.path] === condition.option
}

/** A point made dimension by dimension; those that do not exist under the choices made so far are not asked for. */
export function makePoint(dimensions: readonly Dimension[], value: (dimension: Dimension) => number): Point {
  const point: Record<string, number> = {}
  for (const dimension of dimensions) if (isActive(dimension, point)) point[dimension.path] = value(dimension)
  return point
}

/**
 * The parameters at a share (0 to 1) of the way through every dimension; 0.5 is the middle of the space. To see whether an
 * objective works at all.
 *
 * @throws ThalwegError `tune/empty-space` and others of `tune/` for a space that is none
 */
export function paramsAt<S extends Space>(space: S, share: number): Params<S> {
  checkSpace(space)
  return paramsOf(
    space,
    makePoint(dimensionsOf(space), (dimension) => fromUnit(dimension, share)),
  )
}

/** What the objective receives. */
export function paramsOf<S extends Space>(space: S, point: Point): Params<S> {
  // A mapped type cannot be built up key by key; valuesOf follows the same table of kinds as the type does.
  return valuesOf(space, point, '') as Params<S>
}

function valuesOf(space: Space, point: Point, prefix: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(space).map(([name, parameter]) => [name, valueAt(parameter, point, prefix + name)]),
  )
}

function valueAt(parameter: Parameter, point: Point, path: string): unknown {
  const at = point[path]
  if (at === undefined) throw internal(`a point without ${path}`)
  if (parameter.kind === 'number') return at
  if (parameter.kind === 'choice') return parameter.options[at]
  const name = Object.keys(parameter.branches)[at]
  return { name, ...valuesOf(parameter.branches[name], point, `${path}.${name}.`) }
}

/** Ends of the scale that a number is searched on: logarithms where it is logarithmic; half a step more for integers. */
export function searchRange({ low, high, scale, integer }: NumberParameter): readonly [low: number, high: number] {
  const margin = integer ? 0.5 : 0
  return scale === 'log' ? [Math.log(low - margin), Math.log(high + margin)] : [low - margin, high + margin]
}

export function toSearchScale({ scale }: NumberParameter, value: number): number {
  return scale === 'log' ? Math.log(value) : value
}

export function fromSearchScale({ low, high, scale, integer }: NumberParameter, at: number): number {
  const value = scale === 'log' ? Math.exp(at) : at
  return Math.min(high, Math.max(low, integer ? Math.round(value) : value))
}

/** The value at a share of the way through the domain, 0 to 1. */
export function fromUnit({ domain }: Dimension, share: number): number {
  if (domain.kind === 'options') return Math.min(domain.names.length - 1, Math.floor(share * domain.names.length))
  const [low, high] = searchRange(domain)
  return fromSearchScale(domain, low + share * (high - low))
}

/** The share of the way at which a value lies; the middle of its part for an option. */
export function toUnit({ domain }: Dimension, value: number): number {
  if (domain.kind === 'options') return (value + 0.5) / domain.names.length
  const [low, high] = searchRange(domain)
  return (toSearchScale(domain, value) - low) / (high - low)
}
