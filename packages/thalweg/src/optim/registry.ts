/** Optimizers by name, for the command line and for runs that are read back from a file. */
import { suggest, ThalwegError } from '../base/index.ts'
import { adadelta } from './adadelta.ts'
import { adagrad } from './adagrad.ts'
import { adam, adamw } from './adam.ts'
import { adamax } from './adamax.ts'
import { decoupledDecay } from './decoupled-decay.ts'
import { lamb } from './lamb.ts'
import { lion } from './lion.ts'
import { lookahead } from './lookahead.ts'
import { momentum } from './momentum.ts'
import { muon } from './muon.ts'
import { nadam } from './nadam.ts'
import { nesterov } from './nesterov.ts'
import type { Optimizer } from './optimizer.ts'
import { radam } from './radam.ts'
import { rmsprop } from './rmsprop.ts'
import { rprop } from './rprop.ts'
import { sgd } from './sgd.ts'

export type OptimizerName =
  | 'sgd'
  | 'momentum'
  | 'nesterov'
  | 'adagrad'
  | 'adadelta'
  | 'rmsprop'
  | 'adam'
  | 'adamw'
  | 'adamax'
  | 'nadam'
  | 'radam'
  | 'rprop'
  | 'lion'
  | 'lamb'
  | 'muon'

/** Each, called without options, has the defaults that its file states. */
export const optimizers: Readonly<Record<OptimizerName, (options?: never) => Optimizer>> = {
  sgd,
  momentum,
  nesterov,
  adagrad,
  adadelta,
  rmsprop,
  adam,
  adamw,
  adamax,
  nadam,
  radam,
  rprop,
  lion,
  lamb,
  muon,
}

/** What stands around another optimizer; its options hold that one as `optimizer: { name, options }`. */
const wrappers: Readonly<Record<string, (inner: Optimizer, options?: never) => Optimizer>> = {
  lookahead,
  decoupledDecay,
}

/** Names of those that need another one inside, and so have no standing of their own. */
export const wrapperNames: readonly string[] = Object.keys(wrappers)

/**
 * The optimizer called `name`, with options that are only known at run time. An optimizer's own `name` and `options` make
 * it again, also one around another, `lookahead(adam())`; a `learningRate` beside them goes to the inner one.
 *
 * @throws ThalwegError `optim/unknown-optimizer` and `optim/unknown-option` with near names; `optim/bad-option`
 */
export function createOptimizer(name: string, options: Readonly<Record<string, unknown>> = {}): Optimizer {
  if (Object.hasOwn(wrappers, name)) return wrapped(name, options)
  if (!isOptimizerName(name)) {
    throw new ThalwegError('optim/unknown-optimizer', {
      rule: 'optimizer: the name must be one of those that exist',
      received: `'${name}'`,
      try: suggest(name, [...Object.keys(optimizers), ...Object.keys(wrappers)], 'optimizers'),
    })
  }
  // The function itself compares names and kinds of values with its defaults.
  return optimizers[name](options as never)
}

export function isOptimizerName(name: string): name is OptimizerName {
  return Object.hasOwn(optimizers, name)
}

function wrapped(name: string, { optimizer, learningRate, ...own }: Readonly<Record<string, unknown>>): Optimizer {
  if (!isDescription(optimizer)) {
    throw new ThalwegError('optim/bad-option', {
      rule: `${name}: optimizer must be the name and the options of the one inside`,
      received: `optimizer ${JSON.stringify(optimizer)}`,
      try: `give optimizer { "name": "adam", "options": {} }`,
    })
  }
  const inner = { ...optimizer.options, ...(learningRate !== undefined && { learningRate }) }
  return wrappers[name](createOptimizer(optimizer.name, inner), own as never)
}

interface Description {
  readonly name: string
  readonly options?: Readonly<Record<string, unknown>>
}

function isDescription(value: unknown): value is Description {
  if (typeof value !== 'object' || value === null || !('name' in value) || typeof value.name !== 'string') return false
  return !('options' in value) || (typeof value.options === 'object' && value.options !== null)
}
