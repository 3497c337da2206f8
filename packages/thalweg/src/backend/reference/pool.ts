/** Pooling: windows that slide over images [B, H, W, C], one channel at a time. */
import type { Shape } from '../../base/index.ts'
import type { AveragePoolAttributes, PoolAttributes } from '../../graph/index.ts'
import { isLarger } from './fold.ts'
import { type Evaluate, resultOf, type Values } from './value.ts'

type PoolOp = 'maxPool' | 'maxPoolTake' | 'maxPoolPut' | 'averagePool' | 'averagePoolGrad'

/** Calls `visit(output, places)` for each element of the output, with the places of its window inside the image. */
function eachWindow(
  image: Shape,
  output: Shape,
  { window, strides, padding }: PoolAttributes,
  visit: (output: number, places: readonly number[]) => void,
): void {
  const [batch, height, width, channels] = image
  const [, outHeight, outWidth] = output
  let place = 0
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < outHeight; row++)
      for (let column = 0; column < outWidth; column++)
        for (let channel = 0; channel < channels; channel++) {
          const top = row * strides[0] - padding[0]
          const left = column * strides[1] - padding[2]
          const places: number[] = []
          for (let y = Math.max(top, 0); y < Math.min(top + window[0], height); y++)
            for (let x = Math.max(left, 0); x < Math.min(left + window[1], width); x++)
              places.push(((b * height + y) * width + x) * channels + channel)
          visit(place++, places)
        }
}

function largestPlace(x: Values, places: readonly number[]): number {
  return places.reduce((best, place) => (isLarger(x[place], x[best]) ? place : best))
}

function divisor({ window, countPadding }: AveragePoolAttributes, places: readonly number[]): number {
  return countPadding ? window[0] * window[1] : places.length
}

export const POOL: { readonly [Op in PoolOp]: Evaluate<Op> } = {
  maxPool: (node, [x]) => {
    const result = resultOf(node)
    eachWindow(node.inputs[0].shape, node.shape, node.attributes, (output, places) => {
      result[output] = x[largestPlace(x, places)]
    })
    return result
  },

  maxPoolTake: (node, [x, values]) => {
    const result = resultOf(node)
    eachWindow(node.inputs[0].shape, node.shape, node.attributes, (output, places) => {
      result[output] = values[largestPlace(x, places)]
    })
    return result
  },

  maxPoolPut: (node, [x, upstream]) => {
    const result = resultOf(node)
    eachWindow(node.shape, node.inputs[1].shape, node.attributes, (output, places) => {
      result[largestPlace(x, places)] += upstream[output]
    })
    return result
  },

  averagePool: (node, [x]) => {
    const result = resultOf(node)
    eachWindow(node.inputs[0].shape, node.shape, node.attributes, (output, places) => {
      let sum = 0
      for (const place of places) sum += x[place]
      result[output] = sum / divisor(node.attributes, places)
    })
    return result
  },

  averagePoolGrad: (node, [upstream]) => {
    const result = resultOf(node)
    eachWindow(node.shape, node.inputs[0].shape, node.attributes, (output, places) => {
      const share = upstream[output] / divisor(node.attributes, places)
      for (const place of places) result[place] += share
    })
    return result
  },
}
