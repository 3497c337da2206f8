/**
 * The same with tiles of 4 by 16, whose neighbouring vectors V8 makes into one of 256 bits where the library has found
 * that to be sound (wasm/wide.ts). Twice the work in as many instructions.
 */
import { house } from './house.ts'
import type { MatmulProblem } from './matmul-problem.ts'
import type { Version } from './version.ts'

export const pairs: Version<MatmulProblem> = {
  name: '7 pairs of vectors (the library, 256 bits)',
  build: (problem, operands, features) => (features.wide ? house(problem, operands, features) : undefined),
}
