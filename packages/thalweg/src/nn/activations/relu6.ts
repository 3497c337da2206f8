/** `min(max(0, x), 6)` (Krizhevsky 2010): a rectifier whose range fits few bits. */
import { clip } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'

export const relu6: Activation = activation('relu6', {}, (x) => clip(x, 0, 6))
