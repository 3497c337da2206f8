/**
 * How the gradient of a convolution by its kernel is computed: what a unit is, and where the copy of an image holds what.
 * kernel-gradient.ts emits it.
 */
import { type Shape, sizeOf } from '../../../base/index.ts'
import type { ContractionKernel } from '../../program.ts'
import type { Features } from '../features.ts'
import type { Epilogue } from './epilogue.ts'
import { chooseTile, depthwiseTile, ELEMENT, NS_PER_STEP, roundUp, type Tile } from './tile.ts'

export type KernelGradient = Extract<ContractionKernel, { op: 'conv2dKernelGrad' }>
type Pair = readonly [height: number, width: number]

const PLANE_CHANNELS = 4
/** Pixels of a band: steps along K between two visits of the sums. */
const PIECE = 256
/** So few kernel positions and channels do not repay the packing of the gradient. */
const FEW_ROWS = 32
/**
 * Images are divided into parts until there are so many units, each so long, and so many bytes of sums. Parts are summed up one
 * by one, so they may not depend on the tile that an engine likes best, or its bits would be others: panels are counted as if
 * they were this wide.
 */
const PANEL_COLUMNS = 16
const ENOUGH_UNITS = 32
const UNIT_NS = 10_000
const SUM_BYTES = 4 << 20

export interface KernelGradientPlan {
  readonly images: number
  readonly source: Pair
  readonly channels: number
  readonly upstream: Pair
  readonly kernel: Pair
  readonly groups: number
  /** Every channel is summed up by itself: see convolution-plan.ts. */
  readonly depthwise: boolean
  /** Channels of a group; outputs of all groups together where the convolution is depthwise. */
  readonly inputs: number
  readonly outputs: number
  readonly strides: Pair
  readonly dilation: Pair
  /** Position in the source of what output 0 reads first. */
  readonly low: Pair
  readonly tile: Tile
  /** Rows of the upstream gradient that a band has, and bands of an image. */
  readonly bandRows: number
  readonly bands: number
  /** Rows and columns of the source that a band reads. */
  readonly bandSource: Pair
  /** Whether channels are copied as planes of four; else as they lie. */
  readonly planes: boolean
  /** Whether panels of the upstream gradient are packed; else they are read where they lie. */
  readonly packed: boolean
  /** Panels of columns, of all groups together. */
  readonly panels: number
  /** Parts of the images, and images of a part. */
  readonly parts: number
  readonly partImages: number
  /** Whether sums are collected where they belong. */
  readonly direct: boolean
}

export function workOf({ images, upstream }: Pick<KernelGradientPlan, 'images' | 'upstream'>, shape: Shape): number {
  return images * upstream[0] * upstream[1] * sizeOf(shape) * NS_PER_STEP
}

export function planKernelGradient(
  kernel: KernelGradient,
  features: Features,
  { plain }: Epilogue,
): KernelGradientPlan {
  const { strides, dilation, padding, kernelSize } = kernel.attributes
  const [images, height, width, channels] = kernel.operandShapes[0]
  const [, outHeight, outWidth] = kernel.operandShapes[1]
  const [kernelHeight, kernelWidth, inputs, allOutputs] = kernel.shape
  const depthwise = inputs === 1 && channels > 1 && channels === allOutputs
  const groups = depthwise ? 1 : kernel.attributes.groups
  const outputs = allOutputs / groups
  const m = kernelHeight * kernelWidth * inputs
  const tile = depthwise ? depthwiseTile(features) : chooseTile(features, m, outputs)
  const bands = Math.ceil(outHeight / Math.max(1, Math.floor(PIECE / outWidth)))
  const bandRows = Math.ceil(outHeight / bands)
  const panels = groups * Math.ceil(outputs / tile.columns)
  const work = workOf({ images, upstream: [outHeight, outWidth] }, kernel.shape)
  const columns = depthwise ? tile.columns : PANEL_COLUMNS
  const widePanels = groups * Math.ceil(outputs / columns)
  const wantedParts = Math.min(ENOUGH_UNITS, work / UNIT_NS) / widePanels
  const mostParts = SUM_BYTES / (widePanels * m * columns * ELEMENT)
  const partImages = Math.ceil(images / Math.max(1, Math.min(images, wantedParts, mostParts)))
  const parts = images === 0 ? 1 : Math.ceil(images / partImages)
  const direct =
    parts === 1 &&
    images > 0 &&
    m % tile.rows === 0 &&
    outputs % tile.columns === 0 &&
    plain?.strides[3] === 1 &&
    plain.strides[1] === plain.strides[2] * inputs &&
    plain.strides[0] === plain.strides[1] * kernelWidth
  return {
    images,
    source: [height, width],
    channels,
    upstream: [outHeight, outWidth],
    kernel: kernelSize,
    groups,
    depthwise,
    inputs,
    outputs,
    strides,
    dilation,
    low: [-padding[0], -padding[2]],
    tile,
    bandRows,
    bands: Math.ceil(outHeight / bandRows),
    bandSource: [
      (bandRows - 1) * strides[0] + (kernelHeight - 1) * dilation[0] + 1,
      (outWidth - 1) * strides[1] + (kernelWidth - 1) * dilation[1] + 1,
    ],
    planes: inputs % PLANE_CHANNELS === 0,
    packed: m > FEW_ROWS && !depthwise,
    panels,
    parts,
    partImages,
    direct,
  }
}

export function rowCount({ kernel, inputs, tile }: KernelGradientPlan): number {
  return roundUp(kernel[0] * kernel[1] * inputs, tile.rows)
}

/** Bytes from pixel to pixel in the copy. */
export function pixelBytes({ planes, channels }: KernelGradientPlan): number {
  return (planes ? PLANE_CHANNELS : channels) * ELEMENT
}

/** Bytes from the first channel of the copy to channel `channel` of the same pixel. */
export function channelOffset({ planes, bandSource }: KernelGradientPlan, channel: number): number {
  if (!planes) return channel * ELEMENT
  const plane = Math.floor(channel / PLANE_CHANNELS) * bandSource[0] * bandSource[1]
  return (plane * PLANE_CHANNELS + (channel % PLANE_CHANNELS)) * ELEMENT
}

/** Where each kernel position and channel reads the copy; the last tile repeats the last. */
export function rowOffsets(plan: KernelGradientPlan): number[] {
  const { kernel, inputs, dilation, bandSource } = plan
  const last = kernel[0] * kernel[1] * inputs - 1
  return Array.from({ length: rowCount(plan) }, (_, row) => {
    const position = Math.floor(Math.min(row, last) / inputs)
    const y = Math.floor(position / kernel[1]) * dilation[0]
    const x = (position % kernel[1]) * dilation[1]
    return (y * bandSource[1] + x) * pixelBytes(plan) + channelOffset(plan, Math.min(row, last) % inputs)
  })
}

/** Where each row of the upstream gradient begins in the copy. */
export function segmentOffsets(plan: KernelGradientPlan): number[] {
  return Array.from({ length: plan.bandRows }, (_, y) => y * lineDistance(plan))
}

/** Bytes in the copy between what two rows of the upstream gradient read. */
export function lineDistance(plan: KernelGradientPlan): number {
  return plan.strides[0] * plan.bandSource[1] * pixelBytes(plan)
}
