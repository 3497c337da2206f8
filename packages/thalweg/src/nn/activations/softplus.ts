/** `log(1 + exp(x))` (Dugas et al., NIPS 2000), written so that it neither overflows nor loses small values. */
import { add, exp, lessEqual, log1p, neg, relu, select } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'

export const softplus: Activation = activation('softplus', {}, (x) => {
  // -|x|, whose slope at 0 is 1 where relu's is 0: together they give the right slope of 1/2 there.
  const magnitude = select(lessEqual(x, 0), x, neg(x))
  return add(relu(x), log1p(exp(magnitude)))
})
