/** Four sums side by side in one vector: four numbers for each wait. */
import { assembled } from './assembled.ts'
import type { ReductionProblem } from './reduction-problem.ts'
import { emitRows } from './reduction-rows.ts'
import type { Version } from './version.ts'

export const vector: Version<ReductionProblem> = {
  name: '2 one vector',
  build: (problem, operands) =>
    assembled(problem, operands, 0, (code, pointers) => emitRows(code, pointers, problem, 1)),
}
