/**
 * How a matrix product is computed: what a unit is, how its rows, columns and K are cut, and where packed values lie.
 * matmul.ts emits it.
 */
import { sizeOf } from '../../../base/index.ts'
import type { ContractionKernel } from '../../program.ts'
import type { Features } from '../features.ts'
import { viewsOf } from '../kernels/nest.ts'
import { ALIGNMENT, align } from '../memory.ts'
import type { Epilogue } from './epilogue.ts'
import { chooseTile, ELEMENT, NS_PER_STEP, roundUp, type Tile } from './tile.ts'

export type MatmulKernel = Extract<ContractionKernel, { op: 'matmul' }>

/** Rows of a panel of a packed A. */
export const PACKED_ROWS = 4
/** So few rows do not repay the packing of B. */
const FEW_ROWS = 4
/** A panel's piece of this many k (8 columns: 8 KiB) leaves room for the rows in a first cache of 32 KiB. */
const PIECE = 256
const LONGEST_PIECE = 384
/** Bytes of the blocks of A and B that a unit works on: together they fit a second cache of 512 KiB. */
const A_BYTES = 256 << 10
const B_BYTES = 96 << 10
const LARGEST_BLOCK = 256
/** A panel of B as large as this leaves the block of A no room in the second cache: K is gone through in stretches. */
const LONG_PANEL = 192 << 10
/**
 * What an epilogue reads and writes of a unit's results, with the sums, fits a first cache of 48 KiB: panel after panel comes
 * back to the same lines of memory, which else were fetched from afar as many times, and in strides that nothing foresees. An
 * Adam update of a gradient [16384, 128] takes half as long for it, one of [1024, 1024] behind 128 examples three quarters.
 */
const EPILOGUE_BYTES = 32 << 10
const FEWEST_EPILOGUE_ROWS = 16
/**
 * So many units are enough for any number of threads to share, and so long a unit is worth the call. Blocks become smaller for
 * it, but not so small that B is packed again for few rows, or packed from pieces of cache lines.
 */
const ENOUGH_UNITS = 64
const UNIT_NS = 4000
const FEWEST_ROWS = 128
const FEWEST_COLUMNS = 16
/** Of a long K, whose rows are fetched from afar: two lines of each. */
const FEWEST_LONG_COLUMNS = 32

export interface MatmulPlan {
  readonly products: number
  readonly m: number
  readonly n: number
  readonly k: number
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly tile: Tile
  /** Rows and columns of a block, and how many blocks there are. */
  readonly blockRows: number
  readonly blockColumns: number
  readonly rowBlocks: number
  readonly columnBlocks: number
  /** Length of a piece of K, but for the last. */
  readonly piece: number
  /** Length of a stretch of K, but for the last: a multiple of pieces; all of K where its panels stay in the cache. */
  readonly stretch: number
  /** Whether columns of B are packed; else they are read where they lie. */
  readonly packedColumns: boolean
  /** Whether the inner loop may store sums where they belong. */
  readonly direct: boolean
}

export function planMatmul(kernel: MatmulKernel, features: Features, epilogue: Epilogue): MatmulPlan {
  const { transposeA, transposeB } = kernel.attributes
  const products = sizeOf(kernel.shape.slice(0, -2))
  const [m, n] = kernel.shape.slice(-2)
  const k = kernel.operandShapes[0].at(transposeA ? -2 : -1) ?? 0
  const tile = chooseTile(features, m, n)
  const piece = k <= LONGEST_PIECE ? k : roundUp(Math.ceil(k / Math.ceil(k / PIECE)), 8)
  const packedColumns = transposeB || m > FEW_ROWS
  const isLong = packedColumns && k * tile.columns * ELEMENT > LONG_PANEL && m <= LARGEST_BLOCK
  const stretch = isLong ? piece : k
  const wanted = Math.min(ENOUGH_UNITS, (products * m * n * k * NS_PER_STEP) / UNIT_NS)
  const inCache = (bytes: number): number => bytes / (ELEMENT * Math.max(stretch, 1))
  const mostRows = Math.min(
    share(m, wanted / (products * Math.ceil(n / FEWEST_COLUMNS)), FEWEST_ROWS),
    epilogueRows(epilogue, kernel.shape.length, Math.min(n, LARGEST_BLOCK, inCache(B_BYTES))),
  )
  const [blockRows, rowBlocks] = blocks(m, Math.min(inCache(A_BYTES), mostRows), Math.max(tile.rows, PACKED_ROWS))
  const mostColumns = share(n, wanted / (products * rowBlocks), isLong ? FEWEST_LONG_COLUMNS : FEWEST_COLUMNS)
  const [blockColumns, columnBlocks] = blocks(n, Math.min(inCache(B_BYTES), mostColumns), tile.columns)
  const { plain } = epilogue
  const direct = plain?.strides.at(-1) === 1 && m % tile.rows === 0 && n % tile.columns === 0 && k > 0
  return {
    products,
    m,
    n,
    k,
    transposeA,
    transposeB,
    tile,
    blockRows,
    blockColumns,
    rowBlocks,
    columnBlocks,
    piece,
    stretch,
    packedColumns,
    direct,
  }
}

/** How many rows of so many columns an epilogue may have; sums that go straight to their place are few beside what makes them. */
function epilogueRows({ values, stores, plain }: Epilogue, rank: number, columns: number): number {
  if (plain !== undefined) return Number.POSITIVE_INFINITY
  const whole = viewsOf(values, stores).filter(({ strides }) => strides[rank - 1] !== 0 && strides[rank - 2] !== 0)
  const touched = new Set(whole.map(({ buffer }) => buffer)).size
  return Math.max(FEWEST_EPILOGUE_ROWS, EPILOGUE_BYTES / (ELEMENT * columns * Math.max(touched, 1)))
}

/** The size of a block where there are to be `count` of them: a multiple of `least`. */
function share(size: number, count: number, least: number): number {
  return Math.max(1, Math.floor(size / Math.max(count, 1) / least)) * least
}

/** Size and number of blocks of about the same size, none larger than `most`. */
function blocks(size: number, most: number, unit: number): [size: number, count: number] {
  const largest = Math.max(unit, Math.floor(Math.min(most, LARGEST_BLOCK) / unit) * unit)
  const count = Math.ceil(size / largest)
  return [roundUp(Math.ceil(size / Math.max(count, 1)), unit), count]
}

/** Bytes of the sums of a panel. */
export function sumBytes({ blockRows, tile }: MatmulPlan): number {
  return blockRows * tile.columns * ELEMENT
}

/** Bytes from panel to panel: a line more than a panel has, so that they do not all compete for the same lines of a cache. */
export function panelStride(k: number, columns: number): number {
  return align(k * columns * ELEMENT) + ALIGNMENT
}

export function panelBytes(k: number, size: number, columns: number): number {
  return Math.ceil(size / columns) * panelStride(k, columns)
}

/** Offsets of the rows of a full block, then of the last block; the last tile repeats the last row. */
export function rowTable({ k, blockRows, rowBlocks, transposeA, tile }: MatmulPlan, lastRows: number): Int32Array {
  const offset = (row: number): number =>
    transposeA
      ? Math.floor(row / PACKED_ROWS) * panelStride(k, PACKED_ROWS) + (row % PACKED_ROWS) * ELEMENT
      : row * k * ELEMENT
  const offsets = (rows: number): number[] =>
    Array.from({ length: roundUp(rows, tile.rows) }, (_, row) => offset(Math.min(row, rows - 1)))
  return Int32Array.from(rowBlocks > 1 ? [...offsets(blockRows), ...offsets(lastRows)] : offsets(lastRows))
}
