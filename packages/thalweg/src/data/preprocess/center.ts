/** Zero-center: subtract the mean of each channel, or of each pixel (AlexNet's mean image). */
import { checkNames } from '../checks.ts'
import { countOf, type Examples, meanOf, type Per } from './examples.ts'

export interface Center {
  readonly kind: 'center'
  /** One for each channel, or for each value of an example. */
  readonly mean: readonly number[]
}

export interface CenterOptions {
  /** Default `channel`. */
  readonly per?: Per
}

export function center(options: CenterOptions = {}): (examples: Examples) => Center {
  const { per = 'channel' } = options
  checkNames('center', options, { per })
  return ({ shape, walk, leave }) => {
    const { mean } = meanOf(countOf(shape, per), walk)
    return { kind: 'center', mean: mean.map((value, k) => (leave?.[k] ? 0 : value)) }
  }
}
