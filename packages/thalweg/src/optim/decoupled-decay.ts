/**
 * Decoupled weight decay (Loshchilov and Hutter, ICLR 2019, algorithm 1: SGDW) around any optimizer: the parameter also
 * shrinks by `rate * weightDecay` of itself, beside the gradient's step and not through it. `adamw` is
 * `decoupledDecay(adam(), { weightDecay: 0.01 })`.
 */
import { sub } from '../tensor/index.ts'
import { checkWeightDecay } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { shrunk } from './parts.ts'

export interface DecoupledDecayOptions {
  /** Times the rate: the share of itself that a parameter loses in each update. Default 0.01. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<DecoupledDecayOptions> = { weightDecay: 0.01 }

export function decoupledDecay(inner: Optimizer, options: DecoupledDecayOptions = {}): Optimizer {
  const { weightDecay } = completed('decoupledDecay', options, DEFAULTS)
  checkWeightDecay('decoupledDecay', weightDecay)
  const { learningRate } = inner
  return {
    name: 'decoupledDecay',
    options: { learningRate, weightDecay, optimizer: { name: inner.name, options: inner.options } },
    learningRate,
    ...(inner.momentum !== undefined && { momentum: inner.momentum }),
    ...(inner.acts && { acts: inner.acts }),
    init: inner.init,
    update(gradient, parameter, state, context) {
      const updated = inner.update(gradient, parameter, state, context)
      const lost = sub(parameter, shrunk(parameter, weightDecay, context))
      return { parameter: sub(updated.parameter, lost), state: updated.state }
    },
    ...(inner.lookahead && { lookahead: inner.lookahead }),
  }
}
