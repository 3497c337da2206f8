/** Mistakes in what the network is made of. */
import { isWeighted, type LayerSpec, layerPaths, weighted, withLayers } from '../program.ts'
import { around, choked, has, type Kind, runaway, stuck } from './kind.ts'
import { hiddenLayer } from './weights.ts'

/** Of a program that looks at one example at a time. */
const MOST_STEPS = 12_000

export const layers: readonly Kind[] = [
  {
    name: 'deep sigmoid stack',
    expects: ['vanishing-gradient', 'saturated-activation', 'sigmoid-stack'],
    brings: [...stuck, 'activation-spread'],
    repairable: true,
    mutate: (program) =>
      weighted(program.layers).length >= 5 && !has(program, 'batchNorm') && !has(program, 'conv')
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
    brings: stuck,
    repairable: true,
    mutate: (program) =>
      weighted(program.layers).length >= 2 && !has(program, 'conv')
        ? { program: withLayers(program, (layer) => (layer.kind === 'activation' ? undefined : layer)) }
        : undefined,
  },
  {
    name: 'bottleneck of one unit',
    expects: ['narrow-layer'],
    brings: choked,
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
    expects: ['heavy-dropout'],
    brings: [...runaway, 'validation-too-good'],
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
    brings: stuck,
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
    expects: ['small-norm-batch'],
    brings: [...choked, 'activation-spread', 'loss-above-start'],
    repairable: true,
    mutate(program) {
      if (!has(program, 'batchNorm') || has(program, 'conv') || program.batchSize === 'all') return undefined
      // As many epochs as the twin, as far as the time of one program allows: a mend has to have steps left to train in.
      const epochs = Math.max(1, Math.min(program.epochs, Math.floor(MOST_STEPS / program.data.trainRows)))
      return {
        program: { ...program, batchSize: 1, epochs },
        layers: layerPaths(program.layers).filter((_, at) => program.layers[at].kind === 'batchNorm'),
      }
    },
  },
  {
    name: 'moving statistics that do not follow',
    expects: ['moving-statistics'],
    brings: ['overfitting'],
    repairable: true,
    mutate(program, draw) {
      if (!has(program, 'batchNorm')) return undefined
      const momentum = draw.uniform() < 0.5 ? 0.999 : 0.9999
      return {
        program: withLayers(program, (layer) => (layer.kind === 'batchNorm' ? { ...layer, momentum } : layer)),
        layers: layerPaths(program.layers).filter((_, at) => program.layers[at].kind === 'batchNorm'),
      }
    },
  },
  {
    name: 'network far too small',
    expects: ['underfitting', 'narrow-layer'],
    brings: choked,
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
