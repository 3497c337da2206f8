/**
 * Principal axes of the training examples: the eigenvectors of their covariance, the axis of greatest variance first
 * (Pearson 1901, Hotelling 1933). The covariance is over n, as the standard deviation of `standardize` is; divide by
 * (n - 1) / n to compare with NumPy's `cov`.
 */
import { formatShape, sizeOf, ThalwegError } from '../../base/index.ts'
import { type Examples, meanOf } from './examples.ts'
import { symmetricEigen } from './linear/eigen.ts'
import { createGram } from './linear/product.ts'

export interface PrincipalAxes {
  /** `[features]` */
  readonly mean: readonly number[]
  /** Variance along each axis, descending, `[features]`. */
  readonly variance: Float64Array
  /** `[features, features]`: row i is axis i, of length 1, its largest entry positive. */
  readonly axes: Float64Array
  /** How many axes have a variance above what rounding makes: fewer than the features where some depend on others. */
  readonly rank: number
}

/** Beyond, the covariance alone takes more than 512 MB. */
const MOST_FEATURES = 8192

/** @throws ThalwegError `data/too-many-features`, `data/no-variance` */
export function principalAxes(operation: string, { name, shape, walk }: Examples): PrincipalAxes {
  const features = sizeOf(shape)
  if (features > MOST_FEATURES) throw tooMany(operation, name, formatShape(shape), features)
  const { mean, count } = meanOf(features, walk)
  const gram = createGram(features, mean)
  let isFloat32 = true
  walk((values) => {
    isFloat32 &&= values instanceof Float32Array
    gram.add(values)
  })
  const covariance = gram.result()
  for (let i = 0; i < covariance.length; i++) covariance[i] /= count
  const squares = mean.map((value, k) => value * value + covariance[k * features + k])
  const { values, vectors } = symmetricEigen(covariance, features)
  // What rounding makes of 0, in the eigenvalues (NumPy's matrix_rank draws the line at the same place) ...
  const ofValues = values[0] * features * Number.EPSILON
  // ... and in the examples: a float32 is off by 2^-24 of itself at most.
  const least = isFloat32 ? Math.max(ofValues, Math.max(...squares) * 2 ** -48) : ofValues
  const rank = values.filter((value) => value > least).length
  if (rank === 0) throw noVariance(operation, name, count)
  return { mean, variance: values.map((value) => Math.max(0, value)), axes: vectors, rank }
}

function tooMany(operation: string, name: string, shape: string, features: number): ThalwegError {
  return new ThalwegError('data/too-many-features', {
    rule: `${operation} of ${name}: an example may have at most ${MOST_FEATURES} values`,
    received: `examples ${shape}, ${features} values`,
    try: 'make the images smaller, or scale them with standardize()',
  })
}

function noVariance(operation: string, name: string, count: number): ThalwegError {
  return new ThalwegError('data/no-variance', {
    rule: `${operation} of ${name}: at least one value must vary among the training examples`,
    received: `${count} examples that are all alike`,
    try: 'give more examples, or check how they were read',
  })
}
