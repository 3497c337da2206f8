/** `x` where positive, `alpha * (exp(x / alpha) - 1)` elsewhere: an ELU that is smooth for every alpha (Barron 2017). */
import { expm1, lessEqual, mul, select } from '../../tensor/index.ts'
import { checkPositive } from '../checks.ts'
import { type Activation, activation } from './activation.ts'

export interface CeluOptions {
  /** Where it levels off below: -alpha. Default 1. */
  readonly alpha?: number
}

export const celu: Activation<CeluOptions> = activation<CeluOptions>(
  'celu',
  { alpha: 1 },
  (x, { alpha }) => {
    const low = lessEqual(x, 0)
    return select(low, mul(expm1(mul(select(low, x, 0), 1 / alpha)), alpha), x)
  },
  ({ alpha }) => checkPositive('celu', 'alpha', alpha, 'use 1'),
)
