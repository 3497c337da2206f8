/**
 * Tiles of sums in registers, the inner loop of all contractions:
 *
 *     out[r][c] (+)= sum over k of A[base + row[r] + place(k)] * B[panel + k * panelStep + c]
 *
 * The A side is any set of rows, each with its own byte offset, all walked along K in the same way (walk.ts): a matrix
 * product walks straight on, a convolution in segments, one for each row of its kernel ("implicit GEMM": no im2col in
 * memory). The B side is as a rule a packed panel (pack.ts): for every k the `columns` values of B stand side by side.
 *
 * Why it looks as it does: V8's older compiler moves all loads of a basic block to its top and the arithmetic behind them,
 * so unrolled steps would need more than the 16 registers. There every step ends its basic block with a test, which either
 * finds the end of the run or is idle (a fence). A step needs rows + columns / 4 operands, rows * columns / 4 sums and one
 * product: 4 x 8 and 2 x 16 take all 15 registers that V8 gives; 4 x 4 is for results of few columns. Where neighbouring
 * vectors are paired into one of 256 bits (wide.ts), 4 x 16 is what 4 x 8 is else.
 */
import type { Code, Label, Local } from '../code.ts'
import type { Features } from '../features.ts'

export interface Tile {
  readonly rows: number
  /** A multiple of 4. */
  readonly columns: number
  /** Whether each step must end its basic block: see above. */
  readonly fenced: boolean
  /** Whether a product is added with one rounding. */
  readonly fused: boolean
  /** Each column has an A of its own, beside that of the column before; there are 4. */
  readonly depthwise?: true
}

export function depthwiseTile({ hoistsLoads, relaxedMadd }: Features): Tile {
  return { rows: 4, columns: 4, fenced: hoistsLoads, fused: relaxedMadd, depthwise: true }
}

/** For the keys of functions; all tiles of a module are fenced, or none, and so with fused. */
export function tileName({ rows, columns, depthwise }: Tile): string {
  return `${depthwise ? 'depthwise tile' : 'tile'} ${rows}x${columns}`
}

/** Bytes of a vector, and of an element. */
const VECTOR = 16
export const ELEMENT = 4
/** What a multiplication and addition, an element of the result, a packed element take about. */
export const NS_PER_STEP = 0.05
export const NS_PER_SUM = 0.5
export const NS_PER_PACKED = 0.5
/** Instructions of a step beside loads and arithmetic. */
const STEP_OVERHEAD = 3

/**
 * The tile that takes fewest instructions for an M x N result: what is left over of the last tiles is computed for nothing,
 * and a small tile loads more for each product.
 */
export function chooseTile({ tiles, hoistsLoads, relaxedMadd, wide }: Features, m: number, n: number): Tile {
  const cost = ({ rows, columns }: Features['tiles'][number]): number => {
    const vectors = Math.ceil(columns / (wide ? 8 : 4))
    const step = rows + vectors + (relaxedMadd ? 1 : 2) * rows * vectors + STEP_OVERHEAD
    return Math.ceil(m / rows) * Math.ceil(n / columns) * step
  }
  const best = tiles.reduce((known, tile) => (cost(tile) < cost(known) ? tile : known))
  return { ...best, fenced: hoistsLoads, fused: relaxedMadd }
}

/** Where tiles come from and go to; all are parameters of the function, and some of them move on. */
export interface TileParameters {
  /** Address of A. */
  readonly base: Local
  /** A table of byte offsets; its length must be a multiple of `tile.rows` and not 0. */
  readonly rows: Local
  readonly rowsEnd: Local
  /** Address of the first row of sums, and bytes from row to row. */
  readonly out: Local
  readonly outStride: Local
  /** 0 to store the sums, else to add them to what stands there. Without it they are stored. */
  readonly accumulate?: Local
}

/** Computes tile after tile. `sumK` adds up all products of the rows that begin at `starts`; it may not change them. */
export function emitTiles(
  code: Code,
  tile: Tile,
  { base, rows, rowsEnd, out, outStride, accumulate }: TileParameters,
  sumK: (sums: TileSums, starts: readonly Local[]) => void,
): void {
  const sums = new TileSums(code, tile)
  const starts = code.locals('i32', tile.rows)
  code.loop((again) => {
    starts.forEach((start, r) => {
      code.get(base).get(rows)
      code
        .load('i32.load', r * ELEMENT)
        .op('i32.add')
        .set(start)
    })
    sums.clear()
    sumK(sums, starts)
    if (accumulate !== undefined) code.get(accumulate).if(() => sums.add(out, outStride))
    sums.store(out, outStride)
    code.increase(rows, tile.rows * ELEMENT)
    code.sum(out, [outStride, tile.rows]).set(out)
    code.get(rows).get(rowsEnd).op('i32.lt_u').branchIf(again)
  })
}

/**
 * Ends the basic block of a step, where that is needed. The branch is never taken: nothing lies at the first addresses of
 * memory. `u` must be 1 or more, and differ from step to step, or the compiler finds out.
 */
export function fence(code: Code, { fenced }: Tile, panel: Local, u: number, never: Label): void {
  if (!fenced) return
  code.get(panel).i32(u).op('i32.eq').branchIf(never)
}

/** The registers of a tile. */
export class TileSums {
  private readonly code: Code
  private readonly sums: readonly (readonly Local[])[]
  private readonly factors: readonly Local[]
  private readonly value: Local
  private readonly address: Local
  private readonly load: 'v128.load' | 'v128.load32_splat'
  private readonly fused: boolean

  constructor(code: Code, { rows, columns, depthwise, fused }: Tile) {
    this.code = code
    this.fused = fused
    this.load = depthwise ? 'v128.load' : 'v128.load32_splat'
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
      code.get(row).load(this.load, rowOffset).set(value)
      factors.forEach((factor, v) => {
        const sum = this.sums[r][v]
        if (this.fused) code.get(value).get(factor).get(sum).op('f32x4.relaxed_madd').set(sum)
        else code.get(sum).get(value).get(factor).op('f32x4.mul').op('f32x4.add').set(sum)
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

export function roundUp(size: number, unit: number): number {
  return Math.ceil(size / unit) * unit
}
