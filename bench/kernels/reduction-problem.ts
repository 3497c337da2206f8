/** The sizes of a reduction. Columns must be a multiple of 32: version 3 has nothing for what is left over. */
import type { Problem } from './version.ts'

export interface ReductionProblem extends Problem {
  readonly rows: number
  readonly columns: number
}
