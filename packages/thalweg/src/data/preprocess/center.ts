/** Zero-center: subtract the mean of each channel, or of each pixel (AlexNet's mean image). */
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

export function center({ per = 'channel' }: CenterOptions = {}): (examples: Examples) => Center {
  return ({ shape, walk, leave }) => {
    const { mean } = meanOf(countOf(shape, per), walk)
    return { kind: 'center', mean: mean.map((value, k) => (leave?.[k] ? 0 : value)) }
  }
}
