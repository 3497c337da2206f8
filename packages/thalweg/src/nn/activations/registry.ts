/** Activations by name, for the command line and for whatever is read from a file. */
import { suggest, ThalwegError } from '../../base/index.ts'
import type { Layer } from '../layer.ts'
import { celu } from './celu.ts'
import { elu } from './elu.ts'
import { gelu } from './gelu.ts'
import { glu } from './glu.ts'
import { hardSigmoid } from './hard-sigmoid.ts'
import { hardSwish } from './hard-swish.ts'
import { hardTanh } from './hard-tanh.ts'
import { leakyRelu } from './leaky-relu.ts'
import { logSigmoid } from './log-sigmoid.ts'
import { maxout } from './maxout.ts'
import { mish } from './mish.ts'
import { prelu } from './prelu.ts'
import { relu } from './relu.ts'
import { relu6 } from './relu6.ts'
import { selu } from './selu.ts'
import { sigmoid } from './sigmoid.ts'
import { silu } from './silu.ts'
import { logSoftmax, softmax } from './softmax.ts'
import { softplus } from './softplus.ts'
import { softsign } from './softsign.ts'
import { tanh } from './tanh.ts'

/** Each with the defaults that its file states. */
const makers: Readonly<Record<string, () => Layer>> = {
  sigmoid: () => sigmoid(),
  tanh: () => tanh(),
  relu: () => relu(),
  leakyRelu: () => leakyRelu(),
  maxout: () => maxout(),
  elu: () => elu(),
  prelu: () => prelu(),
  selu: () => selu(),
  celu: () => celu(),
  gelu: () => gelu(),
  silu: () => silu(),
  mish: () => mish(),
  softplus: () => softplus(),
  softsign: () => softsign(),
  hardSigmoid: () => hardSigmoid(),
  hardSwish: () => hardSwish(),
  hardTanh: () => hardTanh(),
  relu6: () => relu6(),
  logSigmoid: () => logSigmoid(),
  glu: () => glu(),
  softmax: () => softmax(),
  logSoftmax: () => logSoftmax(),
}

/** What else they are called elsewhere. */
const ALIASES: Readonly<Record<string, string>> = { swish: 'silu', hardswish: 'hardSwish' }

export const activationNames: readonly string[] = Object.keys(makers)

/**
 * The activation called `name`, in any spelling (`leakyRelu`, `leaky-relu`), as a layer with its default options.
 *
 * @throws ThalwegError `nn/unknown-activation` with near names
 */
export function createActivation(name: string): Layer {
  const spelled = plain(name)
  const known = ALIASES[spelled] ?? activationNames.find((one) => plain(one) === spelled)
  if (known !== undefined) return makers[known]()
  throw new ThalwegError('nn/unknown-activation', {
    rule: 'activation: the name must be one of those that exist',
    received: `'${name}'`,
    try: suggest(name, activationNames, 'names'),
  })
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '')
}
