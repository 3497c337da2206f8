/**
 * The gradient of a convolution by its kernel: for every kernel position and channel (the rows) and every output (the
 * columns) the sum over all pixels (K) of the source beneath the position times the upstream gradient.
 *
 * A unit is one panel of columns, summed up over a part of the images: all of them where there are many panels. Images are
 * the outer loop, so that an image is copied (between zeros, in planes of four channels: the inner loop then walks along
 * memory) once for all panels of a range of units, and its gradients stay in the cache while all rows use them. The sums of
 * all images are collected in the result, in their order whatever the range; or in scratch memory, where the epilogue is more than a
 * store or where there are several parts, which a second stage adds up in their order.
 */
import type { Code, Local } from '../code.ts'
import type { Features } from '../features.ts'
import type { EmittedKernel, Pointer, SharedFunctions, Stage, StageParameters } from '../kernel.ts'
import { align } from '../memory.ts'
import { Registers } from '../terms.ts'
import { type Epilogue, emitEpilogue, emitZeros, epilogueOf } from './epilogue.ts'
import { bandBytes, emitBandCopy } from './image.ts'
import {
  channelOffset,
  type KernelGradient,
  type KernelGradientPlan,
  lineDistance,
  pixelBytes,
  planKernelGradient,
  rowCount,
  rowOffsets,
  segmentOffsets,
  workOf,
} from './kernel-gradient-plan.ts'
import { atMost } from './matmul.ts'
import { packRows } from './pack.ts'
import { addParts, NS_PER_ADDED } from './parts.ts'
import { ELEMENT } from './tile.ts'
import { MOST_WRITTEN_OUT, walkEvenly, walkSegments } from './walk.ts'
import { forwardWindow } from './window.ts'
import { emitWinogradGradient } from './winograd-gradient.ts'
import { planGradient, savesGradientProducts } from './winograd-plan.ts'

export function emitKernelGradient(kernel: KernelGradient, features: Features): EmittedKernel {
  const epilogue = epilogueOf(kernel)
  const window = forwardWindow(kernel.operandShapes[0], kernel.shape, kernel.operandShapes[1], kernel.attributes)
  if (features.winograd && savesGradientProducts(window))
    return emitWinogradGradient(kernel, planGradient(window, features), epilogue)
  const plan = planKernelGradient(kernel, features, epilogue)
  const { tile, bandRows, upstream, panels, parts } = plan
  const copyBytes = bandBytes(plan)
  const panelBytes = !plan.packed ? 0 : bandRows * upstream[1] * tile.columns * ELEMENT
  const sumRows = rowCount(plan)
  const pointers: Pointer[] = [
    ...kernel.operands.map((buffer) => ({ kind: 'buffer', buffer }) as const),
    { kind: 'table', data: Int32Array.from([...rowOffsets(plan), ...segmentOffsets(plan)]) },
    { kind: 'private', offset: 0 },
    { kind: 'private', offset: copyBytes },
    { kind: 'scratch', offset: 0 },
    ...epilogue.pointers,
  ]
  const { values, stores } = epilogue
  const work = workOf(plan, kernel.shape)
  const partial: Stage = {
    name: `${kernel.label} conv2dKernelGrad`,
    units: kernel.shape.includes(0) ? 0 : parts * panels,
    together: panels,
    work,
    pointers,
    key: JSON.stringify(['kernel gradient', plan, values, stores]),
    emit: (code, parameters, shared) => emitPanels(code, parameters, shared, plan, epilogue),
  }
  const total: Stage = {
    name: `${kernel.label} conv2dKernelGrad total`,
    units: panels,
    work: parts * panels * sumRows * tile.columns * NS_PER_ADDED,
    pointers: [{ kind: 'scratch', offset: 0 }, ...epilogue.pointers],
    key: JSON.stringify(['kernel gradient total', plan, values, stores]),
    emit: (code, parameters, shared) => emitTotals(code, parameters, shared, plan, epilogue),
  }
  return {
    stages: parts > 1 && partial.units > 0 ? [partial, total] : [partial],
    scratchBytes: plan.direct ? 0 : parts * panels * sumRows * tile.columns * ELEMENT,
    privateBytes: copyBytes + align(panelBytes),
  }
}

function emitPanels(
  code: Code,
  { start, end, pointers }: StageParameters,
  shared: SharedFunctions,
  plan: KernelGradientPlan,
  epilogue: Epilogue,
): void {
  const { images, upstream, tile, outputs, groups, inputs, bandRows, strides, packed, panels, parts, partImages } = plan
  const [source, gradient, table, copy, packedPanel, sums, ...own] = pointers
  const registers = new Registers(code)
  const columnBytes = tile.columns * ELEMENT
  const rows = rowCount(plan)
  const gradientPixel = outputs * groups * ELEMENT
  const panelStep = packed ? columnBytes : gradientPixel
  const steps = { a: strides[1] * pixelBytes(plan), b: panelStep }
  const isShort = upstream[1] <= MOST_WRITTEN_OUT
  const tileSums = isShort
    ? walkEvenly(shared, tile, steps, upstream[1], lineDistance(plan))
    : walkSegments(shared, tile, steps, upstream[1])

  const first = code.local('i32')
  const last = code.local('i32')
  const firstImage = code.local('i32')
  const lastImage = code.local('i32')
  const image = code.local('i32')
  const band = code.local('i32')
  const rowsOfBand = code.local('i32')
  const unit = code.local('i32')
  const place = placeOfPanel(code, plan)
  const { group, column, width, resultColumn } = place
  const panel = code.local('i32')
  const out = code.local('i32')

  const sumsOfUnit = (): void => {
    code.sum(sums, [unit, rows * columnBytes]).set(out)
  }
  // A range of units may go over several parts of the images.
  code.get(start).set(first)
  code.block((done) => {
    code.loop((again) => {
      code.get(first).get(end).op('i32.ge_s').branchIf(done)
      code.get(first).i32(panels).op('i32.div_u').set(image)
      code.sum(panels, [image, panels]).tee(last)
      code.get(end).get(last).get(end).op('i32.lt_s').op('select').set(last)
      code.sum(0, [image, partImages]).tee(firstImage).set(image)
      atMost(code, images, firstImage, partImages, lastImage)
      code.increase(lastImage, firstImage)
      sumUpPart()
      code.get(last).set(first)
      code.branch(again)
    })
  })

  /** Panels `first` to `last` over images `firstImage` to `lastImage`. */
  function sumUpPart(): void {
    if (images === 0)
      code.for(unit, first, last, 1, () => {
        sumsOfUnit()
        emitZeros(code, out, rows * columnBytes)
      })
    code.forRest(image, lastImage, 1, () => {
      code.for(band, 0, upstream[0], bandRows, () => {
        atMost(code, upstream[0], band, bandRows, rowsOfBand)
        emitBandCopy(registers, shared, {
          ...plan,
          advance: strides,
          image: source,
          number: image,
          firstRow: band,
          target: copy,
        })
        code.for(unit, first, last, 1, () => {
          placeUnit()
          placeGradient()
          multiply()
        })
      })
    })
    if (!plan.direct && parts === 1)
      code.for(unit, first, last, 1, () => {
        placeUnit()
        finishPanel(registers, plan, epilogue, own, place, out)
      })
  }

  function placeUnit(): void {
    place.set(unit)
    if (plan.direct) code.sum(own[0], [epilogue.plain?.offset ?? 0, ELEMENT], [resultColumn, ELEMENT]).set(out)
    else sumsOfUnit()
  }

  function placeGradient(): void {
    const lineBytes = upstream[1] * gradientPixel
    code.sum(gradient, [image, upstream[0] * lineBytes], [band, lineBytes], [resultColumn, ELEMENT])
    if (packed) {
      code.i32(gradientPixel).sum(0, [rowsOfBand, upstream[1]])
      code.ints(width, packedPanel, 0).call(packRows(shared, tile.columns)).get(packedPanel)
    }
    code.set(panel)
  }

  function multiply(): void {
    if (plan.depthwise) code.sum(copy, [column, ELEMENT])
    else code.sum(copy, [group, channelOffset(plan, inputs)])
    code.get(table).sum(table, [rows, ELEMENT])
    if (isShort)
      code
        .get(panel)
        .sum(panel, [rowsOfBand, upstream[1] * panelStep])
        .get(out)
    else {
      code.sum(table, [rows, ELEMENT]).sum(table, [rows, ELEMENT], [rowsOfBand, ELEMENT])
      code.ints(upstream[1] * panelStep, panel, out)
    }
    code.i32(plan.direct ? (epilogue.plain?.strides[2] ?? 0) * ELEMENT : columnBytes)
    // Nothing to add to yet in the first band of the first image.
    code.get(image).get(firstImage).op('i32.sub').get(band).op('i32.or').call(tileSums)
  }
}

/** Where the columns of a panel are. */
interface PanelPlace {
  /** Group of the convolution, first column in it, number of columns, and first column of the result. */
  readonly group: Local
  readonly column: Local
  readonly width: Local
  readonly resultColumn: Local
  /** Works them out for the panel of a unit. */
  set(unit: Local): void
}

function placeOfPanel(code: Code, { panels, parts, outputs, tile }: KernelGradientPlan): PanelPlace {
  const [panel, group, column, width, resultColumn] = code.locals('i32', 5)
  const panelsOfGroup = Math.ceil(outputs / tile.columns)
  return {
    group,
    column,
    width,
    resultColumn,
    set(unit) {
      code.get(unit)
      if (parts > 1) code.i32(panels).op('i32.rem_u')
      code.tee(panel).i32(panelsOfGroup).op('i32.div_u').set(group)
      code.get(panel).i32(panelsOfGroup).op('i32.rem_u').i32(tile.columns).op('i32.mul').set(column)
      atMost(code, outputs, column, tile.columns, width)
      code.sum(column, [group, outputs]).set(resultColumn)
    },
  }
}

/** Hands the sums of a panel to the epilogue. */
function finishPanel(
  registers: Registers,
  { kernel, inputs, outputs, tile }: KernelGradientPlan,
  epilogue: Epilogue,
  pointers: readonly Local[],
  { resultColumn, width }: PanelPlace,
  sums: Local,
): void {
  registers.scope(() => {
    emitEpilogue(registers, epilogue, pointers, {
      sums,
      columns: tile.columns,
      rows: [
        { axis: 0, count: kernel[0], step: 1, start: 0 },
        { axis: 1, count: kernel[1], step: 1, start: 0 },
        { axis: 2, count: inputs, step: 1, start: 0 },
      ],
      columnAxis: 3,
      column: resultColumn,
      width,
      lastWidth: outputs % tile.columns,
      fixed: [],
    })
  })
}

/** Adds up the parts of the images and hands their sums to the epilogue. A unit is a panel. */
function emitTotals(
  code: Code,
  { start, end, pointers: [sums, ...own] }: StageParameters,
  shared: SharedFunctions,
  plan: KernelGradientPlan,
  epilogue: Epilogue,
): void {
  const registers = new Registers(code)
  const panelBytes = rowCount(plan) * plan.tile.columns * ELEMENT
  const unit = code.local('i32')
  const total = code.local('i32')
  const place = placeOfPanel(code, plan)
  code.for(unit, start, end, 1, () => {
    place.set(unit)
    code.sum(sums, [unit, panelBytes]).tee(total)
    code.ints(panelBytes, plan.panels * panelBytes, plan.parts).call(addParts(shared))
    finishPanel(registers, plan, epilogue, own, place, total)
  })
}
