/**
 * Spreads that fit the size of the layer: variance gain^2 * numerator / fan. Sources: LeCun, Bottou, Orr, Müller,
 * "Efficient BackProp" (1998, equation 16); Glorot and Bengio, "Understanding the difficulty of training deep feedforward
 * neural networks" (AISTATS 2010, equations 12 and 16); He et al., "Delving deep into rectifiers" (ICCV 2015, equations 10
 * and 14).
 */
import { checkChoice, checkNames, checkPositive } from '../checks.ts'
import { describe, described, type Fan, fill, type Initializer } from './initializer.ts'
import { truncated } from './normal.ts'

export interface ScaledOptions {
  /**
   * `truncated`: normal, cut off at two deviations and widened so that the variance is kept (Keras's default for all
   * three). Default `uniform` for Xavier, else `normal`, as in the papers.
   */
  readonly distribution?: 'normal' | 'uniform' | 'truncated'
  /** What the variance is divided by. Default the mean of both (`average`) for Xavier, else `in`, as in the papers. */
  readonly fan?: 'in' | 'out' | 'average'
  /** Multiplies the deviation; see `gainOf`. Default 1. */
  readonly gain?: number
}

/**
 * Xavier (Glorot): variance 1 / fan, so that activations of tanh layers keep their spread. The article's form,
 * `randn(fanIn, fanOut) / sqrt(fanIn)`, is `xavier({ distribution: 'normal', fan: 'in' })`.
 */
export function xavier(options: ScaledOptions = {}): Initializer {
  const { distribution = 'uniform', fan = 'average', gain = 1 } = options
  checkNames('xavier', options, { distribution, fan, gain })
  return scaled('xavier', 1, { distribution, fan, gain })
}

/** He (MSRA, Kaiming): variance 2 / fan, because a rectifier drops half of the mean square. */
export function he(options: ScaledOptions = {}): Initializer {
  const { distribution = 'normal', fan = 'in', gain = 1 } = options
  checkNames('he', options, { distribution, fan, gain })
  return scaled('he', 2, { distribution, fan, gain })
}

/** LeCun: variance 1 / fanIn. What SELU wants, and what Xavier is where both fans are equal. */
export function lecun(options: ScaledOptions = {}): Initializer {
  const { distribution = 'normal', fan = 'in', gain = 1 } = options
  checkNames('lecun', options, { distribution, fan, gain })
  return scaled('lecun', 1, { distribution, fan, gain })
}

/** Standard deviation of a standard normal distribution cut off at -2 and 2. */
const TRUNCATED_DEVIATION = 0.8796256610342398

function scaled(name: string, numerator: number, { distribution, fan, gain }: Required<ScaledOptions>): Initializer {
  checkChoice(name, 'distribution', distribution, ['normal', 'uniform', 'truncated'])
  checkChoice(name, 'fan', fan, ['in', 'out', 'average'])
  checkPositive(name, 'gain', gain, 'use 1')
  const description = describe(name, { distribution, fan, gain: gain === 1 ? undefined : gain })
  return described(description, (shape, fans, random) => {
    const deviation = gain * Math.sqrt(numerator / divisorOf(name, fan, fans))
    const limit = Math.sqrt(3) * deviation
    const widened = deviation / TRUNCATED_DEVIATION
    switch (distribution) {
      case 'normal':
        return fill(shape, () => deviation * random.normal())
      case 'uniform':
        return fill(shape, () => limit * (2 * random.uniform() - 1))
      case 'truncated':
        return fill(shape, () => widened * truncated(random, -2, 2))
    }
  })
}

function divisorOf(name: string, fan: Required<ScaledOptions>['fan'], fans: Fan): number {
  const divisor = fan === 'average' ? (fans.in + fans.out) / 2 : fans[fan]
  checkPositive(name, 'the fan', divisor, 'give the layer at least one input and one output')
  return divisor
}
