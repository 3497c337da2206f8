/**
 * Whitening: uncorrelated values of variance 1. PCA whitening divides each principal component by its deviation,
 * `y = (x - mean) C^T / sqrt(variance + epsilon)`; ZCA whitening turns the result back, `y C`, which is the whitening that
 * stays nearest to the examples, so that images still look like images (Bell and Sejnowski 1997; Krizhevsky 2009).
 *
 * With epsilon 0 the covariance of the training examples becomes the identity. Axes along which they do not vary at all
 * (a singular covariance: a pixel that is always black, a column that is the sum of two) cannot be scaled to 1: they are
 * left out, that is PCA whitening gives `rank` values, ZCA whitening gives all values and the identity on what does vary,
 * and the inverse puts the mean where nothing varied. With an epsilon above 0 all axes are kept, those without variance
 * are divided by sqrt(epsilon), and the inverse is exact for any example.
 */

import { ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import type { Examples } from './examples.ts'
import { type Components, checkOptions, chosenCount, keptComponents, type PcaOptions } from './pca.ts'
import { principalAxes } from './principal.ts'

export interface Whitening extends Components {
  readonly kind: 'pca-whitening' | 'zca-whitening'
  readonly epsilon: number
}

export interface ZcaWhiteningOptions {
  /**
   * Added to each variance. Default 0. For images something like 0.01 of the mean variance: axes that hardly vary hold
   * noise, which whitening would blow up.
   */
  readonly epsilon?: number
}

export interface PcaWhiteningOptions extends PcaOptions, ZcaWhiteningOptions {}

/** @throws ThalwegError `data/bad-epsilon`, `data/bad-components`; when fitted as `pca` does */
export function pcaWhitening(options: PcaWhiteningOptions = {}): (examples: Examples) => Whitening {
  const { components, variance, epsilon } = options
  checkNames('pcaWhitening', options, { components, variance, epsilon })
  return whitening('pca-whitening', options)
}

/** @throws ThalwegError `data/bad-epsilon`; when fitted as `pca` does */
export function zcaWhitening(options: ZcaWhiteningOptions = {}): (examples: Examples) => Whitening {
  const { epsilon = 0 } = options
  checkNames('zcaWhitening', options, { epsilon })
  return whitening('zca-whitening', { epsilon })
}

function whitening(kind: Whitening['kind'], options: PcaWhiteningOptions): (examples: Examples) => Whitening {
  const { epsilon = 0 } = options
  checkOptions(kind, options)
  if (!(epsilon >= 0 && Number.isFinite(epsilon))) throw badEpsilon(kind, epsilon)
  return (examples) => {
    const found = principalAxes(kind, examples)
    const most = epsilon > 0 ? found.variance.length : found.rank
    return { kind, ...keptComponents(found, chosenCount(kind, found, options, most)), epsilon }
  }
}

function badEpsilon(kind: string, epsilon: number): ThalwegError {
  return new ThalwegError('data/bad-epsilon', {
    rule: `${kind}: epsilon must be a finite number of at least 0`,
    received: String(epsilon),
    try: 'give 0 for exact whitening, or something like 0.001 for images in 0..1',
  })
}
