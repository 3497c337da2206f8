/**
 * Principal component analysis: examples in the coordinates of their principal axes, uncorrelated, of which the first k
 * are kept: `y = (x - mean) C^T`. Inverse: `x = y C + mean`, exact where all axes are kept, else the nearest point.
 */

import { ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import type { Examples } from './examples.ts'
import { type PrincipalAxes, principalAxes } from './principal.ts'

export interface Components {
  /** `[features]` */
  readonly mean: readonly number[]
  /** `[k, features]`, row-major: unit vectors. */
  readonly components: readonly number[]
  /** Variance of the training examples along each, `[k]`. */
  readonly variance: readonly number[]
  /** Along all axes, those that were not kept too. */
  readonly totalVariance: number
}

export interface Pca extends Components {
  readonly kind: 'pca'
}

export interface PcaOptions {
  /** How many to keep. Default all. */
  readonly components?: number
  /** Or: as many as are needed to keep this share of the total variance, in (0, 1]. */
  readonly variance?: number
}

/** @throws ThalwegError `data/bad-components`; when fitted `data/no-variance`, `data/too-many-features` */
export function pca(options: PcaOptions = {}): (examples: Examples) => Pca {
  const { components, variance } = options
  checkNames('pca', options, { components, variance })
  checkOptions('pca', options)
  return (examples) => {
    const found = principalAxes('pca', examples)
    return { kind: 'pca', ...keptComponents(found, chosenCount('pca', found, options, found.variance.length)) }
  }
}

export function checkOptions(operation: string, { components, variance }: PcaOptions): void {
  const isCount = components === undefined || (Number.isSafeInteger(components) && components >= 1)
  const isShare = variance === undefined || (variance > 0 && variance <= 1)
  if (isCount && isShare && (components === undefined || variance === undefined)) return
  throw new ThalwegError('data/bad-components', {
    rule: `${operation}: give components (an integer of at least 1) or variance (a share in (0, 1]), not both`,
    received: `components ${components}, variance ${variance}`,
    try: 'give components 50, or variance 0.95',
  })
}

/**
 * How many components the options ask for.
 *
 * @param most how many there may be
 */
export function chosenCount(
  operation: string,
  { variance }: PrincipalAxes,
  { components, variance: share }: PcaOptions,
  most: number,
): number {
  if (share !== undefined) return countFor(variance, share, most)
  if (components === undefined || components <= most) return components ?? most
  const isSingular = most < variance.length
  throw new ThalwegError('data/bad-components', {
    rule: `${operation}: there must be as many components${isSingular ? ' with a variance above 0' : ''} as are to be kept`,
    received: `components ${components}, of ${variance.length} features${isSingular ? ` that vary along ${most} axes` : ''}`,
    try: `give components ${most}${isSingular ? ', or an epsilon above 0' : ' or fewer'}`,
  })
}

function countFor(variance: Float64Array, share: number, most: number): number {
  const total = sum(variance)
  let kept = 0
  for (let k = 0; k < most; k++) {
    kept += variance[k]
    if (kept >= share * total) return k + 1
  }
  return most
}

export function keptComponents({ mean, axes, variance }: PrincipalAxes, count: number): Components {
  return {
    mean,
    components: Array.from(axes.subarray(0, count * mean.length)),
    variance: Array.from(variance.subarray(0, count)),
    totalVariance: sum(variance),
  }
}

function sum(values: Float64Array): number {
  return values.reduce((before, value) => before + value, 0)
}
