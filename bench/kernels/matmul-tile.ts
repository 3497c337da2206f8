/** The loop along K of a tile of 4 rows by 8 columns: versions 4 and 5. */
import type { Code, Local } from '../../packages/thalweg/src/backend/wasm/code.ts'

const ROWS = 4
const VECTORS = 2
const VECTOR = 16

export interface TileAddresses {
  /** The first of four rows of A, and bytes from row to row. */
  readonly row: Local
  readonly rowBytes: number
  /** Eight columns of B, and bytes from one k to the next. */
  readonly panel: Local
  readonly panelStep: number
  readonly k: number
  readonly out: Local
  readonly outStride: number
}

/** Moves `row` and `panel` on. */
export function emitTile(code: Code, { row, rowBytes, panel, panelStep, k, out, outStride }: TileAddresses): void {
  const sums = Array.from({ length: ROWS }, () => code.locals('v128', VECTORS))
  const factors = code.locals('v128', VECTORS)
  const value = code.local('v128')
  const p = code.local('i32')
  for (const sum of sums.flat()) code.f32x4(0).set(sum)
  code.for(p, 0, k, 1, () => {
    factors.forEach((factor, v) => {
      code
        .get(panel)
        .load('v128.load', v * VECTOR)
        .set(factor)
    })
    sums.forEach((own, r) => {
      code
        .get(row)
        .load('v128.load32_splat', r * rowBytes)
        .set(value)
      own.forEach((sum, v) => {
        code.get(sum).get(value).get(factors[v]).op('f32x4.mul').op('f32x4.add').set(sum)
      })
    })
    code.increase(row, 4).increase(panel, panelStep)
  })
  sums.forEach((own, r) => {
    own.forEach((sum, v) => {
      code
        .get(out)
        .get(sum)
        .store('v128.store', r * outStride + v * VECTOR)
    })
  })
}
