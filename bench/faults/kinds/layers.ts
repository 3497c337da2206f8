/** Mistakes in what the network is made of. */
import { isWeighted, type LayerSpec, layerPaths, weighted, withLayers } from '../program.ts'
import { around, has, type Kind } from './kind.ts'
import { hiddenLayer } from './weights.ts'

export const layers: readonly Kind[] = [
  {
    name: 'deep sigmoid stack',
    expects: ['vanishing-gradient', 'sigmoid-stack', 'saturated-units'],
    brings: ['plateau', 'underfitting', 'rate-too-low', 'vanishing-activations'],
    repairable: true,
    mutate: (program) =>
      weighted(program.layers).length >= 4 && !has(program, 'batchNorm') && !has(program, 'conv')
        ? {
            program: withLayers(program, (layer) =>
              layer.kind === 'activation' ? { kind: 'activation', name: 'sigmoid' } : layer,
            ),
          }
        : undefined,
  },
  {
    name: 'activations forgotten',
    expects: ['linear-stack'],
    brings: ['underfitting', 'plateau'],
    repairable: true,
    mutate: (program) =>
      weighted(program.layers).length >= 2 && !has(program, 'conv')
        ? { program: withLayers(program, (layer) => (layer.kind === 'activation' ? undefined : layer)) }
        : undefined,
  },
  {
    name: 'bottleneck of one unit',
    expects: ['bottleneck'],
    brings: ['underfitting', 'plateau', 'dead-units', 'vanishing-gradient'],
    repairable: true,
    mutate(program, draw) {
      const at = hiddenLayer(program, draw)
      if (at === undefined || program.layers[at].kind !== 'dense') return undefined
      return {
        program: withLayers(program, (layer, i) =>
          i === at && layer.kind === 'dense' ? { ...layer, units: 1 } : layer,
        ),
        layers: around(program.layers, at),
      }
    },
  },
  {
    name: 'dropout far too high',
    expects: ['dropout-too-high', 'underfitting'],
    brings: ['plateau', 'dead-units'],
    repairable: true,
    mutate(program, draw) {
      const rate = 0.8 + 0.17 * draw.uniform()
      const dropping: LayerSpec = { kind: 'dropout', rate: Number(rate.toFixed(2)) }
      const mutated = withLayers(program, (layer) =>
        layer.kind === 'activation' ? [layer, dropping] : layer.kind === 'dropout' ? undefined : layer,
      )
      const paths = layerPaths(mutated.layers)
      return { program: mutated, layers: paths.filter((_, at) => mutated.layers[at].kind === 'dropout') }
    },
  },
  {
    name: 'frozen layers',
    expects: ['frozen-layer'],
    brings: ['underfitting', 'plateau', 'update-ratio'],
    repairable: true,
    mutate(program) {
      const hidden = weighted(program.layers).slice(0, -1)
      if (hidden.length === 0) return undefined
      const paths = layerPaths(program.layers)
      const frozen = hidden.map((at) => paths[at])
      return { program: { ...program, frozen }, layers: hidden.flatMap((at) => around(program.layers, at)) }
    },
  },
  {
    name: 'batch norm with batches of one',
    expects: ['batch-norm-batch'],
    brings: ['batch-norm-gap', 'plateau', 'underfitting', 'dead-channels', 'vanishing-gradient'],
    repairable: true,
    mutate(program) {
      if (!has(program, 'batchNorm') || has(program, 'conv') || program.batchSize === 'all') return undefined
      const updates = program.epochs * Math.ceil(program.data.trainRows / program.batchSize)
      const epochs = Math.max(1, Math.round((2 * updates) / program.data.trainRows))
      return {
        program: { ...program, batchSize: 1, epochs },
        layers: layerPaths(program.layers).filter((_, at) => program.layers[at].kind === 'batchNorm'),
      }
    },
  },
  {
    name: 'network far too small',
    expects: ['underfitting', 'bottleneck'],
    brings: ['plateau', 'dead-units', 'vanishing-gradient'],
    repairable: false,
    mutate(program) {
      const last = weighted(program.layers).at(-1)
      if (weighted(program.layers).length < 2) return undefined
      return {
        program: withLayers(program, (layer, at) => {
          if (!isWeighted(layer) || at === last) return layer
          return layer.kind === 'dense' ? { ...layer, units: 2 } : { ...layer, filters: 1 }
        }),
      }
    },
  },
]
