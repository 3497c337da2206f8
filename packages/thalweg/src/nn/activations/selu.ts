/**
 * A scaled ELU whose two constants make mean 0 and variance 1 a fixed point of a dense layer (Klambauer, Unterthiner,
 * Mayr, Hochreiter, NIPS 2017, equation 14). Wants weights of variance 1 / fanIn.
 */
import { mul } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'
import { elu } from './elu.ts'

export const SELU_ALPHA = 1.6732632423543772
export const SELU_SCALE = 1.0507009873554805

export const selu: Activation = activation('selu', {}, (x) => mul(elu(x, { alpha: SELU_ALPHA }), SELU_SCALE))
