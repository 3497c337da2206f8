/** A model taken apart without being run: its layers in the order in which they run, and what they learn. */
import type { Shape } from '../base/index.ts'
import { createNode } from '../graph/index.ts'
import { createStore, forward, type Layer, type LayerCall, type Model } from '../nn/index.ts'
import { Tensor } from '../tensor/index.ts'
import { withoutContainers } from '../train/step.ts'

export interface LayerFacts {
  readonly path: string
  readonly kind: string
  readonly options: Layer['options']
  /** Without the batch axis. */
  readonly inputShape: Shape
  readonly outputShape: Shape
}

export interface ParameterFacts {
  readonly path: string
  /** Path of the layer that it belongs to; empty for the model itself. */
  readonly layer: string
  readonly shape: Shape
  /** Whether it has the form of weights, and not of biases, gammas and betas. */
  readonly isWeight: boolean
}

export interface Anatomy {
  /** A layer that is used twice stands there twice; containers are left out. */
  readonly layers: readonly LayerFacts[]
  readonly parameters: readonly ParameterFacts[]
  /** Of one example. */
  readonly outputShape: Shape
}

/** @param batchSize for models that take no other */
export function anatomyOf(model: Model, inputShape: Shape, batchSize: number): Anatomy {
  const input = (name: string, shape: Shape, dtype: 'float32' | 'int32') =>
    new Tensor(createNode('input', [], { name, shape, dtype }))
  const calls: LayerCall[] = []
  const store = createStore({ engine: 'none' })
  const output = forward(model, input('x', [batchSize, ...inputShape], 'float32'), {
    store,
    training: true,
    random: { seed: input('seed', [2], 'int32'), step: input('step', [], 'int32') },
    assign: () => undefined,
    observe: (call) => calls.push(call),
  })
  return {
    layers: withoutContainers(calls).map(({ path, layer, input, output }) => ({
      path,
      kind: layer.kind,
      options: layer.options,
      inputShape: input.shape.slice(1),
      outputShape: output.shape.slice(1),
    })),
    parameters: store.parameters().map(({ path, variable: { shape }, decay }) => ({
      path,
      layer: layerOf(path),
      shape,
      isWeight: decay && shape.length >= 2,
    })),
    outputShape: output.shape.slice(1),
  }
}

/** The path of the layer that holds a parameter. */
export function layerOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')))
}
