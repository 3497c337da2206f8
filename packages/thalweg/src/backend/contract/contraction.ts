/** Cases of matrix products and convolutions. */
import type { Random, Shape } from '../../base/index.ts'
import { type ConvAttributes, dilatedExtent, windowedSize } from '../../graph/index.ts'
import type { ContractionOp } from '../program.ts'
import type { CaseKind, CaseOperand, DrawCase } from './case.ts'
import { type DrawValue, edgeValue, kindOf, magnitudes, movedOperand, operand, pick } from './draw.ts'

/** Products of two such stay finite, and so do sums of many. */
const large: DrawValue = magnitudes(-15, 15)
const normal: DrawValue = (draw) => draw.normal()
/** Few infinities: most sums that meet one are NaN and tell nothing more. */
const mostlyNormal: DrawValue = (draw, place, count) =>
  draw.integer(12) === 0 ? edgeValue(draw, place, count) : draw.normal()

function valuesFor(kind: CaseKind): DrawValue {
  return { smooth: normal, edge: mostlyNormal, extreme: large }[kind]
}

const SIDES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 31, 33, 48, 65] as const
const BATCHES: readonly Shape[] = [[], [], [], [1], [2], [3], [2, 3], [0]]

function drawSide(draw: Random, turn: number): number {
  return turn % 3 === 0 ? pick(draw, SIDES.slice(0, 6)) : pick(draw, SIDES)
}

/** Sometimes long: blocks of partial sums, and what is left of the last one. */
function drawInner(draw: Random, turn: number): number {
  return turn % 10 === 6 ? pick(draw, [129, 256, 300, 515, 1100]) : drawSide(draw, turn)
}

const matmul: DrawCase<'matmul'> = (draw, turn) => {
  const kind = kindOf(turn)
  const [transposeA, transposeB] = [draw.bits() % 2 === 0, draw.bits() % 2 === 0]
  const [M, N, K] = turn === 1 ? [1, 1, 1] : [drawSide(draw, turn), drawSide(draw, turn), drawInner(draw, turn)]
  const batch = turn === 1 ? [] : pick(draw, BATCHES)
  const a = [...batch, ...(transposeA ? [K, M] : [M, K])]
  const b = [...batch, ...(transposeB ? [N, K] : [K, N])]
  const value = valuesFor(kind)
  const operands = [movedOperand(draw, a, 'float32', value), movedOperand(draw, b, 'float32', value)]
  return { kind, attributes: { transposeA, transposeB }, operands }
}

interface Convolution {
  readonly attributes: ConvAttributes
  readonly image: Shape
  readonly kernel: Shape
  readonly output: Shape
}

/** [groups, channels per group, outputs per group]: plain, grouped, depthwise, and wide enough for whole vectors. */
const CHANNELS = [
  ...[
    [1, 1, 1],
    [1, 3, 4],
    [1, 2, 5],
    [1, 4, 8],
    [1, 5, 17],
    [1, 16, 9],
    [1, 8, 33],
    [1, 0, 3],
    [1, 3, 0],
  ],
  ...[
    [2, 1, 1],
    [2, 3, 2],
    [3, 2, 4],
    [4, 4, 4],
    [2, 8, 8],
    [5, 1, 1],
    [8, 1, 1],
    [3, 1, 2],
    [16, 1, 1],
    [7, 1, 3],
  ],
] as const

/** One product. */
const SMALLEST: Convolution = {
  attributes: { strides: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
  image: [1, 1, 1, 1],
  kernel: [1, 1, 1, 1],
  output: [1, 1, 1, 1],
}

/** Draws until the kernel fits into the padded image. */
function drawConvolution(draw: Random, turn: number): Convolution {
  if (turn === 1) return SMALLEST
  const one = () => 1 + draw.integer(3)
  for (;;) {
    const [groups, groupChannels, groupOutputs] = pick(draw, CHANNELS)
    const kernelSize = [1 + draw.integer(4), 1 + draw.integer(4)]
    const plain = turn % 3 === 0
    const attributes: ConvAttributes = {
      strides: plain ? [1, 1] : [one(), one()],
      padding: plain ? [1, 1, 1, 1] : [draw.integer(4), draw.integer(4), draw.integer(4), draw.integer(4)],
      dilation: turn % 3 === 2 ? [one(), one()] : [1, 1],
      groups,
    }
    const batch = draw.integer(16) === 0 ? 0 : 1 + draw.integer(3)
    const [height, width] = [1 + draw.integer(turn % 5 === 0 ? 12 : 7), 1 + draw.integer(turn % 5 === 0 ? 12 : 7)]
    const [top, bottom, left, right] = attributes.padding
    const extent = kernelSize.map((size, axis) => dilatedExtent(size, attributes.dilation[axis]))
    const outHeight = windowedSize(height, top + bottom, extent[0], attributes.strides[0])
    const outWidth = windowedSize(width, left + right, extent[1], attributes.strides[1])
    if (outHeight < 1 || outWidth < 1) continue
    return {
      attributes,
      image: [batch, height, width, groups * groupChannels],
      kernel: [kernelSize[0], kernelSize[1], groupChannels, groups * groupOutputs],
      output: [batch, outHeight, outWidth, groups * groupOutputs],
    }
  }
}

/**
 * Only the first operand has NaN and infinities. The second meets padding, and whether padding takes part as a zero
 * (0 * Infinity is NaN) or not at all is left open.
 */
function drawPair(draw: Random, kind: CaseKind, first: Shape, second: Shape): CaseOperand[] {
  const value = valuesFor(kind)
  return [operand(draw, first, 'float32', value), operand(draw, second, 'float32', kind === 'edge' ? normal : value)]
}

const conv2d: DrawCase<'conv2d'> = (draw, turn) => {
  const kind = kindOf(turn)
  const { attributes, image, kernel } = drawConvolution(draw, turn)
  return { kind, attributes, operands: drawPair(draw, kind, image, kernel) }
}

const conv2dImageGrad: DrawCase<'conv2dImageGrad'> = (draw, turn) => {
  const kind = kindOf(turn)
  const { attributes, image, kernel, output } = drawConvolution(draw, turn)
  const operands = drawPair(draw, kind, output, kernel)
  return { kind, attributes: { ...attributes, imageSize: [image[1], image[2]] }, operands }
}

const conv2dKernelGrad: DrawCase<'conv2dKernelGrad'> = (draw, turn) => {
  const kind = kindOf(turn)
  const { attributes, image, kernel, output } = drawConvolution(draw, turn)
  const operands = drawPair(draw, kind, image, output)
  return { kind, attributes: { ...attributes, kernelSize: [kernel[0], kernel[1]] }, operands }
}

export const CONTRACTION_CASES: { readonly [Op in ContractionOp]: DrawCase<Op> } = {
  matmul,
  conv2d,
  conv2dImageGrad,
  conv2dKernelGrad,
}
