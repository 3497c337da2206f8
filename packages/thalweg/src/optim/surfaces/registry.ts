/** Surfaces by name, and optimizers as they do well on them. */
import { suggest, ThalwegError } from '../../base/index.ts'
import type { Optimizer } from '../optimizer.ts'
import { createOptimizer } from '../registry.ts'
import { beale } from './beale.ts'
import { himmelblau } from './himmelblau.ts'
import { longValley } from './long-valley.ts'
import { rastrigin } from './rastrigin.ts'
import { rosenbrock } from './rosenbrock.ts'
import { saddle } from './saddle.ts'
import type { Surface } from './surface.ts'

export const surfaces: readonly Surface[] = [beale, longValley, saddle, rosenbrock, himmelblau, rastrigin]

/** @throws ThalwegError `optim/unknown-surface`, with near names */
export function findSurface(name: string): Surface {
  const found = surfaces.find((surface) => surface.name === name)
  if (found) return found
  const names = surfaces.map((surface) => surface.name)
  throw new ThalwegError('optim/unknown-surface', {
    rule: 'surface: the name must be one of those that exist',
    received: `'${name}'`,
    try: suggest(name, names, 'surfaces'),
  })
}

/**
 * The optimizer called `name` with the options that suit this surface; `options` go before them.
 *
 * @throws ThalwegError `optim/unknown-optimizer`, `optim/unknown-option`, `optim/bad-option`
 */
export function optimizerFor(
  surface: Surface,
  name: string,
  options: Readonly<Record<string, unknown>> = {},
): Optimizer {
  const settings = Object.hasOwn(surface.settings, name) ? surface.settings[name] : {}
  return createOptimizer(name, { ...settings, ...options })
}
