/** `x`, cut off at -1 and 1 (Collobert 2004). */
import { clip } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'

export const hardTanh: Activation = activation('hardTanh', {}, (x) => clip(x, -1, 1))
