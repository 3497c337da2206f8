/** The hyperbolic tangent: a centred sigmoid, which saturates all the same. */
import { tanh as tanhOf } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'

export const tanh: Activation = activation('tanh', {}, (x) => tanhOf(x))
