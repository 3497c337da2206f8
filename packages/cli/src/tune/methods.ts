/** Samplers and pruners by the names that the command line has for them. */
import type { Option } from 'commander'
import {
  coarseToFine,
  grid,
  hyperband,
  medianPruner,
  noPruner,
  type Pruner,
  randomSampler,
  type Sampler,
  successiveHalving,
  tpe,
} from 'thalweg/tune'
import { nameOption } from '../options.ts'

export type SamplerName = 'tpe' | 'random' | 'grid' | 'coarse-to-fine'
export type PrunerName = 'none' | 'median' | 'halving' | 'hyperband'

const samplers: Readonly<Record<SamplerName, () => Sampler>> = {
  tpe,
  random: randomSampler,
  grid,
  'coarse-to-fine': coarseToFine,
}

/** For trials of so many epochs at most. */
const pruners: Readonly<Record<PrunerName, (epochs: number) => Pruner>> = {
  none: (budget) => noPruner({ budget }),
  median: (budget) => medianPruner({ budget }),
  halving: (max) => successiveHalving({ max }),
  hyperband: (max) => hyperband({ max }),
}

export function samplerOption(): Option {
  const names = Object.keys(samplers)
  return nameOption(
    '--sampler <name>',
    `what proposes configurations: ${names.join(', ')} (default: tpe)`,
    names,
    'samplers',
  )
}

export function prunerOption(): Option {
  const names = Object.keys(pruners)
  return nameOption(
    '--pruner <name>',
    `what stops those that lag behind: ${names.join(', ')} (default: none)`,
    names,
    'pruners',
  )
}

/** The name is one of those that the option allows, or that a study wrote down. */
export function samplerNamed(name: SamplerName): Sampler {
  return samplers[name]()
}

export function prunerNamed(name: PrunerName, epochs: number): Pruner {
  return pruners[name](epochs)
}
