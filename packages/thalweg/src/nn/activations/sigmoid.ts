/** `1 / (1 + exp(-x))`. Saturates at both ends and is never centred: the article advises against it in hidden layers. */
import { sigmoid as sigmoidOf } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'

export const sigmoid: Activation = activation('sigmoid', {}, (x) => sigmoidOf(x))
