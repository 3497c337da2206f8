/**
 * Gradients of 3x3 kernels by Winograd's minimal filtering (winograd.ts). A unit is a part of the images. As many of them as
 * fit the cache are transformed at once; then, panel by panel of outputs, their upstream gradients, and 16 matrix products
 * (channels by tiles, tiles by outputs) are added to the sums of the part. A second stage adds up the parts in their order and
 * makes nine gradients of 16 sums.
 */
import type { ContractionKernel } from '../../program.ts'
import type { Code } from '../code.ts'
import type { EmittedKernel, Pointer, SharedFunctions, Stage, StageParameters } from '../kernel.ts'
import { Registers } from '../terms.ts'
import { type Epilogue, emitEpilogue } from './epilogue.ts'
import { atMost } from './matmul.ts'
import { addParts, NS_PER_ADDED } from './parts.ts'
import { ELEMENT, NS_PER_STEP, NS_PER_SUM, roundUp } from './tile.ts'
import { walkSegments } from './walk.ts'
import { TILE_PRODUCTS, TILE_RESULTS, transformTapSums, transformUpstream } from './winograd.ts'
import type { GradientPlan } from './winograd-plan.ts'
import { copyBytes, emitSources, planeBytes } from './winograd-sources.ts'

type Kernel = Extract<ContractionKernel, { op: 'conv2dKernelGrad' }>

const TAPS = 9

/** Bytes: from plane to plane of sources, upstream gradients and sums; of a panel of sums, and of all of a part. */
function sizes({ unitImages, bandRows, tileColumns, inputs, outputs, tile }: GradientPlan): {
  readonly source: number
  readonly upstream: number
  readonly sums: number
  readonly panel: number
  readonly part: number
} {
  const tiles = unitImages * bandRows * tileColumns
  // The last rows of a tile of sums may read the channels of the next place.
  const source = planeBytes(tiles, inputs)
  const sums = roundUp(inputs, tile.rows) * tile.columns * ELEMENT
  const panel = TILE_PRODUCTS * sums
  const part = Math.ceil(outputs / tile.columns) * panel
  return { source, upstream: planeBytes(tiles, tile.columns), sums, panel, part }
}

export function emitWinogradGradient(kernel: Kernel, plan: GradientPlan, epilogue: Epilogue): EmittedKernel {
  const { window, tile, inputs, outputs, tileRows, tileColumns, parts } = plan
  const { values, stores } = epilogue
  const { source, upstream, sums, part } = sizes(plan)
  const band = copyBytes(plan)
  const tiles = window.images * tileRows * tileColumns
  const scratch: Pointer = { kind: 'scratch', offset: 0 }
  const partial: Stage = {
    name: `${kernel.label} ${kernel.op} winograd`,
    units: parts,
    work: tiles * TILE_PRODUCTS * (inputs * outputs * NS_PER_STEP + (inputs + outputs) * NS_PER_SUM),
    pointers: [
      ...kernel.operands.map((buffer) => ({ kind: 'buffer', buffer }) as const),
      { kind: 'table', data: Int32Array.from({ length: sums / tile.columns / ELEMENT }, (_, row) => row * ELEMENT) },
      { kind: 'private', offset: 0 },
      { kind: 'private', offset: band },
      { kind: 'private', offset: band + TILE_PRODUCTS * source },
      scratch,
    ],
    key: JSON.stringify(['winograd gradient', plan]),
    emit: (code, parameters, shared) => emitParts(code, parameters, shared, plan),
  }
  const taps = TAPS * inputs * tile.columns * ELEMENT
  const total: Stage = {
    name: `${kernel.label} ${kernel.op} winograd total`,
    units: Math.ceil(outputs / tile.columns),
    work: (parts + 1) * (part / ELEMENT) * NS_PER_ADDED,
    pointers: [scratch, { kind: 'private', offset: 0 }, ...epilogue.pointers],
    key: JSON.stringify(['winograd gradient total', plan, values, stores]),
    emit: (code, parameters, shared) => emitTotals(code, parameters, shared, plan, epilogue),
  }
  return {
    stages: [partial, total],
    scratchBytes: parts * part,
    privateBytes: Math.max(band + TILE_PRODUCTS * (source + upstream), taps),
  }
}

function emitParts(
  code: Code,
  { start, end, pointers }: StageParameters,
  shared: SharedFunctions,
  plan: GradientPlan,
): void {
  const { window, tile, inputs, outputs, tileRows, tileColumns, bandRows, unitImages, partImages } = plan
  const [image, gradient, table, copy, sources, upstream, sums] = pointers
  const registers = new Registers(code)
  const size = sizes(plan)
  const columnBytes = tile.columns * ELEMENT
  const pixel = outputs * ELEMENT
  const line = window.result[1] * pixel
  const tileSums = walkSegments(
    shared,
    tile,
    { a: inputs * ELEMENT, b: columnBytes },
    unitImages * bandRows * tileColumns,
  )

  const unit = code.local('i32')
  const partEnd = code.local('i32')
  const firstImage = code.local('i32')
  const lastImage = code.local('i32')
  const number = code.local('i32')
  const band = code.local('i32')
  const firstRow = code.local('i32')
  const rows = code.local('i32')
  const row = code.local('i32')
  const isFirst = code.local('i32')
  const column = code.local('i32')
  const out = code.local('i32')
  const product = code.local('i32')
  const from = code.local('i32')
  const to = code.local('i32')
  const panelBytes = code.local('i32')

  code.for(unit, start, end, 1, () => {
    code.sum(0, [unit, partImages]).set(firstImage)
    atMost(code, window.images, firstImage, partImages, partEnd)
    code.increase(partEnd, firstImage).i32(1).set(isFirst)
    code.forRest(firstImage, partEnd, unitImages, () => {
      code.sum(firstImage, [unitImages, 1]).set(lastImage)
      code.get(partEnd).get(lastImage).get(partEnd).get(lastImage).op('i32.lt_s').op('select').set(lastImage)
      code.for(band, 0, tileRows, bandRows, () => {
        atMost(code, tileRows, band, bandRows, rows)
        code.sum(0, [band, TILE_RESULTS]).set(firstRow)
        emitSources(registers, shared, plan, size.source, {
          image,
          copy,
          sources,
          firstImage,
          lastImage,
          firstRow,
          rows,
        })
        code.get(lastImage).get(firstImage).op('i32.sub').get(rows).op('i32.mul')
        code
          .i32(tileColumns * columnBytes)
          .op('i32.mul')
          .set(panelBytes)
        code.sum(sums, [unit, size.part]).set(out)
        code.for(column, 0, outputs, tile.columns, () => {
          gather()
          multiply()
        })
        code.i32(0).set(isFirst)
      })
    })
  })

  /** The upstream gradients of a panel. Columns that a last panel lacks hold anything. */
  function gather(): void {
    const transform = (floats: number): void => {
      const callee = transformUpstream(shared, floats, tile.columns, size.upstream, { row: line, pixel })
      code.ints(from, to, tileColumns).call(callee)
    }
    const last = outputs % tile.columns
    code.get(upstream).set(to)
    code.for(number, firstImage, lastImage, 1, () => {
      code.sum(gradient, [number, window.result[0] * line], [firstRow, line], [column, ELEMENT]).set(from)
      code.for(row, 0, rows, 1, () => {
        if (last === 0) transform(tile.columns)
        else if (outputs < tile.columns) transform(last)
        else
          code
            .get(column)
            .i32(outputs - last)
            .op('i32.eq')
            .if(
              () => transform(last),
              () => transform(tile.columns),
            )
        code.increase(from, TILE_RESULTS * line).increase(to, tileColumns * columnBytes)
      })
    })
  }

  /** The 16 products of a panel; along K stand the tiles. */
  function multiply(): void {
    code.get(sources).set(from).get(upstream).set(to)
    code.for(product, 0, TILE_PRODUCTS, 1, () => {
      // One segment at offset 0, which is what the table begins with.
      code
        .ints(from, table)
        .sum(table, [size.sums / tile.columns, 1])
        .get(table)
        .sum(table, [1, ELEMENT])
      code.ints(panelBytes, to, out, columnBytes).get(isFirst).op('i32.eqz').call(tileSums)
      code.increase(from, size.source).increase(to, size.upstream).increase(out, size.sums)
    })
  }
}

/** A unit is a panel. */
function emitTotals(
  code: Code,
  { start, end, pointers: [sums, taps, ...own] }: StageParameters,
  shared: SharedFunctions,
  plan: GradientPlan,
  epilogue: Epilogue,
): void {
  const { tile, inputs, outputs, parts } = plan
  const registers = new Registers(code)
  const size = sizes(plan)
  const tapBytes = inputs * tile.columns * ELEMENT
  const unit = code.local('i32')
  const from = code.local('i32')
  const column = code.local('i32')
  const width = code.local('i32')
  code.for(unit, start, end, 1, () => {
    code.sum(sums, [unit, size.panel]).set(from)
    if (parts > 1) code.ints(from, size.panel, size.part, parts).call(addParts(shared))
    code.ints(from, taps, tapBytes).call(transformTapSums(shared, size.sums, tapBytes))
    code.sum(0, [unit, tile.columns]).set(column)
    atMost(code, outputs, column, tile.columns, width)
    emitEpilogue(registers, epilogue, own, {
      sums: taps,
      columns: tile.columns,
      rows: [
        { axis: 0, count: 3, step: 1, start: 0 },
        { axis: 1, count: 3, step: 1, start: 0 },
        { axis: 2, count: inputs, step: 1, start: 0 },
      ],
      columnAxis: 3,
      column,
      width,
      lastWidth: outputs % tile.columns,
      fixed: [],
    })
  })
}
