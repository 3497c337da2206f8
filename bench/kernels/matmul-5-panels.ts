/**
 * B is copied into panels first: 8 columns side by side for every k, so that the inner loop reads it in order, and a panel
 * stays in the first cache while all rows of A pass by. The copy costs N K, the products M N K.
 */
import { packRows } from '../../packages/thalweg/src/backend/wasm/contraction/pack.ts'
import { assembled } from './assembled.ts'
import type { MatmulProblem } from './matmul-problem.ts'
import { emitTile } from './matmul-tile.ts'
import type { Version } from './version.ts'

export const panels: Version<MatmulProblem> = {
  name: '5 packed panels',
  build(problem, operands) {
    const { m, k, n } = problem
    return assembled(problem, operands, k * n * 4, (code, [a, b, c, packed], shared) => {
      const [i, j, row, panel, out] = code.locals('i32', 5)
      code.ints(b, n * 4, k, n, packed, k * 8 * 4).call(packRows(shared, 8))
      code.for(j, 0, n, 8, () => {
        code.for(i, 0, m, 4, () => {
          code
            .sum(a, [i, k * 4])
            .set(row)
            .sum(packed, [j, k * 4])
            .set(panel)
            .sum(c, [i, n * 4], [j, 4])
            .set(out)
          emitTile(code, { row, rowBytes: k * 4, panel, panelStep: 8 * 4, k, out, outStride: n * 4 })
        })
      })
    })
  },
}
