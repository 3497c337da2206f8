/** The two inner loops exchanged: B and C are read along their rows, so that every number of a cache line is used. */
import type { MatmulProblem } from './matmul-problem.ts'
import type { Version } from './version.ts'

export const rows: Version<MatmulProblem> = {
  name: '2 along rows (TypeScript)',
  build({ m, k, n }, [a, b]) {
    const c = new Float32Array(m * n)
    return {
      run() {
        c.fill(0)
        for (let i = 0; i < m; i++)
          for (let p = 0; p < k; p++) {
            const factor = a[i * k + p]
            for (let j = 0; j < n; j++) c[i * n + j] += factor * b[p * n + j]
          }
      },
      result: () => c.slice(),
    }
  },
}
