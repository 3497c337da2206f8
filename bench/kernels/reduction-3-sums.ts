/**
 * Eight vectors of sums: while one addition is under way, seven others begin. Now loads are the limit. The order of the sums
 * differs from that of version 1, and is the more exact one: each sum is 32 times shorter.
 */
import { assembled } from './assembled.ts'
import type { ReductionProblem } from './reduction-problem.ts'
import { emitRows } from './reduction-rows.ts'
import type { Version } from './version.ts'

export const sums: Version<ReductionProblem> = {
  name: '3 eight vectors',
  build: (problem, operands) =>
    assembled(problem, operands, 0, (code, pointers) => emitRows(code, pointers, problem, 8)),
}
