/**
 * A tile of 4 rows by 8 columns of C stays in registers while K goes by: 8 vectors of sums for 2 vectors of B and 4 numbers
 * of A, so 6 loads for 8 multiplications and additions, and C is written once. B is still read row by row of the whole
 * matrix: every step along K is another page.
 */
import { assembled } from './assembled.ts'
import type { MatmulProblem } from './matmul-problem.ts'
import { emitTile } from './matmul-tile.ts'
import type { Version } from './version.ts'

export const registers: Version<MatmulProblem> = {
  name: '4 tile in registers',
  build(problem, operands) {
    const { m, k, n } = problem
    return assembled(problem, operands, 0, (code, [a, b, c]) => {
      const [i, j, row, column, out] = code.locals('i32', 5)
      code.for(j, 0, n, 8, () => {
        code.for(i, 0, m, 4, () => {
          code
            .sum(a, [i, k * 4])
            .set(row)
            .sum(b, [j, 4])
            .set(column)
            .sum(c, [i, n * 4], [j, 4])
            .set(out)
          emitTile(code, { row, rowBytes: k * 4, panel: column, panelStep: n * 4, k, out, outStride: n * 4 })
        })
      })
    })
  },
}
