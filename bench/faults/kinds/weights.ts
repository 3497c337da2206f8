/** Mistakes in first weights (the article, section 4). */
import { isWeighted, type Named, type Program, weighted, withLayers } from '../program.ts'
import { choice } from '../sampler.ts'
import { around, between, choked, has, hasActivation, type Kind, runaway } from './kind.ts'

export const weights: readonly Kind[] = [
  {
    name: 'weights 0.01 at depth',
    expects: ['activation-spread', 'vanishing-gradient', 'weight-scale'],
    brings: choked,
    repairable: true,
    mutate: (program) =>
      weighted(program.layers).length >= 5 && !has(program, 'batchNorm')
        ? { program: initialized(program, { name: 'smallRandom', options: { scale: 0.01 } }) }
        : undefined,
  },
  {
    name: 'weights 1.0 at depth',
    expects: ['activation-spread', 'exploding-gradient', 'saturated-activation', 'initial-loss', 'weight-scale'],
    brings: runaway,
    repairable: true,
    mutate: (program) =>
      weighted(program.layers).length >= 4 && !has(program, 'batchNorm')
        ? { program: initialized(program, { name: 'unitRandom' }) }
        : undefined,
  },
  {
    name: 'all weights zero',
    expects: ['equal-weights'],
    brings: [...choked, 'activation-spread'],
    repairable: true,
    mutate: (program) => ({ program: initialized(program, { name: 'zeros' }) }),
  },
  {
    name: 'all weights alike',
    expects: ['equal-weights'],
    brings: [...runaway, 'weight-scale'],
    repairable: true,
    mutate: (program, draw) => ({
      program: initialized(program, { name: 'constant', options: { value: between(draw, 0.02, 0.2) } }),
    }),
  },
  {
    name: 'one layer of zeros',
    expects: ['equal-weights', 'dead-relu', 'vanishing-gradient', 'activation-spread'],
    brings: choked,
    repairable: true,
    mutate(program, draw) {
      const at = hiddenLayer(program, draw)
      if (at === undefined || !hasActivation(program, 'relu')) return undefined
      return { program: initialized(program, { name: 'zeros' }, at), layers: around(program.layers, at) }
    },
  },
  {
    name: 'one layer far too large',
    expects: ['activation-spread', 'saturated-activation', 'exploding-gradient', 'initial-loss', 'weight-scale'],
    brings: runaway,
    repairable: true,
    mutate(program, draw) {
      const at = hiddenLayer(program, draw)
      if (at === undefined || has(program, 'batchNorm')) return undefined
      const large = { name: 'he', options: { gain: between(draw, 30, 150) } }
      return { program: initialized(program, large, at), layers: around(program.layers, at) }
    },
  },
  {
    name: 'dead rectifiers',
    expects: ['dead-relu'],
    brings: [...choked, 'activation-spread', 'weight-scale'],
    repairable: true,
    mutate(program, draw) {
      const at = hiddenLayer(program, draw)
      if (at === undefined || !hasActivation(program, 'relu') || has(program, 'batchNorm')) return undefined
      const bias = -between(draw, 3, 12)
      return {
        program: withLayers(program, (layer, i) => (i === at && isWeighted(layer) ? { ...layer, bias } : layer)),
        layers: around(program.layers, at),
      }
    },
  },
]

/** All layers with weights, or the one at `only`, with other first weights. */
function initialized(program: Program, initializer: Named, only?: number): Program {
  return withLayers(program, (layer, at) =>
    isWeighted(layer) && (only === undefined || at === only) ? { ...layer, initializer } : layer,
  )
}

/** Position of a layer with weights that is not the last. */
export function hiddenLayer({ layers }: Program, draw: Parameters<Kind['mutate']>[1]): number | undefined {
  const hidden = weighted(layers).slice(0, -1)
  return hidden.length > 0 ? choice(draw, hidden) : undefined
}
