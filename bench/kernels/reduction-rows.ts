/** Row after row with some vectors of sums: versions 2 and 3. */
import type { Code, Local } from '../../packages/thalweg/src/backend/wasm/code.ts'
import type { ReductionProblem } from './reduction-problem.ts'

const VECTOR = 16

export function emitRows(
  code: Code,
  [x, result]: readonly Local[],
  { rows, columns }: ReductionProblem,
  vectors: number,
): void {
  const sums = code.locals('v128', vectors)
  const [row, from, rowEnd, to] = code.locals('i32', 4)
  code.get(x).set(from)
  code.for(row, 0, rows, 1, () => {
    for (const sum of sums) code.f32x4(0).set(sum)
    code.sum(from, [columns, 4]).set(rowEnd)
    code.loop((again) => {
      sums.forEach((sum, v) => {
        code
          .get(sum)
          .get(from)
          .load('v128.load', v * VECTOR)
          .op('f32x4.add')
          .set(sum)
      })
      code.increase(from, vectors * VECTOR)
      code.get(from).get(rowEnd).op('i32.ne').branchIf(again)
    })
    const [first, ...others] = sums
    for (const other of others) code.get(first).get(other).op('f32x4.add').set(first)
    code.sum(result, [row, 4]).set(to)
    code.get(to)
    for (let lane = 0; lane < 4; lane++) {
      code.get(first).lane('f32x4.extract_lane', lane)
      if (lane > 0) code.op('f32.add')
    }
    code.store('f32.store')
  })
}
