/** Samplers and pruners by the names that the command line has for them. */
import { Option } from 'commander'
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
  return new Option('--sampler <name>', 'what proposes configurations (default: tpe)').choices(Object.keys(samplers))
}

export function prunerOption(): Option {
  return new Option('--pruner <name>', 'what stops those that lag behind (default: none)').choices(Object.keys(pruners))
}

/** The name is one of those that the option allows, or that a study wrote down. */
export function samplerNamed(name: SamplerName): Sampler {
  return samplers[name]()
}

export function prunerNamed(name: PrunerName, epochs: number): Pruner {
  return pruners[name](epochs)
}
