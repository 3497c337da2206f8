/** C = A B, row-major: [M, K] x [K, N] -> [M, N]. The problem; matmul-1 to matmul-7 are its versions. */
import { matmul as product } from 'thalweg/tensor'
import { loops } from './matmul-1-loops.ts'
import { rows } from './matmul-2-rows.ts'
import { vectors } from './matmul-3-vectors.ts'
import { registers } from './matmul-4-registers.ts'
import { panels } from './matmul-5-panels.ts'
import { blocks } from './matmul-6-blocks.ts'
import { pairs } from './matmul-7-pairs.ts'
import type { MatmulProblem } from './matmul-problem.ts'
import type { Family } from './version.ts'

function matmul(m: number, k: number, n: number): MatmulProblem {
  return {
    name: `matmul ${m}x${k}x${n}`,
    m,
    k,
    n,
    shapes: [
      [m, k],
      [k, n],
    ],
    resultShape: [m, n],
    operations: 2 * m * k * n,
    define: ([a, b]) => product(a, b),
  }
}

export const MATMUL: Family<MatmulProblem> = {
  versions: [loops, rows, vectors, registers, panels, blocks, pairs],
  problem: matmul(512, 512, 512),
  small: matmul(12, 20, 32),
}
