/** `x` where positive, `slope * x` elsewhere (Maas, Hannun, Ng, ICML 2013): no unit dies. */
import { lessEqual, mul, select } from '../../tensor/index.ts'
import { checkFinite } from '../checks.ts'
import { type Activation, activation } from './activation.ts'

export interface LeakyReluOptions {
  /** Default 0.01. */
  readonly slope?: number
}

export const leakyRelu: Activation<LeakyReluOptions> = activation<LeakyReluOptions>(
  'leakyRelu',
  { slope: 0.01 },
  (x, { slope }) => select(lessEqual(x, 0), mul(x, slope), x),
  ({ slope }) => checkFinite('leakyRelu', 'slope', slope),
)
