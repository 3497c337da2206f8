/**
 * What may be searched: parameters by name, each with the values it may take. A space is plain data; the type of what an
 * objective receives is read off it, so `params.learningRate` is a number and `params.activation` one of its options.
 */
import { ThalwegError } from '../base/index.ts'
import { checkNames } from './checks.ts'

/** A number between two ends, both included. */
export interface NumberParameter {
  readonly kind: 'number'
  readonly low: number
  readonly high: number
  /** `log`: equal ratios are equally likely, as suits learning rates. */
  readonly scale: 'linear' | 'log'
  readonly integer: boolean
}

/** What a choice may offer: values that a line of JSON can hold, so that a study can be kept and resumed. */
export type Option = string | number | boolean | null | readonly Option[]

export interface ChoiceParameter<Value extends Option = Option> {
  readonly kind: 'choice'
  readonly options: readonly Value[]
}

/** A choice of names, each with parameters that exist only when it is chosen. */
export interface ConditionalParameter<
  Branches extends Readonly<Record<string, Space>> = Readonly<Record<string, Space>>,
> {
  readonly kind: 'conditional'
  readonly branches: Branches
}

export type Parameter = NumberParameter | ChoiceParameter | ConditionalParameter

/** Parameters by name. */
export interface Space {
  readonly [name: string]: Parameter
}

type ValueOf<P extends Parameter> = P extends NumberParameter
  ? number
  : P extends ChoiceParameter<infer Value>
    ? Value
    : P extends ConditionalParameter<infer Branches>
      ? { [Name in keyof Branches & string]: { readonly name: Name } & Params<Branches[Name]> }[keyof Branches & string]
      : never

/** One value for each parameter of a space; a conditional one is an object that tells its branch by `name`. */
export type Params<S extends Space> = { readonly [Name in keyof S]: ValueOf<S[Name]> }

export interface ScaleOptions {
  /** Equal ratios instead of equal distances. Default false. */
  readonly log?: boolean
}

/**
 * A real number, every one equally likely.
 *
 * @throws ThalwegError `tune/bad-range`
 */
export function uniform(low: number, high: number): NumberParameter {
  checkRange('uniform', low, high)
  return { kind: 'number', low, high, scale: 'linear', integer: false }
}

/**
 * A real number whose logarithm is uniform: between 1e-4 and 1e-1 each decade gets a third of the draws.
 *
 * @throws ThalwegError `tune/bad-range`, also where `low` is not above 0
 */
export function logUniform(low: number, high: number): NumberParameter {
  checkRange('logUniform', low, high)
  if (!(low > 0)) throw logOfNothing('logUniform', low, high, 'give a low end above 0, such as 1e-5, or use uniform()')
  return { kind: 'number', low, high, scale: 'log', integer: false }
}

/**
 * A whole number. With `log` the ranges 8 to 16 and 64 to 128 get about the same number of draws.
 *
 * @throws ThalwegError `tune/bad-range`
 */
export function integer(low: number, high: number, options: ScaleOptions = {}): NumberParameter {
  const { log = false } = options
  checkNames('integer', options, { log })
  checkRange('integer', low, high)
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high)) {
    throw badRange('integer', 'both ends must be integers', low, high, 'round them, or use uniform()')
  }
  if (log && low < 1) throw logOfNothing('integer', low, high, 'give a low end of at least 1, or leave log out')
  return { kind: 'number', low, high, scale: log ? 'log' : 'linear', integer: true }
}

/**
 * One of a few values.
 *
 * @throws ThalwegError `tune/bad-choice` where there are none
 */
export function choice<const Value extends Option>(options: readonly Value[]): ChoiceParameter<Value> {
  if (!Array.isArray(options) || options.length === 0) throw badChoice('choice', "choice(['relu', 'tanh'])")
  return { kind: 'choice', options: [...options] }
}

/**
 * One of several names, each with a space of its own (which may be empty):
 * `conditional({ sgd: { momentum: uniform(0, 0.99) }, adam: {} })` becomes `{ name: 'sgd', momentum: 0.9 }` or
 * `{ name: 'adam' }`.
 *
 * @throws ThalwegError `tune/bad-choice` where there are no names
 */
export function conditional<const Branches extends Readonly<Record<string, Space>>>(
  branches: Branches,
): ConditionalParameter<Branches> {
  if (Object.keys(branches).length === 0) throw badChoice('conditional', 'conditional({ sgd: { ... }, adam: {} })')
  for (const [name, space] of Object.entries(branches)) {
    if ('name' in space) throw badName(`conditional: a parameter of ${name} must not be called name`, 'name')
  }
  return { kind: 'conditional', branches }
}

/**
 * @throws ThalwegError `tune/empty-space`, `tune/bad-name` (a dot, which separates the names of nested parameters),
 * `tune/bad-parameter` for a bare value
 */
export function checkSpace(space: Space): void {
  if (Object.keys(space).length === 0) {
    throw new ThalwegError('tune/empty-space', {
      rule: 'search: the space must have at least one parameter',
      received: 'a space without parameters',
      try: 'give one, such as { learningRate: logUniform(1e-4, 1e-1) }',
    })
  }
  checkParameters(space)
}

function checkParameters(space: Space): void {
  for (const [name, parameter] of Object.entries(space)) {
    if (name.includes('.')) throw badName('search: the name of a parameter must not have a dot in it', name)
    if (typeof parameter !== 'object' || parameter === null || !('kind' in parameter)) {
      throw new ThalwegError('tune/bad-parameter', {
        rule: `search: ${name} must be made by uniform, logUniform, integer, choice or conditional`,
        received: Array.isArray(parameter) ? `[${parameter}]` : String(parameter),
        try: Array.isArray(parameter)
          ? `${name}: choice([...])`
          : `leave ${name} out, and write its value where it is used`,
      })
    }
    if (parameter.kind === 'conditional')
      for (const branch of Object.values(parameter.branches)) checkParameters(branch)
  }
}

function checkRange(what: string, low: number, high: number): void {
  if (Number.isFinite(low) && Number.isFinite(high) && low < high) return
  const advice =
    low === high
      ? 'write the value where it is used, or widen the range'
      : `write ${what}(low, high), the smaller first`
  throw badRange(what, 'low must be a finite number below high', low, high, advice)
}

function logOfNothing(what: string, low: number, high: number, advice: string): ThalwegError {
  return badRange(what, 'a logarithmic range must lie above 0', low, high, advice)
}

function badRange(what: string, rule: string, low: number, high: number, advice: string): ThalwegError {
  return new ThalwegError('tune/bad-range', {
    rule: `${what}: ${rule}`,
    received: `low ${low}, high ${high}`,
    try: advice,
  })
}

function badChoice(what: string, example: string): ThalwegError {
  return new ThalwegError('tune/bad-choice', {
    rule: `${what}: there must be at least one option`,
    received: 'no options',
    try: example,
  })
}

function badName(rule: string, name: string): ThalwegError {
  return new ThalwegError('tune/bad-name', { rule, received: JSON.stringify(name), try: 'give it another name' })
}
