/** `x * hardSigmoid(x)` (Howard et al., MobileNetV3, ICCV 2019). */
import { mul } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'
import { hardSigmoid } from './hard-sigmoid.ts'

export const hardSwish: Activation = activation('hardSwish', {}, (x) => mul(x, hardSigmoid(x)))
