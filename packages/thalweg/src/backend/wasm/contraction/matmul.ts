/**
 * Matrix products, plain, transposed and batched: [...B, M, K] x [...B, K, N] -> [...B, M, N].
 *
 * A transposed A is packed first, a plain one is read where it lies. A unit is a block of rows by a block of columns of one
 * product. Its columns of B are packed into private memory, and kept while units share them. Then, panel by panel, the inner loop runs
 * over all rows of the block, K in pieces so that a piece of the panel stays in the first cache.
 *
 * A K so long that not even a panel of B stays in a cache (a dense layer behind large images) is gone through in stretches, where
 * the rows are few: a stretch of all columns of the unit is packed, read in the order of memory, and used by all rows before
 * the next. The sums of all panels wait for it, and are added up in the same order as ever: the bits are the same.
 */
import { type Shape, sizeOf } from '../../../base/index.ts'
import type { ContractionKernel } from '../../program.ts'
import type { Code, Int, Local } from '../code.ts'
import type { Features } from '../features.ts'
import type { EmittedKernel, Pointer, SharedFunctions, Stage, StageParameters } from '../kernel.ts'
import { viewsOf } from '../kernels/nest.ts'
import { ALIGNMENT, align } from '../memory.ts'
import { Registers } from '../terms.ts'
import { type Epilogue, emitEpilogue, emitZeros, epilogueOf } from './epilogue.ts'
import { packColumns, packRows } from './pack.ts'
import { chooseTile, ELEMENT, NS_PER_PACKED, NS_PER_STEP, NS_PER_SUM, type Tile } from './tile.ts'
import { walkSegments } from './walk.ts'

type MatmulKernel = Extract<ContractionKernel, { op: 'matmul' }>

/** Rows of a panel of a packed A, and rows that are packed at once. */
const PACKED_ROWS = 4
const PACK_UNIT = 16
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

interface Plan {
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

export function emitMatmul(kernel: MatmulKernel, features: Features): EmittedKernel {
  const epilogue = epilogueOf(kernel)
  const plan = planMatmul(kernel, features, epilogue)
  const { products, m, n, k, blockRows, rowBlocks, blockColumns, columnBlocks, tile, transposeA } = plan
  if (products * m * n === 0) return { stages: [], scratchBytes: 0, privateBytes: 0 }
  const packedA: Pointer = { kind: 'scratch', offset: 0 }
  const a: Pointer = { kind: 'buffer', buffer: kernel.operands[0] }
  const block = plan.packedColumns ? panelBytes(plan.stretch, blockColumns, tile.columns) : 0
  const panelsAtOnce = plan.stretch < k ? Math.ceil(blockColumns / tile.columns) : 1
  const { values, stores } = epilogue
  const multiply: Stage = {
    name: `${kernel.label} matmul`,
    units: products * rowBlocks * columnBlocks,
    together: rowBlocks,
    work: products * m * n * (k * NS_PER_STEP + NS_PER_SUM),
    pointers: [
      transposeA ? packedA : a,
      { kind: 'buffer', buffer: kernel.operands[1] },
      { kind: 'table', data: rowTable(plan, m - (rowBlocks - 1) * blockRows) },
      { kind: 'private', offset: 0 },
      { kind: 'private', offset: block },
      ...epilogue.pointers,
    ],
    key: JSON.stringify(['matmul', plan, kernel.shape, values, stores]),
    emit: (code, parameters, shared) => emitUnits(code, parameters, shared, plan, kernel.shape.slice(0, -2), epilogue),
  }
  const privateBytes = block + (plan.direct ? 0 : align(panelsAtOnce * sumBytes(plan)))
  if (!transposeA || k === 0) return { stages: [multiply], scratchBytes: 0, privateBytes }
  const pack: Stage = {
    name: `${kernel.label} matmul pack`,
    units: products * Math.ceil(m / PACK_UNIT),
    work: products * m * k * NS_PER_PACKED,
    pointers: [a, packedA],
    key: JSON.stringify(['matmul pack', products, m, k]),
    emit: (code, parameters, shared) => emitPack(code, parameters, shared, m, k),
  }
  return { stages: [pack, multiply], scratchBytes: products * panelBytes(k, m, PACKED_ROWS), privateBytes }
}

function planMatmul(kernel: MatmulKernel, features: Features, epilogue: Epilogue): Plan {
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

/** Bytes of the sums of a panel. */
function sumBytes({ blockRows, tile }: Plan): number {
  return blockRows * tile.columns * ELEMENT
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

export function roundUp(size: number, unit: number): number {
  return Math.ceil(size / unit) * unit
}

/** Bytes from panel to panel: a line more than a panel has, so that they do not all compete for the same lines of a cache. */
function panelStride(k: number, columns: number): number {
  return align(k * columns * ELEMENT) + ALIGNMENT
}

function panelBytes(k: number, size: number, columns: number): number {
  return Math.ceil(size / columns) * panelStride(k, columns)
}

/** Offsets of the rows of a full block, then of the last block; the last tile repeats the last row. */
function rowTable({ k, blockRows, rowBlocks, transposeA, tile }: Plan, lastRows: number): Int32Array {
  const offset = (row: number): number =>
    transposeA
      ? Math.floor(row / PACKED_ROWS) * panelStride(k, PACKED_ROWS) + (row % PACKED_ROWS) * ELEMENT
      : row * k * ELEMENT
  const offsets = (rows: number): number[] =>
    Array.from({ length: roundUp(rows, tile.rows) }, (_, row) => offset(Math.min(row, rows - 1)))
  return Int32Array.from(rowBlocks > 1 ? [...offsets(blockRows), ...offsets(lastRows)] : offsets(lastRows))
}

/** A transposed A, packed as panels of rows: a unit is as many rows as share the lines of the source. */
function emitPack(
  code: Code,
  { start, end, pointers: [a, packedA] }: StageParameters,
  shared: SharedFunctions,
  m: number,
  k: number,
): void {
  const units = Math.ceil(m / PACK_UNIT)
  const unit = code.local('i32')
  const product = code.local('i32')
  const row = code.local('i32')
  const rows = code.local('i32')
  code.for(unit, start, end, 1, () => {
    code.get(unit).i32(units).op('i32.div_u').set(product)
    code.get(unit).i32(units).op('i32.rem_u').i32(PACK_UNIT).op('i32.mul').set(row)
    atMost(code, m, row, PACK_UNIT, rows)
    code.sum(a, [product, m * k * ELEMENT], [row, ELEMENT]).ints(m * ELEMENT, k, rows)
    code.sum(packedA, ...packedPlace(m, k, product, row)).i32(panelStride(k, PACKED_ROWS))
    code.call(packRows(shared, PACKED_ROWS))
  })
}

/** Where a row of a packed A begins, as terms of a sum; `row` must be the first of its panel. */
function packedPlace(m: number, k: number, product: Local, row: Local): (readonly [Int, number])[] {
  return [
    [product, panelBytes(k, m, PACKED_ROWS)],
    [row, panelStride(k, PACKED_ROWS) / PACKED_ROWS],
  ]
}

function emitUnits(
  code: Code,
  { start, end, pointers }: StageParameters,
  shared: SharedFunctions,
  plan: Plan,
  batchShape: Shape,
  epilogue: Epilogue,
): void {
  const {
    m,
    n,
    k,
    tile,
    transposeA,
    transposeB,
    blockRows,
    blockColumns,
    rowBlocks,
    columnBlocks,
    piece,
    stretch,
    packedColumns,
  } = plan
  const isLong = stretch < k
  const [a, b, table, packedB, block, ...own] = pointers
  const registers = new Registers(code)
  const step = transposeA ? PACKED_ROWS * ELEMENT : ELEMENT
  const panelStep = packedColumns ? tile.columns * ELEMENT : n * ELEMENT
  const tileSums = walkSegments(shared, tile, { a: step, b: panelStep }, Math.min(k, piece))
  const unit = code.local('i32')
  const product = code.local('i32')
  const batch = code.locals('i32', batchShape.length)
  const row = code.local('i32')
  const column = code.local('i32')
  const rows = code.local('i32')
  const width = code.local('i32')
  const tableStart = code.local('i32')
  const tableEnd = code.local('i32')
  const aBlock = code.local('i32')
  const packed = code.local('i32')
  const panel = code.local('i32')
  const out = code.local('i32')
  const first = code.local('i32')
  const from = code.local('i32')
  const part = code.local('i32')
  const stretchStart = code.local('i32')
  const stretchEnd = code.local('i32')

  code.i32(-1).set(packed)
  code.for(unit, start, end, 1, () => {
    place()
    if (isLong) sumStretches()
    else sumPanels()
  })

  function sumPanels(): void {
    code.i32(0).set(stretchStart).i32(k).set(stretchEnd)
    if (k > 0 && packedColumns) keepPacked()
    code.for(first, 0, width, tile.columns, () => {
      placeOut()
      if (k > 0) multiply()
      else emitZeros(code, block, sumBytes(plan))
      if (!plan.direct) finish()
    })
  }

  function sumStretches(): void {
    code.for(stretchStart, 0, k, stretch, () => {
      atMost(code, k, stretchStart, stretch, stretchEnd)
      pack(stretchEnd)
      code.increase(stretchEnd, stretchStart)
      code.for(first, 0, width, tile.columns, () => {
        placeOut()
        multiply()
      })
    })
    if (plan.direct) return
    code.for(first, 0, width, tile.columns, () => {
      placeOut()
      finish()
    })
  }

  /** Which product, rows and columns the unit is. */
  function place(): void {
    const rest = part
    code.get(unit).i32(rowBlocks).op('i32.rem_u').i32(blockRows).op('i32.mul').set(row)
    code.get(unit).i32(rowBlocks).op('i32.div_u').tee(rest)
    code.i32(columnBlocks).op('i32.rem_u').i32(blockColumns).op('i32.mul').set(column)
    code.get(rest).i32(columnBlocks).op('i32.div_u').tee(product).set(rest)
    for (let axis = batchShape.length - 1; axis >= 0; axis--) {
      code.get(rest).i32(batchShape[axis]).op('i32.rem_u').set(batch[axis])
      code.get(rest).i32(batchShape[axis]).op('i32.div_u').set(rest)
    }
    atMost(code, m, row, blockRows, rows)
    atMost(code, n, column, blockColumns, width)
    const placeA: (readonly [Int, number])[] = transposeA
      ? packedPlace(m, k, product, row)
      : [
          [product, m * k * ELEMENT],
          [row, k * ELEMENT],
        ]
    code.sum(a, ...placeA).set(aBlock)
    // The table of the last block follows that of the full ones.
    const lastRow = (rowBlocks - 1) * blockRows
    code
      .get(row)
      .i32(lastRow)
      .op('i32.eq')
      .i32(lastRow === 0 ? 0 : blockRows * ELEMENT)
      .op('i32.mul')
    code.get(table).op('i32.add').set(tableStart)
    code
      .get(rows)
      .i32(tile.rows - 1)
      .op('i32.add')
      .i32(tile.rows)
      .op('i32.div_u')
      .set(rest)
    code.sum(tableStart, [rest, tile.rows * ELEMENT]).set(tableEnd)
  }

  function keepPacked(): void {
    // The same as for the unit before where only the rows differ.
    code.get(unit).i32(rowBlocks).op('i32.div_u').get(packed).op('i32.ne')
    code.if(() => {
      code.get(unit).i32(rowBlocks).op('i32.div_u').set(packed)
      pack(k)
    })
  }

  /** So many steps along K from the beginning of the stretch. */
  function pack(depth: Int): void {
    const along = (transposeB ? 1 : n) * ELEMENT
    code.sum(b, [product, k * n * ELEMENT], [column, (transposeB ? k : 1) * ELEMENT], [stretchStart, along])
    code.ints((transposeB ? k : n) * ELEMENT, depth, width, packedB, panelStride(stretch, tile.columns))
    code.call(transposeB ? packColumns(shared, tile.columns) : packRows(shared, tile.columns))
  }

  /** Where the sums of the panel go. */
  function placeOut(): void {
    const { plain } = epilogue
    if (!plan.direct || plain === undefined) {
      if (isLong) code.sum(block, [first, sumBytes(plan) / tile.columns])
      else code.get(block)
      code.set(out)
      return
    }
    const outer = [...batch, row].map((index, axis) => [index, plain.strides[axis] * ELEMENT] as const)
    code.sum(own[0], [plain.offset, ELEMENT], ...outer, [column, ELEMENT], [first, ELEMENT]).set(out)
  }

  function multiply(): void {
    const columnBytes = tile.columns * ELEMENT
    const outStride = plan.direct ? (epilogue.plain?.strides.at(-2) ?? 0) * ELEMENT : columnBytes
    if (packedColumns) code.sum(packedB, [first, panelStride(stretch, tile.columns) / tile.columns]).set(panel)
    else code.sum(b, [product, k * n * ELEMENT], [column, ELEMENT], [first, ELEMENT]).set(panel)
    code.get(stretchStart).set(from)
    code.forRest(from, stretchEnd, piece, () => {
      code.sum(aBlock, [from, step])
      // One segment at offset 0, which is what the table of rows begins with.
      code.get(tableStart).get(tableEnd).get(table).sum(table, [1, ELEMENT])
      atMost(code, k, from, piece, part)
      code.sum(0, [part, panelStep]).get(panel)
      code.get(out).i32(outStride).get(from).call(tileSums)
      code.sum(panel, [piece, panelStep]).set(panel)
    })
  }

  function finish(): void {
    registers.scope(() => {
      const blockColumn = registers.take('i32')
      const left = registers.take('i32')
      code.sum(column, [first, 1]).set(blockColumn)
      code.get(width).get(first).op('i32.sub').set(left)
      emitEpilogue(registers, epilogue, own, {
        sums: out,
        columns: tile.columns,
        rows: [{ axis: batch.length, count: rows, step: 1, start: row }],
        columnAxis: batch.length + 1,
        column: blockColumn,
        width: left,
        lastWidth: n % tile.columns,
        fixed: batch.map((index, axis) => ({ axis, index })),
      })
    })
  }
}

/** into = min(most, size - at) */
export function atMost(code: Code, size: number, at: Local, most: Int, into: Local): void {
  code.i32(size).get(at).op('i32.sub').set(into)
  code.int(most).get(into).int(most).get(into).op('i32.lt_s').op('select').set(into)
}
