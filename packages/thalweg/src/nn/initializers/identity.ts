/** Layers that at first hand on what they are given: a unit matrix, or a kernel whose centre is one (PyTorch's Dirac). */
import { sizeOf } from '../../base/index.ts'
import { checkCount, checkFinite, checkNames } from '../checks.ts'
import { describe, described, type Initializer, unfit } from './initializer.ts'

export interface IdentityOptions {
  /** What stands in the place of 1. Default 1. */
  readonly gain?: number
  /** Of the convolution: each group hands on its own channels. Default 1. */
  readonly groups?: number
}

/**
 * Output d is input d as far as there are both; further outputs are 0. In kernels [...window, in / groups, out] the weight
 * lies at the centre of the window, `floor(size / 2)` on each axis, so `padding: 'same'` with odd sizes keeps images.
 *
 * @throws ThalwegError `nn/unfit-initializer` for vectors, and where `groups` does not divide the outputs
 */
export function identity(options: IdentityOptions = {}): Initializer {
  const { gain = 1, groups = 1 } = options
  checkNames('identity', options, { gain, groups })
  checkFinite('identity', 'gain', gain)
  checkCount('identity', 'groups', groups)
  const description = describe('identity', {
    gain: gain === 1 ? undefined : gain,
    groups: groups === 1 ? undefined : groups,
  })
  return described(description, (shape) => {
    if (shape.length < 2) {
      throw unfit('identity', 'the parameter must have at least two axes', shape, 'use zeros() for a bias')
    }
    const [inputs, outputs] = shape.slice(-2)
    if (outputs % groups !== 0) {
      throw unfit('identity', `groups ${groups} must divide the outputs`, shape, "give it the convolution's groups")
    }
    const centre = shape.slice(0, -2).reduce((offset, size) => offset * size + Math.floor(size / 2), 0)
    const values = new Float64Array(sizeOf(shape))
    const each = outputs / groups
    for (let group = 0; group < groups; group++) {
      for (let d = 0; d < Math.min(inputs, each); d++) values[(centre * inputs + d) * outputs + group * each + d] = gain
    }
    return values
  })
}
