/** `x`, cut off at -1 and 1 (Collobert 2004). */
import { type Activation, activation } from './activation.ts'
import { clamped } from './clamped.ts'

export const hardTanh: Activation = activation('hardTanh', {}, (x) => clamped(x, -1, 1))
