/** How PCA and whitening are applied: one matrix there, one back, made when they are first needed. */
import { formatShape, sizeOf, ThalwegError } from '../../base/index.ts'
import { createMultiply, type Multiply } from './linear/product.ts'
import type { Mapping } from './mapping.ts'
import type { Components, Pca } from './pca.ts'
import type { Whitening } from './whitening.ts'

export function projection(transform: Pca | Whitening): Mapping {
  const { kind, mean, variance } = transform
  const features = mean.length
  const outputs = kind === 'zca-whitening' ? features : variance.length
  let forward: Multiply | undefined
  let back: Multiply | undefined
  return {
    outputShape(shape) {
      if (sizeOf(shape) !== features) throw mismatch(kind, formatShape(shape), features)
      return kind === 'zca-whitening' ? shape : [outputs]
    },
    apply(from, to) {
      forward ??= createMultiply(matrixOf(transform, false), features, outputs)
      forward(from, to, mean, undefined)
    },
    invert(from, to) {
      back ??= createMultiply(matrixOf(transform, true), outputs, features)
      back(from, to, undefined, mean)
    },
  }
}

/** `[features, outputs]`, or `[outputs, features]` of the inverse. */
function matrixOf(transform: Pca | Whitening, isInverse: boolean): Float64Array {
  const scales = scalesOf(transform, isInverse)
  if (transform.kind !== 'zca-whitening') {
    return isInverse ? scaledRows(transform, scales) : scaledColumns(transform, scales)
  }
  const { mean, variance, components } = transform
  const left = scaledColumns(transform, scales)
  const product = new Float64Array(mean.length ** 2)
  createMultiply(Float64Array.from(components), variance.length, mean.length)(left, product, undefined, undefined)
  return product
}

/** What each component is multiplied with. */
function scalesOf(transform: Pca | Whitening, isInverse: boolean): Float64Array {
  if (transform.kind === 'pca') return new Float64Array(transform.variance.length).fill(1)
  const deviations = Float64Array.from(transform.variance, (value) => Math.sqrt(value + transform.epsilon))
  return isInverse ? deviations : deviations.map((deviation) => 1 / deviation)
}

/** The components as rows, `[k, features]`. */
function scaledRows({ components, mean }: Components, scales: Float64Array): Float64Array {
  return Float64Array.from(components, (value, i) => value * scales[Math.floor(i / mean.length)])
}

/** The components as columns, `[features, k]`. */
function scaledColumns({ components, mean }: Components, scales: Float64Array): Float64Array {
  const count = scales.length
  const columns = new Float64Array(components.length)
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < mean.length; i++) columns[i * count + k] = components[k * mean.length + i] * scales[k]
  }
  return columns
}

function mismatch(kind: string, shape: string, features: number): ThalwegError {
  return new ThalwegError('data/shape-mismatch', {
    rule: `${kind}: examples must have as many values as those it was fitted to`,
    received: `${shape}, fitted to ${features} values`,
    try: 'fit the preprocessing to this data, or give data of the fitted shape',
  })
}
