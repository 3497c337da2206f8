/** Optimizers by name, for the command line and for runs that are read back from a file. */
import { ThalwegError } from '../base/index.ts'
import { adadelta } from './adadelta.ts'
import { adagrad } from './adagrad.ts'
import { adam, adamw } from './adam.ts'
import { adamax } from './adamax.ts'
import { momentum } from './momentum.ts'
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
}

/**
 * The optimizer called `name`, with options that are only known at run time.
 *
 * @throws ThalwegError `optim/unknown-optimizer`, `optim/unknown-option`, `optim/bad-option`
 */
export function createOptimizer(name: string, options: Readonly<Record<string, unknown>> = {}): Optimizer {
  if (!isOptimizerName(name)) {
    throw new ThalwegError('optim/unknown-optimizer', {
      rule: 'optimizer: the name must be one of those that exist',
      received: `'${name}'`,
      try: `one of ${Object.keys(optimizers).join(', ')}`,
    })
  }
  const make = optimizers[name]
  const defaults = make().options
  for (const [option, value] of Object.entries(options)) {
    if (!(option in defaults)) {
      throw new ThalwegError('optim/unknown-option', {
        rule: `${name}: the option must be one of those that it has`,
        received: option,
        try: `one of ${Object.keys(defaults).join(', ')}`,
      })
    }
    if (typeof value !== typeof defaults[option]) {
      throw new ThalwegError('optim/bad-option', {
        rule: `${name}: ${option} must be a ${typeof defaults[option]}`,
        received: `${option} ${JSON.stringify(value)}`,
        try: `give ${option} ${String(defaults[option])}, or leave it out`,
      })
    }
  }
  // Names and kinds of values were compared with the defaults just now; the function checks the ranges.
  return make(options as never)
}

export function isOptimizerName(name: string): name is OptimizerName {
  return Object.hasOwn(optimizers, name)
}
