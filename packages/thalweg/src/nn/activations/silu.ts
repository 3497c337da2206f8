/** `x * sigmoid(x)`, also called swish (Elfwing, Uchibe, Doya 2018; Ramachandran, Zoph, Le 2017). */
import { mul, sigmoid } from '../../tensor/index.ts'
import { type Activation, activation } from './activation.ts'

export const silu: Activation = activation('silu', {}, (x) => mul(x, sigmoid(x)))
