/** Every value the same: biases, gammas, betas. Weights need more: equal units would stay equal for ever. */
import { sizeOf } from '../../base/index.ts'
import { checkFinite } from '../checks.ts'
import { described, type Initializer } from './initializer.ts'

export function zeros(): Initializer {
  return described('zeros', (shape) => new Float64Array(sizeOf(shape)))
}

export function ones(): Initializer {
  return described('ones', (shape) => new Float64Array(sizeOf(shape)).fill(1))
}

export function constant(value: number): Initializer {
  checkFinite('constant', 'value', value)
  return described(`constant(${value})`, (shape) => new Float64Array(sizeOf(shape)).fill(value))
}
