/**
 * The same with four numbers at once. Now each multiplication and addition waits for two loads and a store: C is carried
 * through memory K times.
 */
import { assembled } from './assembled.ts'
import type { MatmulProblem } from './matmul-problem.ts'
import type { Version } from './version.ts'

export const vectors: Version<MatmulProblem> = {
  name: '3 vectors',
  build(problem, operands) {
    const { m, k, n } = problem
    return assembled(problem, operands, 0, (code, [a, b, c]) => {
      const [i, p, j, element, bRow, cRow] = code.locals('i32', 6)
      const factor = code.local('v128')
      code
        .get(c)
        .i32(0)
        .i32(m * n * 4)
        .fillMemory()
      code.for(i, 0, m, 1, () => {
        code.for(p, 0, k, 1, () => {
          code.sum(a, [i, k * 4], [p, 4]).set(element)
          code.get(element).load('v128.load32_splat').set(factor)
          code
            .sum(b, [p, n * 4])
            .set(bRow)
            .sum(c, [i, n * 4])
            .set(cRow)
          code.for(j, 0, n, 4, () => {
            code.get(cRow).get(cRow).load('v128.load')
            code.get(factor).get(bRow).load('v128.load').op('f32x4.mul').op('f32x4.add').store('v128.store')
            code.increase(bRow, 16).increase(cRow, 16)
          })
        })
      })
    })
  },
}
