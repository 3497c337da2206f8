/**
 * The numbers that every contender starts from, in whatever language: the batch and the first weights are the same for
 * all, so that their losses can be held against each other. contenders/pytorch.py draws them by the same rule.
 */
import type { Workload } from './workloads.ts'

/** Uniform in [-0.5, 0.5): the finalizer of MurmurHash3 over a counter. Stream 0 is the batch, 1.. are the weights. */
export function noise(stream: number, count: number): Float64Array {
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    let bits = (Math.imul(i, 0x9e3779b1) + Math.imul(stream, 0x7feb352d)) | 0
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    values[i] = ((bits ^ (bits >>> 16)) >>> 0) / 0x100000000 - 0.5
  }
  return values
}

/**
 * First weights of the parameter that is number `stream` (from 1) among those that have a fan-in, in the order of layers,
 * `main` before `shortcut`: uniform with He's variance, 2 / fan-in. Dense [in, out], convolutions [height, width, in, out].
 * Biases begin at 0, scales of a batch norm at 1.
 */
export function firstWeights(stream: number, count: number, fanIn: number): Float64Array {
  const scale = Math.sqrt(24 / fanIn)
  return noise(stream, count).map((value) => value * scale)
}

/** `inputs` [batch, ...inputShape], row-major: uniform numbers, or the numbers of listed features. Labels in turn. */
export function batchOf({ batch, inputShape, classes, layers }: Workload): {
  inputs: Float32Array
  labels: Int32Array
} {
  const width = inputShape.reduce((product, n) => product * n, 1)
  const drawn = noise(0, batch * width)
  const first = layers[0]
  // Of as many stripes of features as are listed, one feature each: none is listed twice.
  const stripe = first.kind === 'sparseDense' ? first.features / width : 0
  const inputs =
    stripe === 0
      ? Float32Array.from(drawn)
      : Float32Array.from(drawn, (value, i) => Math.floor(((i % width) + value + 0.5) * stripe))
  return { inputs, labels: Int32Array.from({ length: batch }, (_, i) => i % classes) }
}

/** What `sparseDense` stands for: `[batch, features]`, 1 where a feature is listed. */
export function multiHot(listed: Float32Array, batch: number, features: number): Float32Array {
  const inputs = new Float32Array(batch * features)
  const width = listed.length / batch
  for (let i = 0; i < listed.length; i++) inputs[Math.floor(i / width) * features + listed[i]] = 1
  return inputs
}
