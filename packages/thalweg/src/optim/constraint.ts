/**
 * Constraints: after an update a parameter is brought back to where it may be. They hold for parameters of two axes or
 * more that take weight decay; biases and scales are free. The norm is that of all weights that lead to one output: a
 * column of a dense [in, out], a filter of a convolution [height, width, in, out].
 */
import { add, div, maximum, minimum, mul, sqrt, square, sum, type Tensor } from '../tensor/index.ts'
import { checkPositive } from './checks.ts'
import { completed } from './options.ts'

export interface Constraint {
  readonly name: string
  /** Plain data: it goes into checkpoints, and must be the same when a run goes on. */
  readonly options: Readonly<Record<string, unknown>>
  /** The nearest parameter that may be. */
  readonly apply: (parameter: Tensor) => Tensor
}

export interface NormOptions {
  /** The axis of the outputs. Default -1; transposed convolutions [height, width, out, in] have it at -2. */
  readonly axis?: number
}

/** Added to a norm before it divides, so that a unit of zeros stays one. */
const SMALL = 1e-7

/** At most `limit` for the weights of each output unit (Srebro and Shraibman 2005; with dropout, Srivastava et al. 2014). */
export function maxNorm(limit: number, options: NormOptions = {}): Constraint {
  checkPositive('maxNorm', 'limit', limit, 'give a limit such as 3')
  const { axis } = completed('maxNorm', options, { axis: -1 })
  return {
    name: 'maxNorm',
    options: { limit, axis },
    apply(parameter) {
      const norms = unitNorms(parameter, axis)
      return mul(parameter, div(minimum(norms, limit), maximum(norms, SMALL)))
    },
  }
}

/** Exactly 1 for the weights of each output unit. */
export function unitNorm(options: NormOptions = {}): Constraint {
  const { axis } = completed('unitNorm', options, { axis: -1 })
  return {
    name: 'unitNorm',
    options: { axis },
    apply: (parameter) => div(parameter, add(unitNorms(parameter, axis), SMALL)),
  }
}

/** No weight below 0. */
export function nonNegative(): Constraint {
  return { name: 'nonNegative', options: {}, apply: (parameter) => maximum(parameter, 0) }
}

function unitNorms(parameter: Tensor, axis: number): Tensor {
  const output = axis < 0 ? parameter.rank + axis : axis
  const axes = parameter.shape.map((_, position) => position).filter((position) => position !== output)
  return sqrt(sum(square(parameter), { axes, keepDims: true }))
}
