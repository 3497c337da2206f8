/**
 * The one inner loop of all contractions: a tile of `rows` x `columns` sums in registers.
 *
 *     out[r][c] (+)= sum over segments s, over k in 0..run: A[base + row[r] + segment[s] + k * step] * panel[(s * run + k) * columns + c]
 *
 * The A side is any set of rows, each with its own byte offset, walked along K in segments: a matrix product has one segment,
 * a convolution one for each row of its kernel ("implicit GEMM": no im2col in memory). The B side is a packed panel
 * (pack.ts): for every k the `columns` values of B stand side by side.
 *
 * Why it looks as it does: TurboFan moves all loads of a basic block to its top and the arithmetic behind them, so unrolled
 * steps would need more than the 16 registers. Every step therefore ends its basic block with a test for the end of the
 * run, which is also why a run may have any length. A step needs rows + columns / 4 operands, rows * columns / 4 sums and
 * one product: 4 x 8 and 2 x 16 take all 15 registers that V8 gives.
 */
import type { FunctionReference, Local } from '../code.ts'
import type { SharedFunctions } from '../kernel.ts'

export interface Tile {
  readonly rows: number
  /** A multiple of 4. */
  readonly columns: number
}

/** Steps between two updates of the row pointers. */
const UNROLL = 8
/** Bytes of a vector, and of an element. */
const VECTOR = 16
const ELEMENT = 4

/** What is left over of the last tiles of an M x N result is computed for nothing: the tile that wastes least. */
export function chooseTile(tiles: readonly Tile[], m: number, n: number): Tile {
  const cost = ({ rows, columns }: Tile): number => Math.ceil(m / rows) * rows * Math.ceil(n / columns) * columns
  return tiles.reduce((best, tile) => (cost(tile) < cost(best) ? tile : best))
}

/**
 * The function of a tile shape and a byte distance `step` between neighbours along K, with the parameters
 *
 * - base: address of A
 * - rows, rowsEnd: a table of byte offsets; its length must be a multiple of `tile.rows` and not 0
 * - segments, segmentsEnd: a table of byte offsets, not empty
 * - runBytes: bytes of the panel that one segment takes: its length times `columns * 4`, not 0
 * - panel: address of the packed B
 * - out, outStride: address of the first row of sums, bytes from row to row
 * - accumulate: 0 to store the sums, else to add them to what stands there
 */
export function tileFunction(shared: SharedFunctions, { rows, columns }: Tile, step: number): FunctionReference {
  const vectors = columns / 4
  const parameters = new Array<'i32'>(10).fill('i32')
  return shared.function(`tile ${rows}x${columns} step ${step}`, parameters, (code) => {
    const [base, row, rowsEnd, segments, segmentsEnd, runBytes, panel, out, outStride, accumulate] = code.parameters
    const sums = Array.from({ length: rows }, () => code.locals('v128', vectors))
    const starts = code.locals('i32', rows)
    const pointers = code.locals('i32', rows)
    const factors = code.locals('v128', vectors)
    const value = code.local('v128')
    const segment = code.local('i32')
    const b = code.local('i32')
    const runEnd = code.local('i32')

    const multiplyStep = (u: number): void => {
      factors.forEach((factor, v) => {
        code
          .get(b)
          .load('v128.load', (u * vectors + v) * VECTOR)
          .set(factor)
      })
      pointers.forEach((pointer, r) => {
        code
          .get(pointer)
          .load('v128.load32_splat', u * step)
          .set(value)
        factors.forEach((factor, v) => {
          const sum = sums[r][v]
          code.get(sum).get(value).get(factor).op('f32x4.mul').op('f32x4.add').set(sum)
        })
      })
    }

    const sumRun = (): void => {
      code.block((done) => {
        code.loop((again) => {
          for (let u = 0; u < UNROLL; u++) {
            multiplyStep(u)
            if (u === UNROLL - 1) continue
            code
              .get(b)
              .get(runEnd)
              .i32((u + 1) * columns * ELEMENT)
              .op('i32.sub')
              .op('i32.eq')
              .branchIf(done)
          }
          for (const pointer of pointers) code.increase(pointer, UNROLL * step)
          code.increase(b, UNROLL * columns * ELEMENT)
          code.get(b).get(runEnd).op('i32.ne').branchIf(again)
        })
      })
      code.get(runEnd).set(b)
    }

    const sumSegments = (): void => {
      code.loop((again) => {
        starts.forEach((start, r) => {
          code.get(start).get(segment).load('i32.load').op('i32.add').set(pointers[r])
        })
        code.get(b).get(runBytes).op('i32.add').set(runEnd)
        sumRun()
        code.increase(segment, ELEMENT)
        code.get(segment).get(segmentsEnd).op('i32.lt_u').branchIf(again)
      })
    }

    code.loop((again) => {
      starts.forEach((start, r) => {
        code
          .get(base)
          .get(row)
          .load('i32.load', r * ELEMENT)
          .op('i32.add')
          .set(start)
      })
      for (const sum of sums.flat()) code.f32x4(0).set(sum)
      code.get(panel).set(b).get(segments).set(segment)
      sumSegments()
      code.get(accumulate).if(() =>
        eachRow((address, r) => {
          sums[r].forEach((sum, v) => {
            code
              .get(address)
              .load('v128.load', v * VECTOR)
              .get(sum)
              .op('f32x4.add')
              .set(sum)
          })
        }),
      )
      eachRow((address, r) => {
        sums[r].forEach((sum, v) => {
          code
            .get(address)
            .get(sum)
            .store('v128.store', v * VECTOR)
        })
      })
      code.increase(row, rows * ELEMENT)
      code.get(out).get(outStride).i32(rows).op('i32.mul').op('i32.add').set(out)
      code.get(row).get(rowsEnd).op('i32.lt_u').branchIf(again)
    })

    function eachRow(visit: (address: Local, r: number) => void): void {
      const address = starts[0]
      code.get(out).set(address)
      for (let r = 0; r < rows; r++) {
        if (r > 0) code.increase(address, outStride)
        visit(address, r)
      }
    }
  })
}
