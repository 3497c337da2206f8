/**
 * What a layer sees of the world while it is recorded: its parameters and states by name, whether this is training,
 * its own random numbers. `sequential` and other containers open a child scope for each layer.
 */
import type { DType, Shape } from '../base/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Initializer } from './initializers.ts'
import type { Layer } from './layer.ts'

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
  /** A trainable value: made by `initialize` the first time, the same one ever after. */
  parameter(name: string, shape: Shape, initialize: Initializer, options?: ParameterOptions): Tensor
  /** A value that training does not differentiate: a running mean. Filled with `initial` at first. */
  state(name: string, shape: Shape, initial: number, dtype?: DType): Tensor
  /** Sets a state at the end of the step. Every read in this step, earlier or later, sees the old value. */
  assign(name: string, value: Tensor): void
  /** Uniform float32 in [0, 1), new in every step, its own stream for each call in a layer. Training only. */
  uniform(shape: Shape): Tensor
  /** Runs `layer` in a scope of its own below this one, named after it; its errors carry its name. */
  call(layer: Layer, x: Tensor): Tensor
}
