/** Models changed from outside: a new description with other layers in some places; weights keep their paths. */
import { createActivation, dropout, type Layer, type Model, sequential } from '../nn/index.ts'
import { add, mul, type Tensor, tensor } from '../tensor/index.ts'
import type { ModelPatch } from './patch.ts'

/** @param width values of one example, where inputs are scaled feature by feature */
export function patchModel(model: Model, patch: ModelPatch): Model {
  switch (patch.kind) {
    case 'scale-inputs':
      return scaled(model, patch.shift ?? [0], patch.scale ?? [1])
    case 'activation':
      return replaced(model, (layer) =>
        layer.kind === patch.from ? namedAs(layer, createActivation(patch.to)) : layer,
      )
    case 'remove-layer':
      return replaced(model, (layer, path) => (path === patch.layer ? undefined : layer))
    case 'dropout-rate':
      return replaced(model, (layer) =>
        layer.kind === 'dropout' ? dropout({ rate: patch.rate, ...name(layer) }) : layer,
      )
  }
}

/** In the model's own scope, so that no path changes. */
function scaled(model: Model, shift: readonly number[], scale: readonly number[]): Model {
  const forward: Layer['forward'] = (x, scope) => {
    const input = mul(add(x, row(shift)), row(scale))
    return typeof model === 'function' ? model(input, scope) : model.forward(input, scope)
  }
  return typeof model === 'function' ? forward : { ...model, forward }
}

function row(values: readonly number[]): Tensor | number {
  return values.length === 1 ? values[0] : tensor([...values])
}

type Change = (layer: Layer, path: string) => Layer | undefined

/** Walks through containers as `forward` names their layers: by name, or by kind and number. */
function replaced(model: Model, change: Change, path = ''): Model {
  if (typeof model === 'function' || !isContainer(model)) return model
  const counts = new Map<string, number>()
  const layers = model.layers.flatMap((layer) => {
    const count = (counts.get(layer.kind) ?? 0) + 1
    if (layer.name === undefined) counts.set(layer.kind, count)
    const own = `${path}${layer.name ?? `${layer.kind}${count}`}`
    const changed = isContainer(layer) ? replaced(layer, change, `${own}.`) : change(layer, own)
    return changed === undefined ? [] : [changed === layer ? pinned(layer, own, path) : changed]
  })
  return { ...sequential(...layers), ...(model.name !== undefined && { name: model.name }) }
}

/** What was numbered keeps its number, whatever becomes of its neighbours. */
function pinned(layer: Layer, path: string, container: string): Layer {
  return layer.name === undefined ? { ...layer, name: path.slice(container.length) } : layer
}

function name({ name }: Layer): { readonly name?: string } {
  return name === undefined ? {} : { name }
}

function namedAs(old: Layer, layer: Layer): Layer {
  return old.name === undefined ? layer : { ...layer, name: old.name }
}

function isContainer(layer: Layer): layer is Layer & { readonly layers: readonly Layer[] } {
  return layer.kind === 'sequential' && 'layers' in layer
}
