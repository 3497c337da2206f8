/**
 * Folding batch norm away for inference. At test time it is `x * scale + shift` per channel, with
 * `scale = gamma / sqrt(variance + epsilon)` and `shift = beta - mean * scale`; right after a dense layer or a convolution
 * that is the same layer with other weights: `W * scale` and `b * scale + shift`, worked out in float64.
 *
 * Only what is exact is folded. A batch norm is left where something other than a linear layer gives its input (an
 * activation, a sum of branches, the model's input), where that input or those weights are used elsewhere too, and where
 * the layer runs more than once. Dropout in between is nothing at test time and does no harm, unless it scales there.
 */
import { type Shape, ThalwegError } from '../../base/index.ts'
import { defaultEngine, type Engine } from '../../compile/index.ts'
import { createNode } from '../../graph/index.ts'
import { add, Tensor } from '../../tensor/index.ts'
import { build } from '../forward.ts'
import { zeros } from '../initializers/constant.ts'
import type { Layer, Model, Scope } from '../layer.ts'
import { createStore, type Store } from '../store.ts'
import { type Folding, findFoldings, type LeftAlone } from './find.ts'
import { foldedArrays } from './weights.ts'

/** A model, its weights, and the shape of one example: a run, say. */
export interface Foldable {
  readonly model: Model
  readonly store: Store
  readonly inputShape: Shape
}

export interface FoldOptions {
  /** Where the new weights are kept. Default the store's. */
  readonly engine?: Engine
}

export interface Folded extends Foldable {
  readonly model: Layer
  /** Which batch norm went into which layer, by path. */
  readonly folded: readonly Folding[]
  readonly left: readonly LeftAlone[]
}

/**
 * The same function of its input at test time, to rounding, without the batch norms that can be folded. Model and store
 * are new; the given ones stay as they are. The result is not for training: its batch norms are gone.
 *
 * @throws ThalwegError from the model's layers where `inputShape` does not fit them; `nn/folded-training` when the result
 * is run in training
 */
export function fold({ model, store, inputShape }: Foldable, options: FoldOptions = {}): Folded {
  const { engine = store.engine ?? defaultEngine() } = options
  const { calls, folded, left } = findFoldings({ model, store, inputShape })
  const roles = new Map<string, Folding>(
    folded.flatMap((each) => [[each.batchNorm, each] as const, [each.into, each] as const]),
  )
  const copy = createStore({ seed: store.seed, engine })
  copy.load(foldedArrays(store.save(), folded))
  const rewritten = rewrite(model, { calls, roles })
  build(
    rewritten,
    new Tensor(createNode('input', [], { name: 'x', shape: [1, ...inputShape], dtype: 'float32' })),
    copy,
  )
  return { model: rewritten, store: copy, inputShape, folded, left }
}

interface Rewriting {
  /** Paths of the layers that each scope calls, in turn. */
  readonly calls: ReadonlyMap<string, readonly string[]>
  /** What is folded, by the paths of both its layers. */
  readonly roles: ReadonlyMap<string, Folding>
}

/** The model with its calls of folded layers replaced, wherever they are made. */
function rewrite(model: Model, rewriting: Rewriting): Layer {
  const wrappers = new WeakMap<Layer, Layer>()
  const base: Layer = typeof model === 'function' ? { kind: 'lambda', options: {}, forward: model } : model

  function within(scope: Scope): Scope {
    if (scope.training) throw trained()
    const paths = rewriting.calls.get(scope.path) ?? []
    let next = 0
    return {
      ...scope,
      call(layer, x, following) {
        const path = paths[next++] ?? ''
        const folding = rewriting.roles.get(path)
        if (folding?.batchNorm === path) return scope.call(nothing(layer, folding), x)
        if (folding) return scope.call(shifted(layer, folding), x, following)
        return scope.call(rewriting.calls.has(path) ? wrapped(layer) : layer, x, following)
      },
    }
  }

  /** One wrapper for each layer, so that an instance that is used twice shares its weights with itself. */
  function wrapped(layer: Layer): Layer {
    const known = wrappers.get(layer)
    if (known) return known
    const wrapper = { ...layer, forward: (x: Tensor, scope: Scope) => layer.forward(x, within(scope)) }
    wrappers.set(layer, wrapper)
    return wrapper
  }

  return wrapped(base)
}

/** In the place of a batch norm, under its name, so that its neighbours keep theirs. */
function nothing(layer: Layer, { batchNorm, into }: Folding): Layer {
  return { kind: 'folded', name: lastOf(batchNorm), options: { kind: layer.kind, into }, forward: (x) => x }
}

/** The layer before it, which has a bias from now on. */
function shifted(layer: Layer, { into, bias, channels }: Folding): Layer {
  return {
    ...layer,
    name: lastOf(into),
    forward(x, scope) {
      const output = layer.forward(x, scope)
      return bias ? output : add(output, scope.parameter('bias', [channels], zeros(), { decay: false }))
    },
  }
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

function trained(): ThalwegError {
  return new ThalwegError('nn/folded-training', {
    rule: 'fold: a folded model is for inference',
    received: 'a forward pass in training',
    try: 'train the model it was made from, and fold it again',
  })
}
