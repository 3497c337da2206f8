/** The library's loop (kernels/loop-rows.ts): several rows at once where they are short, any expression instead of a load. */
import { house } from './house.ts'
import type { ReductionProblem } from './reduction-problem.ts'
import type { Version } from './version.ts'

export const library: Version<ReductionProblem> = {
  name: '4 the library',
  build: (problem, operands, features) => house(problem, operands, features),
}
