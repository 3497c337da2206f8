/**
 * Orthogonal weights (Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
 * neural networks", ICLR 2014): a linear layer that turns its input and leaves lengths as they are.
 */
import type { Random } from '../../base/index.ts'
import { checkNames, checkPositive } from '../checks.ts'
import { describe, described, type Initializer, unfit } from './initializer.ts'

export interface OrthogonalOptions {
  /** Multiplies the matrix; see `gainOf`. Default 1. */
  readonly gain?: number
}

/**
 * A kernel is taken as the matrix Q [everything else, out], as PyTorch flattens it (up to the order of its rows, which the
 * distribution does not know). Q^T Q = gain^2 I where there are at most as many outputs as inputs, else Q Q^T = gain^2 I.
 * Every such matrix is equally likely (Haar measure).
 *
 * @throws ThalwegError `nn/unfit-initializer` for vectors
 */
export function orthogonal(options: OrthogonalOptions = {}): Initializer {
  const { gain = 1 } = options
  checkNames('orthogonal', options, { gain })
  checkPositive('orthogonal', 'gain', gain, 'use 1')
  return described(describe('orthogonal', { gain: gain === 1 ? undefined : gain }), (shape, _, random) => {
    const outputs = shape[shape.length - 1]
    if (shape.length < 2) {
      throw unfit('orthogonal', 'the parameter must have at least two axes', shape, 'use zeros() for a bias')
    }
    const inputs = shape.slice(0, -1).reduce((product, size) => product * size, 1)
    const count = Math.min(inputs, outputs)
    const length = Math.max(inputs, outputs)
    const vectors = orthonormalVectors(count, length, random)
    if (outputs === length) return vectors.map((value) => gain * value)
    const matrix = new Float64Array(inputs * outputs)
    for (let column = 0; column < outputs; column++) {
      for (let row = 0; row < inputs; row++) matrix[row * outputs + column] = gain * vectors[column * length + row]
    }
    return matrix
  })
}

/** Below this share of its length what is left of a vector is rounding as much as direction, and is cleaned once more. */
const CANCELLATION = 0.1

/**
 * `count` orthonormal vectors of `length`, as rows: normal numbers, made orthogonal one after another (modified
 * Gram-Schmidt; repeated after cancellation, as Björck, "Numerics of Gram-Schmidt orthogonalization", 1994, has it). R's
 * diagonal is positive by construction, which makes the distribution uniform (Mezzadri 2007, section 5).
 */
function orthonormalVectors(count: number, length: number, random: Random): Float64Array {
  const rows: Float64Array[] = []
  const all = new Float64Array(count * length)
  for (let i = 0; i < count; i++) {
    const row = all.subarray(i * length, (i + 1) * length)
    for (let k = 0; k < length; k++) row[k] = random.normal()
    const before = norm(row)
    for (const other of rows) removeComponent(row, other)
    if (norm(row) < CANCELLATION * before) for (const other of rows) removeComponent(row, other)
    const scale = 1 / norm(row)
    for (let k = 0; k < length; k++) row[k] *= scale
    rows.push(row)
  }
  return all
}

function removeComponent(row: Float64Array, unit: Float64Array): void {
  let dot = 0
  for (let k = 0; k < row.length; k++) dot += row[k] * unit[k]
  for (let k = 0; k < row.length; k++) row[k] -= dot * unit[k]
}

function norm(row: Float64Array): number {
  let sum = 0
  for (let k = 0; k < row.length; k++) sum += row[k] * row[k]
  return Math.sqrt(sum)
}
