/** Cases of the pooling ops. */
import type { Random, Shape } from '../../base/index.ts'
import { type PoolAttributes, windowedSize } from '../../graph/index.ts'
import type { CaseKind, CaseOperand, DrawCase } from './case.ts'
import { type DrawValue, drawDistinct, drawLeaf, edgeValue, kindOf, magnitudes, operand, pick } from './draw.ts'

type PoolOp = 'maxPool' | 'maxPoolTake' | 'maxPoolPut' | 'averagePool' | 'averagePoolGrad'

interface Pooling {
  readonly attributes: PoolAttributes
  readonly image: Shape
  readonly output: Shape
}

const CHANNELS = [0, 1, 1, 2, 3, 4, 5, 8, 9, 16, 19] as const

/** Draws until the window fits: overlapping and apart, padded less than the window, remainders at the end left out. */
function drawPooling(draw: Random, turn: number): Pooling {
  for (;;) {
    const one = () => 1 + draw.integer(3)
    const window = [one(), one()] as const
    const paddingBelow = (size: number) => (turn % 2 === 0 ? 0 : draw.integer(size))
    const attributes: PoolAttributes = {
      window,
      strides: turn % 4 < 2 ? window : [one(), one()],
      padding: [paddingBelow(window[0]), paddingBelow(window[0]), paddingBelow(window[1]), paddingBelow(window[1])],
    }
    const [top, bottom, left, right] = attributes.padding
    const [batch, height, width, channels] =
      turn % 16 === 9
        ? [1, 1, 1, 1]
        : [
            draw.integer(16) === 0 ? 0 : 1 + draw.integer(3),
            1 + draw.integer(8),
            1 + draw.integer(8),
            pick(draw, CHANNELS),
          ]
    const outHeight = windowedSize(height, top + bottom, window[0], attributes.strides[0])
    const outWidth = windowedSize(width, left + right, window[1], attributes.strides[1])
    if (outHeight < 1 || outWidth < 1) continue
    return {
      attributes,
      image: [batch, height, width, channels],
      output: [batch, outHeight, outWidth, channels],
    }
  }
}

const normal: DrawValue = (draw) => draw.normal()
const VALUES: { readonly [Kind in CaseKind]: DrawValue } = {
  smooth: normal,
  edge: edgeValue,
  extreme: magnitudes(-36, 36),
}

/** What is compared: no two elements close to each other where slopes are measured, ties and NaN at the edge. */
function compared(draw: Random, kind: CaseKind, shape: Shape): CaseOperand {
  if (kind !== 'smooth') return operand(draw, shape, 'float32', VALUES[kind])
  return { shape, dtype: 'float32', data: drawDistinct(draw, shape), leaf: drawLeaf(draw) }
}

const maxPool: DrawCase<'maxPool'> = (draw, turn) => {
  const kind = kindOf(turn >> 1)
  const { attributes, image } = drawPooling(draw, turn)
  return { kind, attributes, operands: [compared(draw, kind, image)] }
}

const maxPoolTake: DrawCase<'maxPoolTake'> = (draw, turn) => {
  const kind = kindOf(turn >> 1)
  const { attributes, image } = drawPooling(draw, turn)
  const operands = [compared(draw, kind, image), operand(draw, image, 'float32', VALUES[kind])]
  return { kind, attributes, operands }
}

const maxPoolPut: DrawCase<'maxPoolPut'> = (draw, turn) => {
  const kind = kindOf(turn >> 1)
  const { attributes, image, output } = drawPooling(draw, turn)
  const operands = [compared(draw, kind, image), operand(draw, output, 'float32', VALUES[kind])]
  return { kind, attributes, operands }
}

const averagePool: DrawCase<'averagePool'> = (draw, turn) => {
  const kind = kindOf(turn >> 1)
  const { attributes, image } = drawPooling(draw, turn)
  const countPadding = draw.bits() % 2 === 0
  return {
    kind,
    attributes: { ...attributes, countPadding },
    operands: [operand(draw, image, 'float32', VALUES[kind])],
  }
}

const averagePoolGrad: DrawCase<'averagePoolGrad'> = (draw, turn) => {
  const kind = kindOf(turn >> 1)
  const { attributes, image, output } = drawPooling(draw, turn)
  const countPadding = draw.bits() % 2 === 0
  const imageSize = [image[1], image[2]] as const
  const operands = [operand(draw, output, 'float32', VALUES[kind])]
  return { kind, attributes: { ...attributes, countPadding, imageSize }, operands }
}

export const POOLING_CASES: { readonly [Op in PoolOp]: DrawCase<Op> } = {
  maxPool,
  maxPoolTake,
  maxPoolPut,
  averagePool,
  averagePoolGrad,
}
