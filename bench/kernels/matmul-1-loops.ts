/** The definition: one element of C after another. B is read down its columns, a new cache line for each number. */
import type { MatmulProblem } from './matmul-problem.ts'
import type { Version } from './version.ts'

export const loops: Version<MatmulProblem> = {
  name: '1 loops (TypeScript)',
  build({ m, k, n }, [a, b]) {
    const c = new Float32Array(m * n)
    return {
      run() {
        for (let i = 0; i < m; i++)
          for (let j = 0; j < n; j++) {
            let sum = 0
            for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j]
            c[i * n + j] = sum
          }
      },
      result: () => c.slice(),
    }
  },
}
