/**
 * A layer, and so a model, is a description: an immutable object with a pure `forward`. It owns no weights. Weights live
 * in a store (store.ts) that the scope gives access to, so that one description can be trained many times, side by side.
 */
import type { Tensor } from '../tensor/index.ts'
import type { Scope } from './scope.ts'

export interface Layer {
  /** The kind, as a name prefix: `dense`, `batchNorm`. Siblings are numbered: `dense1`, `dense2`. */
  readonly kind: string
  /** A name given by the user, instead of kind and number. */
  readonly name?: string | undefined
  /** What the layer was made with, as plain data: for summaries, manifests and diagnosis. */
  readonly options: Readonly<Record<string, unknown>>
  readonly forward: (x: Tensor, scope: Scope) => Tensor
}

/** Anything that `fit` can train: a layer, or a function written by hand from tensor ops. */
export type Model = Layer | Layer['forward']
