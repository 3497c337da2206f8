/**
 * Standardize: subtract the mean, divide by the standard deviation, for each place of the last axis: each feature of a
 * table, each channel of an image. Plain data; see transform.ts for how it is applied.
 */
import { formatShape, type Shape, ThalwegError } from '../../base/index.ts'

export interface Standardize {
  readonly kind: 'standardize'
  /** One per place of the last axis. */
  readonly mean: readonly number[]
  /** Standard deviation (over n, not n - 1); 1 where the values never vary. */
  readonly scale: readonly number[]
}

/** Calls `visit` with all the values that are fitted to, piece by piece; the last axis varies fastest. */
export type Walk = (visit: (values: ArrayLike<number>) => void) => void

/**
 * Fits mean and deviation in two passes, so that a large mean does not swallow a small deviation; what rounding left of
 * the mean shows as the sum of the differences and is put back (Chan, Golub, LeVeque 1983, the corrected two-pass method).
 *
 * @param channels length of the last axis
 * @param leave channels to leave as they are (mean 0, scale 1), such as one-hot columns
 */
export function fitStandardize(channels: number, walk: Walk, leave?: readonly boolean[]): Standardize {
  const mean = new Array<number>(channels).fill(0)
  const scale = new Array<number>(channels).fill(1)
  let count = 0
  walk((values) => {
    for (let i = 0; i < values.length; i++) mean[i % channels] += values[i]
    count += values.length / channels
  })
  if (count === 0) return { kind: 'standardize', mean, scale }
  for (let c = 0; c < channels; c++) mean[c] /= count
  const rests = new Array<number>(channels).fill(0)
  const squares = new Array<number>(channels).fill(0)
  walk((values) => {
    for (let i = 0; i < values.length; i++) {
      const difference = values[i] - mean[i % channels]
      rests[i % channels] += difference
      squares[i % channels] += difference * difference
    }
  })
  for (let c = 0; c < channels; c++) {
    const rest = rests[c] / count
    const deviation = Math.sqrt(Math.max(0, squares[c] / count - rest * rest))
    mean[c] += rest
    // Rounding leaves a constant column with a deviation of about 1e-16 times its value; that is still constant.
    scale[c] = deviation > 1e-12 * Math.abs(mean[c]) ? deviation : 1
    if (leave?.[c]) {
      mean[c] = 0
      scale[c] = 1
    }
  }
  return { kind: 'standardize', mean, scale }
}

export function standardizedShape(transform: Standardize, shape: Shape): Shape {
  if (shape.at(-1) === transform.mean.length) return shape
  throw new ThalwegError('data/shape-mismatch', {
    rule: 'standardize: the last axis must be as long as in the data it was fitted to',
    received: `${formatShape(shape)}, fitted to ${transform.mean.length}`,
    try: 'fit the preprocessing to this data, or give data of the fitted shape',
  })
}

/** `outputs` may be `inputs`. */
export function applyStandardize(
  transform: Standardize,
  inputs: Float32Array | Float64Array,
  outputs: Float32Array | Float64Array,
): void {
  const { mean, scale } = transform
  const channels = mean.length
  if (channels === 1) {
    const [shift, divisor] = [mean[0], scale[0]]
    for (let i = 0; i < inputs.length; i++) outputs[i] = (inputs[i] - shift) / divisor
    return
  }
  for (let i = 0, c = 0; i < inputs.length; i++) {
    outputs[i] = (inputs[i] - mean[c]) / scale[c]
    c = c + 1 === channels ? 0 : c + 1
  }
}
