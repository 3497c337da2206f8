/** The sum of every row: [M, N] -> [M]. The problem; reduction-1 to reduction-4 are its versions. */
import { sum } from 'thalweg/tensor'
import { loops } from './reduction-1-loops.ts'
import { vector } from './reduction-2-vector.ts'
import { sums } from './reduction-3-sums.ts'
import { library } from './reduction-4-library.ts'
import type { ReductionProblem } from './reduction-problem.ts'
import type { Family } from './version.ts'

function reduction(rows: number, columns: number): ReductionProblem {
  return {
    name: `sum of each row, ${rows}x${columns}`,
    rows,
    columns,
    shapes: [[rows, columns]],
    resultShape: [rows],
    operations: rows * columns,
    define: ([x]) => sum(x, { axes: 1 }),
  }
}

export const REDUCTION: Family<ReductionProblem> = {
  versions: [loops, vector, sums, library],
  problem: reduction(32, 4096),
  small: reduction(3, 128),
}
