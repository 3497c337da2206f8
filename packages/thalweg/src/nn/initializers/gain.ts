/**
 * By how much an activation shrinks what goes through it: the gain that PyTorch recommends for each (`calculate_gain`), to
 * be given to `xavier`, `lecun` and `orthogonal`. He has that of rectifiers in it already.
 */
import { suggest, ThalwegError } from '../../base/index.ts'
import { checkFinite } from '../checks.ts'

const GAINS: Readonly<Record<string, (slope: number) => number>> = {
  identity: () => 1,
  sigmoid: () => 1,
  // Not derived: it stretches small inputs to where tanh bends.
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (slope) => Math.sqrt(2 / (1 + slope * slope)),
  prelu: (slope) => Math.sqrt(2 / (1 + slope * slope)),
  // Found empirically; the paper's own fixed point wants 1, that is plain lecun().
  selu: () => 3 / 4,
}

/**
 * The gain for layers in front of `activation`, called as its layer is: `relu`, `tanh`. `slope` is that of `leakyRelu`
 * (default 0.01) and `prelu` (default 0.25) below 0.
 *
 * @throws ThalwegError `nn/unknown-activation`
 */
export function gainOf(activation: string, slope: number = activation === 'prelu' ? 0.25 : 0.01): number {
  checkFinite('gainOf', 'slope', slope)
  const gain = Object.hasOwn(GAINS, activation) ? GAINS[activation] : undefined
  if (gain) return gain(slope)
  throw new ThalwegError('nn/unknown-activation', {
    rule: 'gainOf: the activation must be one whose gain is known',
    received: `'${activation}'`,
    try: suggest(activation, Object.keys(GAINS), 'names'),
  })
}
