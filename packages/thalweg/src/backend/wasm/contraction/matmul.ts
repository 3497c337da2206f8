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
import type { Shape } from '../../../base/index.ts'
import type { Code, Int, Local } from '../code.ts'
import type { Features } from '../features.ts'
import type { EmittedKernel, Pointer, SharedFunctions, Stage, StageParameters } from '../kernel.ts'
import { align } from '../memory.ts'
import { Registers } from '../terms.ts'
import { type Epilogue, emitEpilogue, emitZeros, epilogueOf } from './epilogue.ts'
import {
  type MatmulKernel,
  type MatmulPlan,
  PACKED_ROWS,
  panelBytes,
  panelStride,
  planMatmul,
  rowTable,
  sumBytes,
} from './matmul-plan.ts'
import { packColumns, packRows } from './pack.ts'
import { ELEMENT, NS_PER_PACKED, NS_PER_STEP, NS_PER_SUM } from './tile.ts'
import { walkSegments } from './walk.ts'

/** Rows of A that are packed at once. */
const PACK_UNIT = 16

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
  plan: MatmulPlan,
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
