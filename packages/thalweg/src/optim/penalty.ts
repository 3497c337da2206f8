/**
 * Penalties: what is added to the loss for the size of the parameters, `lambda N(w)` in the article's section 7.7. Their
 * gradients come from the library's own rules, so a penalty is a formula and no more. Parameters without weight decay
 * (biases, gammas, betas) are left out; a group's `decay` multiplies them. The loss that is reported is without them.
 */
import { abs, add, mul, square, sum, type Tensor } from '../tensor/index.ts'
import { checkAtLeastZero } from './checks.ts'
import { completed } from './options.ts'

export interface Penalty {
  readonly name: string
  /** Plain data: it goes into checkpoints, and must be the same when a run goes on. */
  readonly options: Readonly<Record<string, unknown>>
  /** What one parameter costs, as a scalar. */
  readonly value: (parameter: Tensor) => Tensor
}

/** `strength * sum |w|`: pushes every weight towards 0 alike, whatever its size. Its slope at 0 is 0. */
export function l1(strength: number): Penalty {
  checkAtLeastZero('l1', 'strength', strength, 'use 0 for none, or a small number such as 1e-5')
  return { name: 'l1', options: { strength }, value: (parameter) => mul(sum(abs(parameter)), strength) }
}

/**
 * `strength / 2 * sum w^2`, whose gradient is `strength * w`: the same numbers as `weightDecay` of an optimizer that
 * penalizes, and as Caffe's weight_decay. Keras's l2 has no half: its 0.01 is 0.02 here.
 */
export function l2(strength: number): Penalty {
  checkAtLeastZero('l2', 'strength', strength, 'use 0 for none, or a small number such as 1e-4')
  return { name: 'l2', options: { strength }, value: (parameter) => mul(sum(square(parameter)), strength / 2) }
}

export interface ElasticNetOptions {
  /** Default 0. */
  readonly l1?: number
  /** Default 0. */
  readonly l2?: number
}

/** Both (Zou and Hastie, JRSS B 2005): `l1 * sum |w| + l2 / 2 * sum w^2`. */
export function elasticNet(options: ElasticNetOptions): Penalty {
  const complete = completed('elasticNet', options, { l1: 0, l2: 0 })
  checkAtLeastZero('elasticNet', 'l1', complete.l1, 'use 0 for none, or a small number such as 1e-5')
  checkAtLeastZero('elasticNet', 'l2', complete.l2, 'use 0 for none, or a small number such as 1e-4')
  const [first, second] = [l1(complete.l1), l2(complete.l2)]
  return {
    name: 'elasticNet',
    options: { ...complete },
    value: (parameter) => add(first.value(parameter), second.value(parameter)),
  }
}
