/** The weights of a folded model: scales multiplied in, shifts added, the batch norms' own arrays gone. Float64. */
import { internal } from '../../base/index.ts'
import type { NamedArray } from '../store.ts'
import type { Folding } from './find.ts'

export type Arrays = Readonly<Record<string, NamedArray>>

export function foldedArrays(arrays: Arrays, foldings: readonly Folding[]): Record<string, NamedArray> {
  const result = { ...arrays }
  for (const folding of foldings) {
    const { batchNorm, into, kind, channels } = folding
    const { scale, shift } = affine(arrays, folding)
    const weights = `${into}.${kind === 'dense' ? 'weight' : 'kernel'}`
    const array = arrayAt(arrays, weights)
    const channelOf = kind === 'convTranspose' ? transposedChannel(array.shape, folding) : (i: number) => i % channels
    result[weights] = { ...array, data: Float64Array.from(array.data, (value, i) => value * scale[channelOf(i)]) }
    const bias = folding.bias ? arrayAt(arrays, `${into}.bias`).data : new Float64Array(channels)
    const data = Float64Array.from(bias, (value, channel) => value * scale[channel] + shift[channel])
    result[`${into}.bias`] = { shape: [channels], dtype: 'float32', data }
    for (const name of ['gamma', 'beta', 'runningMean', 'runningVariance', 'batches']) {
      delete result[`${batchNorm}.${name}`]
    }
  }
  return result
}

/** What batch norm does at test time, per channel: `x * scale + shift`. */
function affine(
  arrays: Arrays,
  { batchNorm, epsilon, channels }: Folding,
): { readonly scale: Float64Array; readonly shift: Float64Array } {
  const mean = arrayAt(arrays, `${batchNorm}.runningMean`).data
  const variance = arrayAt(arrays, `${batchNorm}.runningVariance`).data
  const gamma = arrays[`${batchNorm}.gamma`]?.data
  const beta = arrays[`${batchNorm}.beta`]?.data
  const scale = Float64Array.from({ length: channels }, (_, c) => (gamma?.[c] ?? 1) / Math.sqrt(variance[c] + epsilon))
  return { scale, shift: scale.map((factor, c) => (beta?.[c] ?? 0) - mean[c] * factor) }
}

/** Of a transposed convolution's kernel [height, width, filters / groups, channels], whose last axis is the input. */
function transposedChannel(shape: readonly number[], { channels, groups }: Folding): (i: number) => number {
  const inputs = shape[3]
  const filters = channels / groups
  return (i) => Math.floor((i % inputs) / (inputs / groups)) * filters + (Math.floor(i / inputs) % filters)
}

function arrayAt(arrays: Arrays, path: string): NamedArray {
  const array = arrays[path]
  if (!array) throw internal('a layer to fold must have its arrays', `no ${path}`)
  return array
}
