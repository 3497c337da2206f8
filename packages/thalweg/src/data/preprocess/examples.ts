/** What a transform is fitted to: the training examples, walked as often as the fit needs. */
import { type Shape, sizeOf } from '../../base/index.ts'

/** Calls `visit` with all the values that are fitted to, in pieces of whole examples; the last axis varies fastest. */
export type Walk = (visit: (values: ArrayLike<number>) => void) => void

export interface Examples {
  /** What errors call them. */
  readonly name: string
  /** Shape of one example. */
  readonly shape: Shape
  readonly walk: Walk
  /** Features that scaling leaves as they are (one-hot columns), `[features]`. Default none. */
  readonly leave?: readonly boolean[] | undefined
}

/** Whether a figure is computed for each channel (place of the last axis) or for each value of an example. */
export type Per = 'channel' | 'pixel'

/** How many figures that makes. */
export function countOf(shape: Shape, per: Per): number {
  return per === 'channel' ? (shape.at(-1) ?? 1) : sizeOf(shape)
}

/** `[period]`: the mean of every `period`-th value; zeros where there are none. */
export function meanOf(period: number, walk: Walk): { readonly mean: number[]; readonly count: number } {
  const mean = new Array<number>(period).fill(0)
  let count = 0
  walk((values) => {
    for (let i = 0, k = 0; i < values.length; i++) {
      mean[k] += values[i]
      k = k + 1 === period ? 0 : k + 1
    }
    count += values.length / period
  })
  if (count > 0) for (let k = 0; k < period; k++) mean[k] /= count
  return { mean, count }
}
