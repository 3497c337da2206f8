/** A uniform distribution on an interval that the user gives. */
import { checkFinite, checkNames, refuse } from '../checks.ts'
import { describe, described, fill, type Initializer } from './initializer.ts'

export interface UniformOptions {
  /** Default -0.05, Keras's. */
  readonly low?: number
  /** Default 0.05. */
  readonly high?: number
}

/** Uniform in [low, high): variance (high - low)^2 / 12. */
export function uniform(options: UniformOptions = {}): Initializer {
  const { low = -0.05, high = 0.05 } = options
  checkNames('uniform', options, { low, high })
  checkFinite('uniform', 'low', low)
  checkFinite('uniform', 'high', high)
  if (!(low < high)) refuse('uniform', 'low must be below high', `low ${low}, high ${high}`, 'use -0.05 and 0.05')
  return described(describe('uniform', { low, high }), (shape, _, random) =>
    fill(shape, () => low + (high - low) * random.uniform()),
  )
}
