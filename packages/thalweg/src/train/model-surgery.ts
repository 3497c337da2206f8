/** Models changed from outside: a new description with other layers in some places; weights keep their paths. */
import { batchNorm, createActivation, dense, dropout, type Layer, type Model, sequential } from '../nn/index.ts'
import { add, mul, type Tensor, tensor } from '../tensor/index.ts'
import type { ModelPatch } from './patch.ts'

/** Kinds of the layers that patches put around a model. They learn nothing, and are nobody's to change. */
export const AROUND = { inputs: 'inputNorm', outputs: 'outputScale' } as const

export function patchModel(model: Model, patch: ModelPatch): Model {
  switch (patch.kind) {
    case 'scale-inputs':
      return before(model, AROUND.inputs, (x) => mul(add(x, row(patch.shift ?? [0])), row(patch.scale ?? [1])))
    case 'scale-outputs':
      return behind(model, AROUND.outputs, (y) => add(mul(y, row(patch.scale ?? [1])), row(patch.shift ?? [0])))
    case 'insert-activations': {
      let isFirst = true
      return replaced(model, (layer) => {
        if (!WEIGHTED.has(layer.kind)) return layer
        const inserted = isFirst ? [] : [createActivation(patch.name)]
        isFirst = false
        return [...inserted, layer]
      })
    }
    case 'widen-layer':
      return replaced(model, (layer, path) =>
        path === patch.layer && layer.kind === 'dense' ? dense(patch.units, name(layer)) : layer,
      )
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
    case 'norm-momentum':
      return replaced(model, (layer) =>
        layer.kind === 'batchNorm' ? batchNorm({ ...layer.options, momentum: patch.momentum, ...name(layer) }) : layer,
      )
  }
}

const WEIGHTED: ReadonlySet<string> = new Set(['dense', 'conv', 'convTranspose'])

/** A layer in front that learns nothing. Of other kinds than those it stands before: no path changes. */
function before(model: Model, kind: string, change: (x: Tensor) => Tensor): Model {
  if (typeof model === 'function') return (x, scope) => model(change(x), scope)
  if (isContainer(model)) return resembling(model, [{ kind, options: {}, forward: change }, ...model.layers])
  return { ...model, forward: (x, scope) => model.forward(change(x), scope) }
}

function behind(model: Model, kind: string, change: (y: Tensor) => Tensor): Model {
  if (typeof model === 'function') return (x, scope) => change(model(x, scope))
  if (isContainer(model)) return resembling(model, [...model.layers, { kind, options: {}, forward: change }])
  return { ...model, forward: (x, scope) => change(model.forward(x, scope)) }
}

function resembling({ name }: Layer, layers: readonly Layer[]): Model {
  return { ...sequential(...layers), ...(name !== undefined && { name }) }
}

function row(values: readonly number[]): Tensor | number {
  return values.length === 1 ? values[0] : tensor([...values])
}

type Change = (layer: Layer, path: string) => Layer | readonly Layer[] | undefined

/** Walks through containers as `forward` names their layers: by name, or by kind and number. */
function replaced(model: Model, change: Change, path = ''): Model {
  if (typeof model === 'function' || !isContainer(model)) return model
  const counts = new Map<string, number>()
  const layers = model.layers.flatMap((layer) => {
    const count = (counts.get(layer.kind) ?? 0) + 1
    if (layer.name === undefined) counts.set(layer.kind, count)
    const own = `${path}${layer.name ?? `${layer.kind}${count}`}`
    if (isContainer(layer)) return [replaced(layer, change, `${own}.`)]
    return listed(change(layer, own)).map((changed) => (changed === layer ? pinned(layer, own, path) : changed))
  })
  return { ...sequential(...layers), ...(model.name !== undefined && { name: model.name }) }
}

function listed(changed: ReturnType<Change>): readonly Layer[] {
  if (changed === undefined) return []
  return 'kind' in changed ? [changed] : changed
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
