/** `x` where positive, `alpha * (exp(x) - 1)` elsewhere (Clevert, Unterthiner, Hochreiter, ICLR 2016). */
import { expm1, lessEqual, mul, select } from '../../tensor/index.ts'
import { checkFinite } from '../checks.ts'
import { type Activation, activation } from './activation.ts'

export interface EluOptions {
  /** Where it levels off below: -alpha. Default 1. */
  readonly alpha?: number
}

export const elu: Activation<EluOptions> = activation<EluOptions>(
  'elu',
  { alpha: 1 },
  (x, { alpha }) => {
    const low = lessEqual(x, 0)
    // The exponential sees only what it is used for: where x is large it would be infinite, and 0 * Infinity is NaN.
    return select(low, mul(expm1(select(low, x, 0)), alpha), x)
  },
  ({ alpha }) => checkFinite('elu', 'alpha', alpha),
)
