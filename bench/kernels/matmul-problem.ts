/** The sizes of a matrix product. M must be a multiple of 4, N of 8: the early versions have nothing for what is left over. */
import type { Problem } from './version.ts'

export interface MatmulProblem extends Problem {
  readonly m: number
  readonly k: number
  readonly n: number
}
