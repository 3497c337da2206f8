/**
 * Convolutions with a 3x3 kernel, and their gradients by the image, by Winograd's minimal filtering (winograd.ts). Weights
 * are packed into panels as ever, then each panel becomes 16. A unit is a band of tiles of an image, or several images: its
 * sources are transformed once, into 16 planes of tiles by channels; then, panel by panel, 16 matrix products are summed up in
 * the inner loop of all contractions (tile.ts), and turned into results while they are in the cache.
 */
import type { ContractionKernel } from '../../program.ts'
import type { Code, Local } from '../code.ts'
import type { EmittedKernel, Pointer, SharedFunctions, Stage, StageParameters } from '../kernel.ts'
import { Registers } from '../terms.ts'
import { type Epilogue, emitEpilogue } from './epilogue.ts'
import { atMost } from './matmul.ts'
import { ELEMENT, NS_PER_PACKED, NS_PER_STEP, NS_PER_SUM } from './tile.ts'
import { MOST_WRITTEN_OUT, walkEvenly, walkSegments } from './walk.ts'
import { panelPacker } from './weights.ts'
import { TILE_PRODUCTS, TILE_RESULTS, transformSums, transformTaps } from './winograd.ts'
import type { WinogradPlan } from './winograd-plan.ts'
import { copyBytes, emitSources, planeBytes } from './winograd-sources.ts'

type Kernel = Extract<ContractionKernel, { op: 'conv2d' | 'conv2dImageGrad' }>

const TAPS = 9

/** Bytes from plane to plane: of transformed sources, of sums, of a panel of weights. */
function planes({ tiles, inputs, tile }: WinogradPlan): { source: number; sums: number; panel: number } {
  return {
    source: planeBytes(tiles, inputs),
    sums: planeBytes(tiles, tile.columns),
    panel: inputs * tile.columns * ELEMENT,
  }
}

export function emitWinograd(kernel: Kernel, plan: WinogradPlan, epilogue: Epilogue): EmittedKernel {
  const { window, tile, inputs, outputs, tileRows, tileColumns, bands, unitImages } = plan
  const { values, stores } = epilogue
  const { source, sums, panel } = planes(plan)
  const panels = Math.ceil(outputs / tile.columns)
  const band = copyBytes(plan)
  const block = plan.direct ? 0 : TILE_RESULTS * tileColumns * TILE_RESULTS * tile.columns * ELEMENT
  const offsets = { copy: 0, sources: band, sums: band + TILE_PRODUCTS * source }
  const weights: Pointer = { kind: 'buffer', buffer: kernel.operands[1] }
  const packed: Pointer = { kind: 'scratch', offset: 0 }
  const allTiles = window.images * tileRows * tileColumns
  const pack: Stage = {
    name: `${kernel.label} ${kernel.op} pack`,
    units: panels,
    work: panels * (TAPS + TILE_PRODUCTS) * inputs * tile.columns * NS_PER_PACKED,
    pointers: [weights, packed, { kind: 'private', offset: 0 }],
    key: JSON.stringify(['winograd pack', kernel.op, window, tile]),
    emit: (code, parameters, shared) => emitPack(code, parameters, shared, plan, kernel.op === 'conv2dImageGrad'),
  }
  const multiply: Stage = {
    name: `${kernel.label} ${kernel.op} winograd`,
    units: bands > 1 ? window.images * bands : Math.ceil(window.images / unitImages),
    work: allTiles * TILE_PRODUCTS * (inputs * outputs * NS_PER_STEP + (inputs + outputs) * NS_PER_SUM),
    pointers: [
      { kind: 'buffer', buffer: kernel.operands[0] },
      packed,
      {
        kind: 'table',
        data: Int32Array.from({ length: plan.tiles }, (_, tileNumber) => tileNumber * inputs * ELEMENT),
      },
      { kind: 'private', offset: offsets.copy },
      { kind: 'private', offset: offsets.sources },
      { kind: 'private', offset: offsets.sums },
      ...epilogue.pointers,
    ],
    key: JSON.stringify(['winograd', plan, values, stores]),
    emit: (code, parameters, shared) => emitUnits(code, parameters, shared, plan, epilogue),
  }
  const multiplyBytes = offsets.sums + TILE_PRODUCTS * sums + block
  return {
    stages: [pack, multiply],
    scratchBytes: panels * TILE_PRODUCTS * panel,
    privateBytes: Math.max(multiplyBytes, TAPS * panel),
  }
}

/** A unit is one panel. */
function emitPack(
  code: Code,
  { start, end, pointers: [weights, packed, taps] }: StageParameters,
  shared: SharedFunctions,
  plan: WinogradPlan,
  transposed: boolean,
): void {
  const { panel } = planes(plan)
  const unit = code.local('i32')
  const column = code.local('i32')
  const packPanel = panelPacker(code, shared, plan, transposed)
  code.for(unit, start, end, 1, () => {
    code.sum(0, [unit, plan.tile.columns]).set(column)
    packPanel({ weights, group: 0, column, to: taps })
    code.get(taps).sum(packed, [unit, TILE_PRODUCTS * panel])
    code.i32(panel).call(transformTaps(shared, panel))
  })
}

function emitUnits(
  code: Code,
  { start, end, pointers }: StageParameters,
  shared: SharedFunctions,
  plan: WinogradPlan,
  epilogue: Epilogue,
): void {
  const { window, tile, inputs, outputs, tileRows, tileColumns, bandRows, bands, unitImages } = plan
  const [image, weights, table, copy, sources, sums, ...own] = pointers
  const registers = new Registers(code)
  const { source: sourcePlane, sums: sumPlane } = planes(plan)
  const columnBytes = tile.columns * ELEMENT

  const unit = code.local('i32')
  const firstImage = code.local('i32')
  const lastImage = code.local('i32')
  const number = code.local('i32')
  const firstRow = code.local('i32')
  const rows = code.local('i32')
  const row = code.local('i32')
  const from = code.local('i32')
  const to = code.local('i32')
  const tablesEnd = code.local('i32')
  const column = code.local('i32')
  const panel = code.local('i32')
  const product = code.local('i32')
  const block = code.local('i32')

  code.for(unit, start, end, 1, () => {
    place()
    emitSources(registers, shared, plan, sourcePlane, { image, copy, sources, firstImage, lastImage, firstRow, rows })
    // As many rows of sums as there are tiles, filled up; what stands in the rest is never looked at.
    code.get(lastImage).get(firstImage).op('i32.sub').get(rows).op('i32.mul').i32(tileColumns).op('i32.mul')
    code
      .i32(tile.rows - 1)
      .op('i32.add')
      .i32(tile.rows)
      .op('i32.div_u')
      .i32(tile.rows * ELEMENT)
      .op('i32.mul')
    code.get(table).op('i32.add').set(tablesEnd)
    code.get(weights).set(panel)
    code.for(column, 0, outputs, tile.columns, () => {
      multiply()
      code.get(sums).set(from)
      code.for(number, firstImage, lastImage, 1, () => code.for(row, 0, rows, 1, finishRow))
    })
  })

  /** Which images the unit has, and which rows of tiles of them. */
  function place(): void {
    code.get(unit).i32(bands).op('i32.div_u').i32(unitImages).op('i32.mul').set(firstImage)
    code.get(unit).i32(bands).op('i32.rem_u').i32(bandRows).op('i32.mul').set(firstRow)
    atMost(code, window.images, firstImage, unitImages, lastImage)
    code.increase(lastImage, firstImage)
    atMost(code, tileRows, firstRow, bandRows, rows)
    code.sum(0, [firstRow, TILE_RESULTS]).set(firstRow)
  }

  /** The 16 products of one panel. */
  function multiply(): void {
    const steps = { a: ELEMENT, b: columnBytes }
    const isShort = inputs <= MOST_WRITTEN_OUT
    const tileSums = isShort
      ? walkEvenly(shared, tile, steps, inputs, inputs * ELEMENT)
      : walkSegments(shared, tile, steps, plan.piece)
    const part = registers.take('i32')
    const at = registers.take('i32')
    code.get(sources).set(from).get(sums).set(to)
    code.for(product, 0, TILE_PRODUCTS, 1, () => {
      if (isShort)
        code
          .get(from)
          .ints(table, tablesEnd, panel)
          .sum(panel, [inputs, columnBytes])
          .ints(to, columnBytes, 0)
          .call(tileSums)
      else
        code.for(at, 0, inputs, plan.piece, () => {
          atMost(code, inputs, at, plan.piece, part)
          code.sum(from, [at, ELEMENT])
          // One segment at offset 0, which is what the table begins with.
          code.ints(table, tablesEnd, table).sum(table, [1, ELEMENT])
          code.sum(0, [part, columnBytes]).sum(panel, [at, columnBytes])
          code.ints(to, columnBytes, at).call(tileSums)
        })
      code
        .increase(from, sourcePlane)
        .increase(to, sumPlane)
        .increase(panel, inputs * columnBytes)
    })
  }

  /** Results of a row of tiles, from the sums at `from`. */
  function finishRow(): void {
    const { plain } = epilogue
    const resultRow = to
    code.sum(firstRow, [row, TILE_RESULTS]).set(resultRow)
    code.get(from)
    const blockRow = TILE_RESULTS * tileColumns * columnBytes
    if (plan.direct && plain !== undefined) {
      const [images, lines, pixels] = plain.strides.map((stride) => stride * ELEMENT)
      code.sum(own[0], [plain.offset, ELEMENT], [number, images], [resultRow, lines], [column, ELEMENT])
      code.i32(tileColumns).call(transformSums(shared, tile.columns, sumPlane, { row: lines, pixel: pixels }))
    } else {
      code.sum(sums, [TILE_PRODUCTS, sumPlane]).tee(block).i32(tileColumns)
      code.call(transformSums(shared, tile.columns, sumPlane, { row: blockRow, pixel: columnBytes }))
      finishBlock(resultRow, blockRow)
    }
    code.increase(from, tileColumns * columnBytes)
  }

  /** Hands the pixels of a row of tiles to the epilogue, row by row; the last may not be there. */
  function finishBlock(resultRow: Local, blockRow: number): void {
    registers.scope(() => {
      const pixelRow = registers.take('i32')
      const last = registers.take('i32')
      const width = registers.take('i32')
      code.i32(outputs).get(column).op('i32.sub').set(width)
      atMost(code, window.result[0], resultRow, TILE_RESULTS, last)
      code.increase(last, resultRow)
      code.for(pixelRow, resultRow, last, 1, () => {
        emitEpilogue(registers, epilogue, own, {
          sums: block,
          columns: tile.columns,
          rows: [
            { axis: 1, count: 1, step: 1, start: pixelRow },
            { axis: 2, count: window.result[1], step: 1, start: 0 },
          ],
          columnAxis: 3,
          column,
          width,
          lastWidth: outputs % tile.columns,
          fixed: [{ axis: 0, index: number }],
        })
        code.increase(block, blockRow)
      })
    })
  }
}
