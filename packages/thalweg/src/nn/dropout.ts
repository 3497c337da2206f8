/**
 * Dropout (Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, JMLR 2014), in the inverted form: in training each
 * value is dropped with probability `rate` and the others are scaled by 1 / (1 - rate), so that nothing is to be done
 * at test time. Mind the article's p, which is the probability of KEEPING a unit: its p = 0.8 is `rate: 0.2`.
 */
import { greaterEqual, mul, select } from '../tensor/index.ts'
import { checkShare } from './checks.ts'
import type { Layer } from './layer.ts'

export interface DropoutOptions {
  /** Probability of DROPPING a value, in [0, 1). Default 0.5. */
  readonly rate?: number
  readonly name?: string
}

/** @throws ThalwegError `nn/bad-option` for a rate outside [0, 1) */
export function dropout({ rate = 0.5, name }: DropoutOptions = {}): Layer {
  checkShare('dropout', 'rate', rate, 'give the probability of dropping a value; one that keeps 80% has rate 0.2')
  return {
    kind: 'dropout',
    name,
    options: { rate },
    forward(x, scope) {
      if (!scope.training || rate === 0) return x
      const kept = greaterEqual(scope.uniform(x.shape), rate)
      return select(kept, mul(x, 1 / (1 - rate)), 0)
    },
  }
}
