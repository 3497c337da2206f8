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
  /** How many axes have a variance above the rounding of the largest: fewer than the features where some depend on others. */
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
  walk((values) => gram.add(values))
  const covariance = gram.result()
  for (let i = 0; i < covariance.length; i++) covariance[i] /= count
  const { values, vectors } = symmetricEigen(covariance, features)
  if (!(values[0] > 0)) throw noVariance(operation, name, count)
  // What rounding makes of 0: NumPy's matrix_rank draws the line at the same place.
  const least = values[0] * features * Number.EPSILON
  const variance = values.map((value) => Math.max(0, value))
  return { mean, variance, axes: vectors, rank: values.filter((value) => value > least).length }
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
