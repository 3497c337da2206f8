/** `max(0, x)` (Nair and Hinton, ICML 2010), with slope 0 at 0. Keep the learning rate small: a unit can die. */
import { relu as reluOf } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'

export const relu: Activation = activation('relu', {}, (x) => reluOf(x))
