/**
 * jax-js on its wasm backend. It has no layers, so they are written out from its operations. Every array is used up by
 * the operation that takes it; `.ref` is a further use of it.
 */
import { init, jit, lax, nn, numpy as np, random, valueAndGrad } from '@jax-js/jax'
import { batchOf, firstWeights, multiHot } from '../drawn.ts'
import { type Stepper, serve } from '../protocol.ts'
import type { LayerSpec, Workload } from '../workloads.ts'

type Parameters = { [name: string]: np.Array }
/** Takes parameters by name, the activations, and keys for random numbers by the names of the layers that draw them. */
type Forward = (parameters: Parameters, x: np.Array, keys: Parameters) => np.Array

const EPSILON = 1e-5

/** The network of a workload, images with channels first; what it needs is added to `parameters` and `draws`. */
class Builder {
  readonly parameters: Parameters = {}
  /** Names of layers that draw random numbers. */
  readonly draws: string[] = []
  readonly isTraining: boolean
  readonly batch: number
  readonly listed: number
  private streams = 0
  private names = 0

  constructor({ mode, batch, inputShape }: Workload) {
    this.isTraining = mode !== 'inference'
    this.batch = batch
    this.listed = inputShape[0]
  }

  /** One layer after another, from an example's shape to another one. */
  sequence(specs: readonly LayerSpec[], shape: readonly number[]): [Forward, readonly number[]] {
    const layers: Forward[] = []
    for (const spec of specs) {
      const [layer, next] = this.layer(spec, shape)
      layers.push(layer)
      shape = next
    }
    return [(parameters, x, keys) => layers.reduce((value, layer) => layer(parameters, value, keys), x), shape]
  }

  layer(spec: LayerSpec, shape: readonly number[]): [Forward, readonly number[]] {
    switch (spec.kind) {
      case 'dense':
        return [this.dense(shape[0], spec.units, shape[0], spec.bias ?? true), [spec.units]]
      case 'sparseDense':
        return [this.dense(spec.features, spec.units, this.listed, true), [spec.units]]
      case 'conv': {
        const { filters, kernel, strides = 1, bias = true } = spec
        const size = (side: number): number => Math.ceil(side / strides)
        return [this.conv(shape[0], filters, kernel, strides, bias), [filters, size(shape[1]), size(shape[2])]]
      }
      case 'batchNorm':
        return [this.batchNorm(shape), shape]
      case 'relu':
        return [(_, x) => nn.relu(x), shape]
      case 'tanh':
        return [(_, x) => np.tanh(x), shape]
      case 'maxPool': {
        const [channels, height, width] = [shape[0], shape[1] / spec.window, shape[2] / spec.window]
        const windows = [this.batch, channels, height, spec.window, width, spec.window]
        return [(_, x) => np.max(x.reshape(windows), [3, 5]), [channels, height, width]]
      }
      case 'globalAveragePool':
        return [(_, x) => np.mean(x, [2, 3]), [shape[0]]]
      case 'flatten': {
        const size = shape.reduce((product, n) => product * n, 1)
        return [(_, x) => np.transpose(x, [0, 2, 3, 1]).reshape([this.batch, size]), [size]]
      }
      case 'dropout':
        return [this.dropout(spec.rate, shape), shape]
      case 'residual': {
        const [main, after] = this.sequence(spec.main, shape)
        const [shortcut] = this.sequence(spec.shortcut, shape)
        return [(parameters, x, keys) => main(parameters, x.ref, keys).add(shortcut(parameters, x, keys)), after]
      }
    }
  }

  private parameter(value: np.Array): string {
    const name = `p${this.names++}`
    this.parameters[name] = value
    return name
  }

  private drawn(shape: readonly number[], fanIn: number): np.Array {
    const count = shape.reduce((product, n) => product * n, 1)
    return np.array(Float32Array.from(firstWeights(++this.streams, count, fanIn))).reshape([...shape])
  }

  private dense(inputs: number, units: number, fanIn: number, hasBias: boolean): Forward {
    const weight = this.parameter(this.drawn([inputs, units], fanIn))
    if (!hasBias) return (parameters, x) => np.matmul(x, parameters[weight])
    const bias = this.parameter(np.zeros([units]))
    return (parameters, x) => np.matmul(x, parameters[weight]).add(parameters[bias])
  }

  private conv(channels: number, filters: number, kernel: number, strides: number, hasBias: boolean): Forward {
    const drawn = this.drawn([kernel, kernel, channels, filters], kernel * kernel * channels)
    const weight = this.parameter(np.transpose(drawn, [3, 2, 0, 1]))
    const side = (kernel - 1) / 2
    const convolve = (x: np.Array, w: np.Array): np.Array =>
      lax.convGeneralDilated(
        x,
        w,
        [strides, strides],
        [
          [side, side],
          [side, side],
        ],
      )
    if (!hasBias) return (parameters, x) => convolve(x, parameters[weight])
    const bias = this.parameter(np.zeros([filters, 1, 1]))
    return (parameters, x) => convolve(x, parameters[weight]).add(parameters[bias])
  }

  private batchNorm(shape: readonly number[]): Forward {
    const perChannel = shape.map((size, axis) => (axis === 0 ? size : 1))
    const gamma = this.parameter(np.ones(perChannel))
    const beta = this.parameter(np.zeros(perChannel))
    const axes = shape.length === 3 ? [0, 2, 3] : [0]
    const scaled = (parameters: Parameters, x: np.Array): np.Array => x.mul(parameters[gamma]).add(parameters[beta])
    // Before training the running mean is 0 and the running variance 1.
    if (!this.isTraining) return (parameters, x) => scaled(parameters, x.mul(1 / Math.sqrt(1 + EPSILON)))
    return (parameters, x) => {
      const centered = x.ref.sub(np.mean(x, axes, { keepdims: true }))
      const variance = np.mean(np.square(centered.ref), axes, { keepdims: true })
      return scaled(parameters, centered.div(np.sqrt(variance.add(EPSILON))))
    }
  }

  private dropout(rate: number, shape: readonly number[]): Forward {
    if (!this.isTraining) return (_, x) => x
    const name = `d${this.draws.length}`
    this.draws.push(name)
    return (_, x, keys) => {
      const kept = random.bernoulli(keys[name], 1 - rate, [this.batch, ...shape])
      return np.where(kept, x.mul(1 / (1 - rate)), 0)
    }
  }
}

function inputsOf(workload: Workload): np.Array {
  const { batch, inputShape, layers } = workload
  const { inputs } = batchOf(workload)
  const [first] = layers
  if (first.kind === 'sparseDense')
    return np.array(multiHot(inputs, batch, first.features)).reshape([batch, first.features])
  const x = np.array(inputs).reshape([batch, ...inputShape])
  return inputShape.length === 3 ? np.transpose(x, [0, 3, 1, 2]) : x
}

const uses = (arrays: Parameters): Parameters =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.ref]))

const zerosLike = (arrays: Parameters): Parameters =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, np.zeros(array.shape)]))

async function prepare(workload: Workload): Promise<Stepper> {
  await init('wasm')
  const builder = new Builder(workload)
  const shape = workload.inputShape
  const [forward] = builder.sequence(workload.layers, shape.length === 3 ? [shape[2], shape[0], shape[1]] : shape)
  const x = inputsOf(workload)
  const y = nn.oneHot(np.array(batchOf(workload).labels, { dtype: np.int32 }), workload.classes)
  const lossOf = (logits: np.Array, target: np.Array): np.Array =>
    nn
      .logSoftmax(logits, -1)
      .mul(target)
      .sum()
      .mul(-1 / workload.batch)

  let value: np.Array | undefined
  const loss = async (): Promise<number> => {
    const read = value?.ref
    return read === undefined ? Number.NaN : Number((await read.data())[0])
  }
  const about = 'jax-js 0.1.25, wasm'

  if (workload.mode === 'inference') {
    const infer = jit((parameters: Parameters, batch: np.Array, target: np.Array) =>
      lossOf(forward(parameters, batch, {}), target),
    )
    const step = (): void => {
      value?.dispose()
      value = infer(uses(builder.parameters), x.ref, y.ref)
    }
    return { about, step, loss }
  }

  const { optimizer } = workload
  const gradients = valueAndGrad((parameters: Parameters, batch: np.Array, target: np.Array, keys: Parameters) =>
    lossOf(forward(parameters, batch, keys), target),
  )
  /** New parameters and what the optimizer keeps: velocities, or means and mean squares. */
  const update = jit(
    (
      parameters: Parameters,
      first: Parameters,
      second: Parameters,
      batch: np.Array,
      target: np.Array,
      now: Parameters,
    ) => {
      const { rate, unbias, ...keys } = now
      const [value, gradient] = gradients(uses(parameters), batch, target, keys)
      const next: Parameters = {}
      const nextFirst: Parameters = {}
      const nextSecond: Parameters = {}
      for (const [name, parameter] of Object.entries(parameters)) {
        if (optimizer.kind === 'sgd') {
          const { weightDecay = 0, momentum } = optimizer
          const slope = weightDecay === 0 ? gradient[name] : gradient[name].add(parameter.ref.mul(weightDecay))
          nextFirst[name] = first[name].mul(momentum).add(slope)
          next[name] = parameter.sub(nextFirst[name].ref.mul(rate.ref))
        } else {
          const square = np.square(gradient[name].ref)
          nextFirst[name] = first[name].mul(0.9).add(gradient[name].mul(1 - 0.9))
          nextSecond[name] = second[name].mul(0.999).add(square.mul(1 - 0.999))
          const root = np.sqrt(nextSecond[name].ref).mul(unbias.ref).add(1e-8)
          next[name] = parameter.sub(nextFirst[name].ref.mul(rate.ref).div(root))
        }
      }
      rate.dispose()
      unbias.dispose()
      return [value, next, nextFirst, nextSecond] as const
    },
  )
  let parameters = builder.parameters
  let first = zerosLike(parameters)
  let second = optimizer.kind === 'adam' ? zerosLike(parameters) : {}
  let steps = 0
  const step = (): void => {
    value?.dispose()
    steps++
    const isAdam = optimizer.kind === 'adam'
    const now: Parameters = {
      rate: np.array(isAdam ? optimizer.learningRate / (1 - 0.9 ** steps) : optimizer.learningRate),
      unbias: np.array(isAdam ? 1 / Math.sqrt(1 - 0.999 ** steps) : 1),
    }
    for (const name of builder.draws) now[name] = random.key(steps)
    ;[value, parameters, first, second] = update(parameters, first, second, x.ref, y.ref, now)
  }
  const differs = workload.layers.some(({ kind }) => kind === 'batchNorm') ? 'no running statistics' : undefined
  return { about, differs, step, loss }
}

await serve(prepare)
