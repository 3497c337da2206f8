/** `log(sigmoid(x))`, as `-softplus(-x)`, which stays finite where the sigmoid is 0. */
import { neg } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'
import { softplus } from './softplus.ts'

export const logSigmoid: Activation = activation('logSigmoid', {}, (x) => neg(softplus(neg(x))))
