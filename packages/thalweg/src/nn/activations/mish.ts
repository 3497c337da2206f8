/** `x * tanh(softplus(x))` (Misra, BMVC 2020). */
import { mul, tanh } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'
import { softplus } from './softplus.ts'

export const mish: Activation = activation('mish', {}, (x) => mul(x, tanh(softplus(x))))
