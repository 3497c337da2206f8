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
 * run, which is also why a run may have any length; in long runs most of the tests are idle. A step needs rows + columns / 4 operands, rows * columns / 4 sums and
 * one product: 4 x 8 and 2 x 16 take all 15 registers that V8 gives.
 */
import type { Code, FunctionReference, Label, Local } from '../code.ts'
import type { SharedFunctions } from '../kernel.ts'

export interface Tile {
  readonly rows: number
  /** A multiple of 4. */
  readonly columns: number
}

/** Steps between two updates of the row pointers: in rounds of a long run, in what they leave over, in a short run. */
const ROUND = 16
const REST = 4
const SHORT_ROUND = 8
const LONG_RUN = 24
/** Bytes of a vector, and of an element. */
const VECTOR = 16
const ELEMENT = 4

/** What is left over of the last tiles of an M x N result is computed for nothing: the tile that wastes least. */
export function chooseTile(tiles: readonly Tile[], m: number, n: number): Tile {
  const cost = ({ rows, columns }: Tile): number => Math.ceil(m / rows) * rows * Math.ceil(n / columns) * columns
  return tiles.reduce((best, tile) => (cost(tile) < cost(best) ? tile : best))
}

/** How the inner loop walks. */
export interface Walk {
  /** Bytes between neighbours along K on the A side. */
  readonly step: number
  /** The same on the B side; `columns * 4` for a packed panel. */
  readonly panelStep: number
  /** About how many steps a segment has; any number is right, but not as fast. */
  readonly run: number
}

/**
 * The function of a tile shape and a walk, with the parameters
 *
 * - base: address of A
 * - rows, rowsEnd: a table of byte offsets; its length must be a multiple of `tile.rows` and not 0
 * - segments, segmentsEnd: a table of byte offsets, not empty
 * - runBytes: bytes of the B side that one segment takes: its length times `panelStep`, not 0
 * - panel: address of the B side
 * - out, outStride: address of the first row of sums, bytes from row to row
 * - accumulate: 0 to store the sums, else to add them to what stands there
 */
export function tileFunction(shared: SharedFunctions, tile: Tile, { step, panelStep, run }: Walk): FunctionReference {
  const { rows, columns } = tile
  const isLong = run >= LONG_RUN
  const parameters = new Array<'i32'>(10).fill('i32')
  return shared.function(
    `tile ${rows}x${columns} ${isLong ? 'long' : 'short'} ${step} ${panelStep}`,
    parameters,
    (code) => {
      const [base, row, rowsEnd, segments, segmentsEnd, runBytes, panel, out, outStride, accumulate] = code.parameters
      const sums = new TileSums(code, tile)
      const starts = code.locals('i32', rows)
      const pointers = code.locals('i32', rows)
      const segment = code.local('i32')
      const b = code.local('i32')
      const runEnd = code.local('i32')
      const lastRound = code.local('i32')

      /** `count` steps; `endStep(u)` ends the basic block of the u-th of them. */
      const steps = (count: number, endStep: (u: number) => void): void => {
        for (let u = 0; u < count; u++) {
          sums.step(pointers, u * step, b, u * panelStep)
          if (u < count - 1) endStep(u + 1)
        }
        for (const pointer of pointers) code.increase(pointer, count * step)
        code.increase(b, count * panelStep)
      }

      /** As many whole rounds as there are; the tests that end their steps are never true, for no panel stands so low. */
      const sumRounds = (done: Label): void => {
        code.sum(runEnd, [ROUND, -panelStep]).set(lastRound)
        code.get(b).get(lastRound).op('i32.le_u')
        code.if(() => {
          code.loop((again) => {
            steps(ROUND, (u) => code.get(b).i32(u).op('i32.eq').branchIf(done))
            code.get(b).get(lastRound).op('i32.le_u').branchIf(again)
          })
        })
        code.get(b).get(runEnd).op('i32.eq').branchIf(done)
      }

      const sumRun = (): void => {
        code.block((done) => {
          if (isLong) sumRounds(done)
          code.loop((again) => {
            steps(isLong ? REST : SHORT_ROUND, (u) =>
              code.get(b).sum(runEnd, [u, -panelStep]).op('i32.eq').branchIf(done),
            )
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
          code.sum(b, [runBytes, 1]).set(runEnd)
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
        sums.clear()
        code.get(panel).set(b).get(segments).set(segment)
        sumSegments()
        code.get(accumulate).if(() => sums.add(out, outStride))
        sums.store(out, outStride)
        code.increase(row, rows * ELEMENT)
        code.sum(out, [outStride, rows]).set(out)
        code.get(row).get(rowsEnd).op('i32.lt_u').branchIf(again)
      })
    },
  )
}

/**
 * The same for a K so short that it is written out: `offsets` are the byte offsets on the A side, one for each k; B is a
 * packed panel. Parameters: base, rows, rowsEnd, panel, out, outStride.
 */
export function shortTileFunction(shared: SharedFunctions, tile: Tile, offsets: readonly number[]): FunctionReference {
  const { rows, columns } = tile
  const parameters = new Array<'i32'>(6).fill('i32')
  return shared.function(`tile ${rows}x${columns} at ${offsets}`, parameters, (code) => {
    const [base, row, rowsEnd, panel, out, outStride] = code.parameters
    const sums = new TileSums(code, tile)
    const pointers = code.locals('i32', rows)
    code.loop((again) => {
      pointers.forEach((pointer, r) => {
        code
          .get(base)
          .get(row)
          .load('i32.load', r * ELEMENT)
          .op('i32.add')
          .set(pointer)
      })
      sums.clear()
      code.block((done) => {
        offsets.forEach((offset, k) => {
          sums.step(pointers, offset, panel, k * columns * ELEMENT)
          // Never true (no panel stands so low); it ends the basic block.
          code
            .get(panel)
            .i32(k + 1)
            .op('i32.eq')
            .branchIf(done)
        })
      })
      sums.store(out, outStride)
      code.increase(row, rows * ELEMENT)
      code.sum(out, [outStride, rows]).set(out)
      code.get(row).get(rowsEnd).op('i32.lt_u').branchIf(again)
    })
  })
}

/** The registers of a tile. */
class TileSums {
  private readonly code: Code
  private readonly sums: readonly (readonly Local[])[]
  private readonly factors: readonly Local[]
  private readonly value: Local
  private readonly address: Local

  constructor(code: Code, { rows, columns }: Tile) {
    this.code = code
    this.sums = Array.from({ length: rows }, () => code.locals('v128', columns / 4))
    this.factors = code.locals('v128', columns / 4)
    this.value = code.local('v128')
    this.address = code.local('i32')
  }

  clear(): void {
    for (const sum of this.sums.flat()) this.code.f32x4(0).set(sum)
  }

  /** One k: adds the products of an element of each row and the vectors of the panel. */
  step(rows: readonly Local[], rowOffset: number, panel: Local, panelOffset: number): void {
    const { code, factors, value } = this
    factors.forEach((factor, v) => {
      code
        .get(panel)
        .load('v128.load', panelOffset + v * VECTOR)
        .set(factor)
    })
    rows.forEach((row, r) => {
      code.get(row).load('v128.load32_splat', rowOffset).set(value)
      factors.forEach((factor, v) => {
        const sum = this.sums[r][v]
        code.get(sum).get(value).get(factor).op('f32x4.mul').op('f32x4.add').set(sum)
      })
    })
  }

  /** Adds what stands in memory. */
  add(out: Local, stride: Local): void {
    this.eachVector(out, stride, (sum, offset) => {
      this.code.get(this.address).load('v128.load', offset).get(sum).op('f32x4.add').set(sum)
    })
  }

  store(out: Local, stride: Local): void {
    this.eachVector(out, stride, (sum, offset) => {
      this.code.get(this.address).get(sum).store('v128.store', offset)
    })
  }

  private eachVector(out: Local, stride: Local, visit: (sum: Local, offset: number) => void): void {
    this.code.get(out).set(this.address)
    this.sums.forEach((row, r) => {
      if (r > 0) this.code.increase(this.address, stride)
      row.forEach((sum, v) => {
        visit(sum, v * VECTOR)
      })
    })
  }
}
