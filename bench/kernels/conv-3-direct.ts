/**
 * The library's direct kernel (contraction/convolution.ts): the same tiles in registers, but their rows stand at pixels of a
 * small copy of the image between zeros, which stays in the cache. Where im2col copies numbers, this one copies offsets.
 */
import type { ConvProblem } from './conv-problem.ts'
import { house } from './house.ts'
import type { Version } from './version.ts'

export const direct: Version<ConvProblem> = {
  name: '3 direct: offsets instead of copies (the library)',
  build: (problem, operands, features) => house(problem, operands, { ...features, winograd: false }),
}
