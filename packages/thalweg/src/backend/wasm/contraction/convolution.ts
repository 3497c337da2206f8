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
import type { EmittedKernel, Pointer, SharedFunctions, Stage, StageParameters } from '../kernel.ts'
import { Registers } from '../terms.ts'
import { type PhasePlan, type PhaseTables, type Plan, planConvolution, tables } from './convolution-plan.ts'
import { type Epilogue, emitEpilogue, emitZeros, epilogueOf } from './epilogue.ts'
import { bandBytes, emitBandCopy } from './image.ts'
import { ELEMENT, NS_PER_PACKED, NS_PER_STEP, NS_PER_SUM, roundUp } from './tile.ts'
import { MOST_WRITTEN_OUT, type Steps, walkOffsets, walkSegments } from './walk.ts'
import { panelPacker } from './weights.ts'
import { forwardWindow, imageGradWindow, type Phase } from './window.ts'
import { emitWinograd } from './winograd-convolution.ts'
import { planWinograd, savesProducts } from './winograd-plan.ts'

type ConvolutionKernel = Extract<ContractionKernel, { op: 'conv2d' | 'conv2dImageGrad' }>

export function emitConvolution(kernel: ConvolutionKernel, features: Features): EmittedKernel {
  const [source, weights] = kernel.operandShapes
  const window =
    kernel.op === 'conv2d'
      ? forwardWindow(source, weights, kernel.shape, kernel.attributes)
      : imageGradWindow(source, weights, kernel.attributes)
  const epilogue = epilogueOf(kernel)
  if (features.winograd && savesProducts(window))
    return emitWinograd(kernel, planWinograd(window, features, epilogue), epilogue)
  const plan = planConvolution(window, features, epilogue)
  const { tile, bandRows, outputs, depth, bands } = plan
  if (kernel.shape.includes(0)) return { stages: [], scratchBytes: 0, privateBytes: 0 }

  const panels = plan.depthwise ? 0 : plan.groups * Math.ceil(outputs / tile.columns)
  const panelBytes = depth * tile.columns * ELEMENT
  const weightBuffer: Pointer = { kind: 'buffer', buffer: kernel.operands[1] }
  const packed: Pointer = { kind: 'scratch', offset: 0 }
  const band = plan.padded ? bandBytes({ ...plan, channels: window.channels }) : 0
  const blockRows = Math.max(...plan.phases.map(({ count }) => roundUp(bandRows * count[1], tile.rows)))
  const block = plan.direct ? 0 : blockRows * tile.columns * ELEMENT
  const { values, stores } = epilogue
  const multiply: Stage = {
    name: `${kernel.label} ${kernel.op}`,
    units: window.images * bands,
    work: window.images * workPerImage(plan),
    pointers: [
      { kind: 'buffer', buffer: kernel.operands[0] },
      plan.depthwise ? weightBuffer : packed,
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
    units: panels,
    work: panels * depth * tile.columns * NS_PER_PACKED,
    pointers: [weightBuffer, packed],
    key: JSON.stringify(['convolution pack', kernel.op, window, tile]),
    emit: (code, parameters, shared) => emitPack(code, parameters, shared, plan, kernel.op === 'conv2dImageGrad'),
  }
  return {
    stages: depth > 0 && panels > 0 ? [pack, multiply] : [multiply],
    scratchBytes: panels * panelBytes,
    privateBytes: band + block,
  }
}

function workPerImage({ phases, inputs, outputs, groups }: Plan): number {
  return phases.reduce((sum, { taps, count: [rows, columns] }) => {
    return sum + rows * columns * groups * outputs * (taps.length * inputs * NS_PER_STEP + NS_PER_SUM)
  }, 0)
}

/** A unit is one panel of one group. */
function emitPack(
  code: Code,
  { start, end, pointers: [weights, panels] }: StageParameters,
  shared: SharedFunctions,
  plan: Plan,
  transposed: boolean,
): void {
  const { tile, outputs, depth } = plan
  const panelsOfGroup = Math.ceil(outputs / tile.columns)
  const unit = code.local('i32')
  const group = code.local('i32')
  const column = code.local('i32')
  const to = code.local('i32')
  const packPanel = panelPacker(code, shared, plan, transposed)
  code.for(unit, start, end, 1, () => {
    code.get(unit).i32(panelsOfGroup).op('i32.div_u').set(group)
    code.get(unit).i32(panelsOfGroup).op('i32.rem_u').i32(tile.columns).op('i32.mul').set(column)
    code.sum(panels, [unit, depth * tile.columns * ELEMENT]).set(to)
    packPanel({ weights, group, column, to })
  })
}

function emitBands(
  code: Code,
  { start, end, pointers }: StageParameters,
  shared: SharedFunctions,
  plan: Plan,
  epilogue: Epilogue,
): void {
  const { window, phases, tile, groups, inputs, outputs, depth, bandRows, bands, low, bandSource, padded } = plan
  const { source, channels, advance } = window
  const [image, weights, table, copy, block, ...own] = pointers
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
    code.sum(weights, [phase.before, columnBytes]).set(panel)
    code.for(group, 0, groups, 1, () => {
      code.for(column, 0, outputs, tile.columns, () => {
        if (plan.direct) directOut()
        else code.get(block).set(out)
        // Depthwise weights are read where they lie.
        if (plan.depthwise) code.sum(weights, [column, ELEMENT]).set(panel)
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

  function multiply(phase: PhasePlan, place: PhaseTables): void {
    const { taps, count, segments, run, pieceSegments } = phase
    if (taps.length === 0 || inputs === 0) {
      emitZeros(code, block, roundUp(bandRows * count[1], tile.rows) * columnBytes)
      return
    }
    const outStride = plan.direct ? (epilogue.plain?.strides[2] ?? 0) * ELEMENT : columnBytes
    const tableBytes = (rowCount: number): number => roundUp(Math.max(rowCount, 0) * count[1], tile.rows) * ELEMENT
    const lastRows = count[0] - (bands - 1) * bandRows
    const pushRows = (): void => {
      if (plan.depthwise) code.sum(base, [column, ELEMENT])
      else code.sum(base, [group, inputs * ELEMENT])
      byBand(table, place.rows, place.lastRows)
      byBand(table, place.rows + tableBytes(bandRows), place.lastRows + tableBytes(lastRows))
    }
    if (plan.depthwise || (segments.length > 1 && segments.length * run <= MOST_WRITTEN_OUT)) {
      pushRows()
      code.ints(panel, out, outStride).call(walkOffsets(shared, tile, writtenOut(plan, phase)))
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

/** Where every k of a phase stands. */
function writtenOut({ window, depthwise, tile }: Plan, { segments, run, taps }: PhasePlan): Steps[] {
  if (depthwise)
    return taps.map(({ kernel: [y, x] }, i) => {
      return { a: segments[i], b: (y * window.kernel[1] + x) * window.channels * ELEMENT }
    })
  return segments.flatMap((segment, s) =>
    Array.from({ length: run }, (_, k) => {
      return { a: segment + k * ELEMENT, b: (s * run + k) * tile.columns * ELEMENT }
    }),
  )
}
