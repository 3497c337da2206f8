/**
 * Winograd's minimal filtering (contraction/winograd.ts): 16 multiplications for each tile of 2x2 results instead of 36, at the price
 * of some additions and of some exactness. Its GFLOP/s are those of the definition, so they may exceed the peak.
 */
import type { ConvProblem } from './conv-problem.ts'
import { house } from './house.ts'
import type { Version } from './version.ts'

export const minimal: Version<ConvProblem> = {
  name: '4 minimal filtering (the library)',
  build: (problem, operands, features) => (features.winograd ? house(problem, operands, features) : undefined),
}
