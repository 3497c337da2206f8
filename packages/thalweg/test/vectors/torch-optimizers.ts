/** PyTorch's optimizers and the article's formulas, as this library makes them. */
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  momentum,
  nadam,
  nesterov,
  type Optimizer,
  radam,
  rmsprop,
  rprop,
  sgd,
} from 'thalweg/optim'

/** Names and values as PyTorch and the article give them. */
export type TorchOptions = Readonly<Record<string, unknown>>

/** Undefined where the library has no such optimizer, or where it lacks one of the options. */
export function fromTorch(name: string, options: TorchOptions): Optimizer | undefined {
  const entry = table[name]
  if (entry === undefined) return undefined
  const given: Record<string, unknown> = { ...entry.defaults }
  for (const [option, value] of Object.entries(options)) {
    if (option === 'betas' && Array.isArray(value)) {
      given.beta1 = value[0]
      given.beta2 = value[1]
    } else if (option === 'etas' && Array.isArray(value)) {
      given.shrink = value[0]
      given.grow = value[1]
    } else {
      const ours = entry.names[option]
      if (ours === undefined) return undefined
      if (ours !== MEANINGLESS) given[ours] = value
    }
  }
  return entry.make(given as never)
}

const MEANINGLESS = ''

interface Entry {
  readonly make: (options?: never) => Optimizer
  /** PyTorch's option -> ours. */
  readonly names: Readonly<Record<string, string>>
  /** Where our default is another one, and what the article's formula fixes. */
  readonly defaults?: Readonly<Record<string, unknown>>
}

const shared = { lr: 'learningRate', weight_decay: 'weightDecay', eps: 'epsilon' }
const adaptive = { ...shared, amsgrad: 'amsgrad' }

const table: Readonly<Record<string, Entry>> = {
  SGD: {
    make: sgd,
    names: { ...shared, momentum: 'momentum', dampening: 'dampening', nesterov: 'nesterov' },
  },
  Adagrad: {
    make: adagrad,
    names: { ...shared, lr_decay: 'rateDecay', initial_accumulator_value: 'initialAccumulator' },
  },
  Adadelta: { make: adadelta, names: { ...shared, rho: 'rho' } },
  RMSprop: {
    make: rmsprop,
    names: { ...shared, alpha: 'rho', momentum: 'momentum', centered: 'centered' },
    defaults: { learningRate: 0.01, rho: 0.99 },
  },
  Adam: { make: adam, names: adaptive },
  AdamW: { make: adamw, names: adaptive },
  Adamax: { make: adamax, names: shared },
  // The vectors come from PyTorch 1.13, which counts one factor of the correction twice.
  NAdam: { make: nadam, names: { ...shared, momentum_decay: 'momentumDecay' }, defaults: { doubleCounted: true } },
  RAdam: { make: radam, names: shared },
  Rprop: { make: rprop, names: { lr: 'learningRate' } },
  'article:sgd': { make: sgd, names: article() },
  'article:momentum': { make: momentum, names: article('momentum') },
  'article:nag': { make: nesterov, names: article('momentum') },
  'article:adagrad': { make: adagrad, names: article(), defaults: { epsilon: 1e-8, epsilonInside: true } },
  'article:rmsprop': { make: rmsprop, names: article(), defaults: { rho: 0.9, epsilonInside: true } },
  'article:adadelta': { make: adadelta, names: article('rho') },
  'article:adam': { make: adam, names: article() },
}

/** The article's cases name a gamma for every formula; where a formula has none it is 0 and means nothing. */
function article(gamma = MEANINGLESS): Readonly<Record<string, string>> {
  return { lr: 'learningRate', gamma }
}
