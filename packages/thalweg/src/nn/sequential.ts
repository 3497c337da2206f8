/** One layer after another, and names for them. Nests: a `sequential` is a layer too. */
import { ThalwegError } from '../base/index.ts'
import type { Layer, Model } from './layer.ts'

/** A layer that holds others; its own scope is theirs. */
export interface Container extends Layer {
  readonly layers: readonly Layer[]
}

/**
 * Feeds each layer's output to the next. A function from tensor to tensor counts as a layer without a name of its own
 * (`lambda1`). The same instance given twice shares its weights. A dense or convolution layer right before a batch norm has
 * no bias, unless it was made with `bias: true` (article, section 5: beta takes its place).
 */
export function sequential(...models: readonly Model[]): Container {
  const layers = models.map((model, position) => asLayer('sequential', model, position))
  return {
    kind: 'sequential',
    options: { layers: layers.map((layer) => layer.name ?? layer.kind) },
    layers,
    forward: (x, scope) => layers.reduce((value, layer, i) => scope.call(layer, value, layers[i + 1]), x),
  }
}

/** Of each layer that was given another name, the one that it is. */
const originals = new WeakMap<Layer, Layer>()

/** The same layer under a name of its own: `named('block1', sequential(...))`. Weights are found by it, and shared with the layer. */
export function named<Kind extends Layer>(name: string, layer: Kind): Kind {
  const renamed = { ...layer, name }
  originals.set(renamed, originalOf(layer))
  return renamed
}

/** Whose weights a layer has: its own, or those of the layer that it is another name for. */
export function originalOf(layer: Layer): Layer {
  return originals.get(layer) ?? layer
}

/** @throws ThalwegError `nn/not-a-layer`, in the name of the container `of` */
export function asLayer(of: string, model: Model, position: number): Layer {
  if (typeof model === 'function') return { kind: 'lambda', options: {}, forward: model }
  if (typeof model === 'object' && model !== null && typeof model.forward === 'function') return model
  throw new ThalwegError('nn/not-a-layer', {
    rule: `${of}: every argument must be a layer or a function from tensor to tensor`,
    received: `${Array.isArray(model) ? 'a list' : model === null ? 'null' : typeof model} at position ${position}`,
    try: Array.isArray(model)
      ? 'put the list into a sequential: sequential(...layers)'
      : 'call the layer function: relu(), not its name',
  })
}
