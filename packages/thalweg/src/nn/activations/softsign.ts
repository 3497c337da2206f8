/** `x / (1 + |x|)`: like tanh, with tails that fade more slowly (Bergstra et al. 2009). */
import { abs, add, div } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'

export const softsign: Activation = activation('softsign', {}, (x) => div(x, add(abs(x), 1)))
