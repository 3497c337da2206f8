/**
 * `x * P(X <= x)` for a standard normal X (Hendrycks and Gimpel 2016): exactly, `x / 2 * (1 + erf(x / sqrt(2)))`, or by
 * the paper's approximation, `x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))`.
 */
import { add, erf, mul, tanh } from '../../tensor/index.ts'
import { checkChoice } from '../checks.ts'
import { type Activation, activation } from './activation.ts'

export interface GeluOptions {
  /** Default `none`: exact. */
  readonly approximate?: 'none' | 'tanh'
}

export const gelu: Activation<GeluOptions> = activation<GeluOptions>(
  'gelu',
  { approximate: 'none' },
  (x, { approximate }) => {
    const half = mul(x, 0.5)
    if (approximate === 'none') return mul(half, add(erf(mul(x, Math.SQRT1_2)), 1))
    const cubic = add(x, mul(mul(mul(x, x), x), 0.044715))
    return mul(half, add(tanh(mul(cubic, Math.sqrt(2 / Math.PI))), 1))
  },
  ({ approximate }) => checkChoice('gelu', 'approximate', approximate, ['none', 'tanh']),
)
