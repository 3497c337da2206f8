/** The definition. Every addition waits for the one before: four cycles or so for each number. */
import type { ReductionProblem } from './reduction-problem.ts'
import type { Version } from './version.ts'

export const loops: Version<ReductionProblem> = {
  name: '1 loops (TypeScript)',
  build({ rows, columns }, [x]) {
    const result = new Float32Array(rows)
    return {
      run() {
        for (let row = 0; row < rows; row++) {
          let sum = 0
          for (let column = 0; column < columns; column++) sum += x[row * columns + column]
          result[row] = sum
        }
      },
      result: () => result.slice(),
    }
  },
}
