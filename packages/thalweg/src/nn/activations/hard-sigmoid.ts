/** `x / 6 + 1/2`, cut off at 0 and 1 (the form of Howard et al., MobileNetV3, ICCV 2019; PyTorch's too). */
import { add, mul } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'
import { clamped } from './clamped.ts'

export const hardSigmoid: Activation = activation('hardSigmoid', {}, (x) => clamped(add(mul(x, 1 / 6), 0.5), 0, 1))
