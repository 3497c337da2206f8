/** `min(max(0, x), 6)` (Krizhevsky 2010): a rectifier whose range fits few bits. */
import { type Activation, activation } from './activation.ts'
import { clamped } from './clamped.ts'

export const relu6: Activation = activation('relu6', {}, (x) => clamped(x, 0, 6))
