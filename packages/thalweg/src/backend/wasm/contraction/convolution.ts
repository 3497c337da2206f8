/**
 * Convolutions and their gradients by the image, without im2col: sums over windows (window.ts), with the weights packed
 * into panels once, and the rows of the inner loop standing at pixels. Along K the inputs of a pixel lie together, a whole
 * kernel row of them where the convolution is neither dilated nor grouped.
 *
 * A unit is a band of rows of one image. Where windows reach over the edge the band is copied into private memory first,
 * between zeros; it is small enough to stay in the second cache.
 */
import type { ContractionKernel } from '../../program.ts'
import type { Code, Int } from '../code.ts'
import type { Features } from '../features.ts'
import type { EmittedKernel, SharedFunctions, Stage, StageParameters } from '../kernel.ts'
import { Registers } from '../terms.ts'
import { type Epilogue, emitEpilogue, emitZeros, epilogueOf } from './epilogue.ts'
import { bandBytes, emitBandCopy } from './image.ts'
import { atMost, roundUp } from './matmul.ts'
import { packColumns, packRows } from './pack.ts'
import { chooseTile, ELEMENT, type Tile } from './tile.ts'
import { MOST_WRITTEN_OUT, walkOffsets, walkSegments } from './walk.ts'
import { forwardWindow, imageGradWindow, type Phase, reach, type Window } from './window.ts'

type ConvolutionKernel = Extract<ContractionKernel, { op: 'conv2d' | 'conv2dImageGrad' }>

/** Bytes of the source that a band reads. */
const BAND_BYTES = 96 << 10
/** Pixels of a band, so that a block of sums stays in the first cache; fewer where there are few images to share. */
const BAND_PIXELS = 1024
const FEW_IMAGES = 8
const FEW_PIXELS = 128
/** Steps along K between two visits of memory: see PIECE in matmul.ts. */
const PIECE = 320

/** A phase, ready for the inner loop. */
interface PhasePlan extends Phase {
  /** Steps along K that are contiguous in the source, and byte offsets of where they begin. */
  readonly run: number
  readonly segments: readonly number[]
  /** Segments of a piece of K. */
  readonly pieceSegments: number
  /** Steps along K of the phases before this one: where its part of a panel begins. */
  readonly before: number
}

interface Plan {
  readonly window: Window
  readonly phases: readonly PhasePlan[]
  readonly tile: Tile
  /** Channels of a group. */
  readonly inputs: number
  readonly outputs: number
  /** Steps along K of all phases together. */
  readonly depth: number
  /** Rows of a phase that a band has, and bands of an image. */
  readonly bandRows: number
  readonly bands: number
  /** Rows and columns of the source that a band reads, from the lowest offset on. */
  readonly low: readonly [number, number]
  readonly bandSource: readonly [number, number]
  /** Whether a band is copied between zeros first. */
  readonly padded: boolean
  /** Whether the inner loop may store sums where they belong. */
  readonly direct: boolean
}

export function emitConvolution(kernel: ConvolutionKernel, features: Features): EmittedKernel {
  const [source, weights] = kernel.operandShapes
  const window =
    kernel.op === 'conv2d'
      ? forwardWindow(source, weights, kernel.shape, kernel.attributes)
      : imageGradWindow(source, weights, kernel.attributes)
  const epilogue = epilogueOf(kernel)
  const plan = planConvolution(window, features, epilogue)
  const { tile, bandRows, outputs, depth, bands } = plan
  if (kernel.shape.includes(0)) return { stages: [], scratchBytes: 0, privateBytes: 0 }

  const panels = Math.ceil(outputs / tile.columns)
  const panelBytes = depth * tile.columns * ELEMENT
  const band = plan.padded ? bandBytes({ ...plan, channels: window.channels }) : 0
  const blockRows = Math.max(...plan.phases.map(({ count }) => roundUp(bandRows * count[1], tile.rows)))
  const block = plan.direct ? 0 : blockRows * tile.columns * ELEMENT
  const { values, stores } = epilogue
  const multiply: Stage = {
    name: `${kernel.label} ${kernel.op}`,
    units: window.images * bands,
    pointers: [
      { kind: 'buffer', buffer: kernel.operands[0] },
      { kind: 'scratch', offset: 0 },
      { kind: 'table', data: tables(plan).data },
      { kind: 'private', offset: 0 },
      { kind: 'private', offset: band },
      ...epilogue.pointers,
    ],
    key: JSON.stringify(['convolution', plan, values, stores]),
    emit: (code, parameters, shared) => emitBands(code, parameters, shared, plan, epilogue),
  }
  const pack: Stage = {
    name: `${kernel.label} ${kernel.op} pack`,
    units: window.groups * panels,
    pointers: [
      { kind: 'buffer', buffer: kernel.operands[1] },
      { kind: 'scratch', offset: 0 },
    ],
    key: JSON.stringify(['convolution pack', kernel.op, window, tile]),
    emit: (code, parameters, shared) => emitPack(code, parameters, shared, plan, kernel.op === 'conv2dImageGrad'),
  }
  return {
    stages: depth > 0 ? [pack, multiply] : [multiply],
    scratchBytes: window.groups * panels * panelBytes,
    privateBytes: band + block,
  }
}

function planConvolution(window: Window, features: Features, { plain }: Epilogue): Plan {
  const { groups, phases, advance, channels, resultChannels, images, source } = window
  const inputs = channels / groups
  const outputs = resultChannels / groups
  const [lowY, highY] = reach(window, 0)
  const [lowX, highX] = reach(window, 1)
  const phaseRows = Math.max(...phases.map(({ count }) => count[0]))
  const phaseColumns = Math.max(...phases.map(({ count }) => count[1]))
  const sourceColumns = (phaseColumns - 1) * advance[1] + highX - lowX + 1
  const sourceRows = (rows: number): number => (rows - 1) * advance[0] + highY - lowY + 1
  const overEdge = lowY < 0 || lowX < 0 || sourceRows(phaseRows) + lowY > source[0] || sourceColumns + lowX > source[1]

  const mostPixels = images < FEW_IMAGES ? FEW_PIXELS : BAND_PIXELS
  const rowBytes = sourceColumns * channels * ELEMENT
  const mostRows = Math.min(mostPixels / phaseColumns, (BAND_BYTES / rowBytes - (highY - lowY)) / advance[0])
  const bands = Math.ceil(phaseRows / Math.max(1, Math.floor(mostRows)))
  const bandRows = Math.ceil(phaseRows / bands)

  const lineChannels = (overEdge ? sourceColumns : source[1]) * channels
  let depth = 0
  const phasePlans = phases.map((phase): PhasePlan => {
    const before = depth
    depth += phase.taps.length * inputs
    const { run, segments } = segmentsOf(phase, inputs, groups, lineChannels, channels, [lowY, lowX])
    return { ...phase, run, segments, pieceSegments: Math.max(1, Math.floor(PIECE / run)), before }
  })

  const tile = chooseTile(features.tiles, bandRows * phaseColumns, outputs)
  const pixels = [bandRows, phaseRows - (bands - 1) * bandRows].map((rows) => rows * phaseColumns)
  const direct =
    phases.length === 1 &&
    depth > 0 &&
    outputs % tile.columns === 0 &&
    pixels.every((count) => count % tile.rows === 0) &&
    plain?.strides[3] === 1 &&
    plain.strides[1] === plain.strides[2] * window.result[1]
  return {
    window,
    phases: phasePlans,
    tile,
    inputs,
    outputs,
    depth,
    bandRows,
    bands: phaseRows === 0 ? 0 : Math.ceil(phaseRows / bandRows),
    low: [lowY, lowX],
    bandSource: [sourceRows(bandRows), sourceColumns],
    padded: overEdge,
    direct,
  }
}

/** Where along K the source is contiguous: neighbouring taps of a row, cut to pieces that fit the first cache. */
function segmentsOf(
  { taps }: Phase,
  inputs: number,
  groups: number,
  lineChannels: number,
  channels: number,
  [lowY, lowX]: readonly [number, number],
): { run: number; segments: number[] } {
  const offsets = taps.map(({ offset: [y, x] }) => (y - lowY) * lineChannels + (x - lowX) * channels)
  let joined = 1
  const joins = (i: number): boolean => groups === 1 && offsets[i] === offsets[i - 1] + inputs
  while (joined < taps.length && joins(joined)) joined += 1
  const even = offsets.length % joined === 0 && offsets.every((_, i) => i % joined === 0 || joins(i))
  if (!even) joined = 1
  let run = joined * inputs
  let parts = 1
  while (run / parts > PIECE || run % parts !== 0) parts += 1
  run /= parts
  const starts = offsets.filter((_, i) => i % joined === 0)
  const segments = starts.flatMap((start) => Array.from({ length: parts }, (_, part) => (start + part * run) * ELEMENT))
  return { run, segments }
}

interface PhaseTables {
  /** Bytes from the start of the table to the offsets of the rows of a full band, of the last band, of the segments. */
  readonly rows: number
  readonly lastRows: number
  readonly segments: number
}

/** Byte offsets of the pixels of bands, and of segments, for all phases, one after another. */
function tables({ window, phases, tile, bandRows, bands, bandSource, padded }: Plan): {
  data: Int32Array
  places: PhaseTables[]
} {
  const { advance, channels, source } = window
  const line = padded ? bandSource[1] : source[1]
  const data: number[] = []
  const add = (offsets: readonly number[]): number => (data.push(...offsets) - offsets.length) * ELEMENT
  const places = phases.map(({ count: [rows, columns], segments }): PhaseTables => {
    const pixels = (bandRowCount: number): number[] => {
      const count = bandRowCount * columns
      return Array.from({ length: roundUp(count, tile.rows) }, (_, i) => {
        const pixel = Math.min(i, count - 1)
        const y = Math.floor(pixel / columns)
        const x = pixel % columns
        return (y * advance[0] * line + x * advance[1]) * channels * ELEMENT
      })
    }
    const last = rows - (bands - 1) * bandRows
    const full = add(pixels(bandRows))
    return { rows: full, lastRows: last === bandRows ? full : add(pixels(Math.max(last, 0))), segments: add(segments) }
  })
  return { data: Int32Array.from(data), places }
}

/** A unit is one panel of one group. */
function emitPack(
  code: Code,
  { start, end, pointers: [weights, panels] }: StageParameters,
  shared: SharedFunctions,
  { window, tile, inputs, outputs, depth, phases }: Plan,
  transposed: boolean,
): void {
  const [, kernelWidth] = window.kernel
  // Outputs of the kernel as it is stored: of the forward convolution.
  const storedOutputs = transposed ? window.channels : window.resultChannels
  const panelsOfGroup = Math.ceil(outputs / tile.columns)
  const unit = code.local('i32')
  const group = code.local('i32')
  const column = code.local('i32')
  const width = code.local('i32')
  const from = code.local('i32')
  const to = code.local('i32')
  code.for(unit, start, end, 1, () => {
    code.get(unit).i32(panelsOfGroup).op('i32.div_u').set(group)
    code.get(unit).i32(panelsOfGroup).op('i32.rem_u').i32(tile.columns).op('i32.mul').set(column)
    atMost(code, outputs, column, tile.columns, width)
    code.sum(panels, [unit, depth * tile.columns * ELEMENT]).set(to)
    if (transposed) {
      // Rows of the packed matrix are outputs of the kernel, its columns are channels.
      code.sum(weights, [column, storedOutputs * ELEMENT], [group, inputs * ELEMENT]).set(from)
      const taps = phases.flatMap((phase) => phase.taps)
      taps.forEach(({ kernel: [y, x] }, i) => {
        code.sum(from, [(y * kernelWidth + x) * outputs * storedOutputs, ELEMENT])
        code.ints(storedOutputs * ELEMENT, inputs, width).sum(to, [i * inputs * tile.columns, ELEMENT])
        code.i32(0).call(packColumns(shared, tile.columns))
      })
    } else {
      code.sum(weights, [group, outputs * ELEMENT], [column, ELEMENT])
      code.ints(storedOutputs * ELEMENT, depth, width, to, 0).call(packRows(shared, tile.columns))
    }
  })
}

function emitBands(
  code: Code,
  { start, end, pointers }: StageParameters,
  shared: SharedFunctions,
  plan: Plan,
  epilogue: Epilogue,
): void {
  const { window, phases, tile, inputs, outputs, depth, bandRows, bands, low, bandSource, padded } = plan
  const { source, channels, groups, advance } = window
  const [image, panels, table, copy, block, ...own] = pointers
  const registers = new Registers(code)
  const { places } = tables(plan)
  const lineBytes = source[1] * channels * ELEMENT
  const columnBytes = tile.columns * ELEMENT

  const unit = code.local('i32')
  const number = code.local('i32')
  const firstRow = code.local('i32')
  const isLast = code.local('i32')
  const base = code.local('i32')
  const group = code.local('i32')
  const panel = code.local('i32')
  const column = code.local('i32')
  const out = code.local('i32')

  code.for(unit, start, end, 1, () => {
    code.get(unit).i32(bands).op('i32.div_u').set(number)
    code.get(unit).i32(bands).op('i32.rem_u').i32(bandRows).op('i32.mul').set(firstRow)
    code
      .get(firstRow)
      .i32((bands - 1) * bandRows)
      .op('i32.eq')
      .set(isLast)
    if (padded) {
      emitBandCopy(registers, shared, { ...window, low, bandSource, image, number, firstRow, target: copy })
      code.get(copy).set(base)
    } else {
      const corner = (low[0] * source[1] + low[1]) * channels * ELEMENT
      code.sum(image, [number, source[0] * lineBytes], [firstRow, advance[0] * lineBytes], [corner, 1]).set(base)
    }
    phases.forEach((phase, i) => {
      // The last band may have no row of a phase that is a row shorter than the first.
      const isEmpty = phase.count[0] <= (bands - 1) * bandRows
      if (isEmpty)
        code
          .get(isLast)
          .op('i32.eqz')
          .if(() => emitPhase(phase, places[i]))
      else emitPhase(phase, places[i])
    })
  })

  function emitPhase(phase: PhasePlan, place: PhaseTables): void {
    code
      .get(panels)
      .i32(phase.before * columnBytes)
      .op('i32.add')
      .set(panel)
    code.for(group, 0, groups, 1, () => {
      code.for(column, 0, outputs, tile.columns, () => {
        if (plan.direct) directOut()
        else code.get(block).set(out)
        multiply(phase, place)
        if (!plan.direct) finish(phase)
        code.increase(panel, depth * columnBytes)
      })
    })
  }

  function directOut(): void {
    const { plain } = epilogue
    if (plain === undefined) return
    const { offset, strides } = plain
    code.sum(own[0], [offset, ELEMENT], [number, strides[0] * ELEMENT], [firstRow, strides[1] * ELEMENT])
    code
      .sum(0, [group, outputs * ELEMENT], [column, ELEMENT])
      .op('i32.add')
      .set(out)
  }

  function multiply({ taps, count, segments, run, pieceSegments }: PhasePlan, place: PhaseTables): void {
    if (taps.length === 0 || inputs === 0) {
      emitZeros(code, block, roundUp(bandRows * count[1], tile.rows) * columnBytes)
      return
    }
    const outStride = plan.direct ? (epilogue.plain?.strides[2] ?? 0) * ELEMENT : columnBytes
    const tableBytes = (rowCount: number): number => roundUp(Math.max(rowCount, 0) * count[1], tile.rows) * ELEMENT
    const lastRows = count[0] - (bands - 1) * bandRows
    const pushRows = (): void => {
      code.sum(base, [group, inputs * ELEMENT])
      byBand(table, place.rows, place.lastRows)
      byBand(table, place.rows + tableBytes(bandRows), place.lastRows + tableBytes(lastRows))
    }
    if (segments.length > 1 && segments.length * run <= MOST_WRITTEN_OUT) {
      const offsets = segments.flatMap((segment) => Array.from({ length: run }, (_, k) => segment + k * ELEMENT))
      pushRows()
      code.ints(panel, out, outStride).call(walkOffsets(shared, tile, offsets))
      return
    }
    const tileSums = walkSegments(shared, tile, { a: ELEMENT, b: columnBytes }, run)
    for (let piece = 0; piece < segments.length; piece += pieceSegments) {
      const pieceEnd = Math.min(piece + pieceSegments, segments.length)
      pushRows()
      code.sum(table, [place.segments + piece * ELEMENT, 1]).sum(table, [place.segments + pieceEnd * ELEMENT, 1])
      code.i32(run * columnBytes).sum(panel, [piece * run, columnBytes])
      code.ints(out, outStride, piece).call(tileSums)
    }
  }

  /** Pushes `base + full`, or in the last band `base + last`. */
  function byBand(base: Int, full: number, last: number): void {
    code.sum(base, [full, 1])
    if (full === last) return
    code.sum(base, [last, 1]).get(isLast).op('i32.eqz').op('select')
  }

  function finish({ first, count }: Phase): void {
    registers.scope(() => {
      const rows = registers.take('i32')
      const resultColumn = registers.take('i32')
      const resultRow = registers.take('i32')
      const width = registers.take('i32')
      byBand(0, bandRows, count[0] - (bands - 1) * bandRows)
      code.set(rows)
      code.sum(column, [group, outputs]).set(resultColumn)
      code.sum(first[0], [firstRow, window.step[0]]).set(resultRow)
      code.i32(outputs).get(column).op('i32.sub').set(width)
      emitEpilogue(registers, epilogue, own, {
        sums: block,
        columns: tile.columns,
        rows: [
          { axis: 1, count: rows, step: window.step[0], start: resultRow },
          { axis: 2, count: count[1], step: window.step[1], start: first[1] },
        ],
        columnAxis: 3,
        column: resultColumn,
        width,
        lastWidth: outputs % tile.columns,
        fixed: [{ axis: 0, index: number }],
      })
    })
  }
}
