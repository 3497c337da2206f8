/**
 * A layer, and so a model, is a description: an immutable object with a pure `forward`. It owns no weights. Weights live
 * in a store (store.ts) that the scope gives access to, so that one description can be trained many times, side by side.
 * The scope is what a layer sees of the world while it is recorded: its parameters and states by name, whether this is
 * training, its own random numbers. `sequential` and other containers open a child scope for each layer.
 */
import type { DType, Shape } from '../base/index.ts'
import { add, type Tensor } from '../tensor/index.ts'
import type { Initializer } from './initializers/initializer.ts'

export interface Layer {
  /** The kind, as a name prefix: `dense`, `batchNorm`. Siblings are numbered: `dense1`, `dense2`. */
  readonly kind: string
  /** A name given by the user, instead of kind and number. */
  readonly name?: string | undefined
  /** What the layer was made with, as plain data: for summaries, manifests and diagnosis. */
  readonly options: Readonly<Record<string, unknown>>
  /** Whether it takes the mean of every channel off its input, so that a bias right before it is lost. */
  readonly centersChannels?: boolean
  readonly forward: (x: Tensor, scope: Scope) => Tensor
}

/** Anything that `fit` can train: a layer, or a function written by hand from tensor ops. */
export type Model = Layer | Layer['forward']

export interface ParameterOptions {
  /** Fan-in and fan-out where they do not follow from the shape ([in, out] and [h, w, in, out] do). */
  readonly fan?: { readonly in: number; readonly out: number }
  /** Whether weight decay applies; biases, gammas and betas say false. Default true. */
  readonly decay?: boolean
}

export interface Scope {
  readonly training: boolean
  /** `block2.conv1`; empty at the root. */
  readonly path: string
  /**
   * Whether the next layer takes off again whatever is added to all of a channel (a batch norm right after it, in the same
   * `sequential`). A bias is useless then; layers with `bias: 'auto'` leave it out.
   */
  readonly biasIsLost: boolean
  /** A trainable value: made by `initialize` the first time, the same one ever after. */
  parameter(name: string, shape: Shape, initialize: Initializer, options?: ParameterOptions): Tensor
  /** A value that training does not differentiate: a running mean. Filled with `initial` at first. */
  state(name: string, shape: Shape, initial: number, dtype?: DType): Tensor
  /** Sets a state at the end of the step. Every read in this step, earlier or later, sees the old value. */
  assign(name: string, value: Tensor): void
  /** Uniform float32 in [0, 1), new in every step, its own stream for each call in a layer. Training only. */
  uniform(shape: Shape): Tensor
  /**
   * Runs `layer` in a scope of its own below this one, named after it; its errors carry its name. `next` is the layer that
   * is given the output, and nothing else is, where that is known.
   */
  call(layer: Layer, x: Tensor, next?: Layer): Tensor
}

export interface BiasOptions {
  /** Default `auto`: yes, but not where a batch norm right after it takes the bias off again (article, section 5). */
  readonly bias?: boolean | 'auto'
  /** Default zeros. */
  readonly biasInitializer?: Initializer
}

/** `product` and a bias for each of its channels, the parameter `bias` [channels], where the layer has one in this place. */
export function addBias(product: Tensor, { bias, biasInitializer }: Required<BiasOptions>, scope: Scope): Tensor {
  if (!(bias === 'auto' ? !scope.biasIsLost : bias)) return product
  const channels = product.shape[product.shape.length - 1]
  return add(product, scope.parameter('bias', [channels], biasInitializer, { decay: false }))
}
