/** TensorFlow.js, on its wasm or its plain JavaScript (`cpu`) backend: the argument says which. */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import '@tensorflow/tfjs-backend-cpu'
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { batchOf, firstWeights, multiHot } from '../drawn.ts'
import { type Stepper, serve } from '../protocol.ts'
import type { LayerSpec, OptimizerSpec, Workload } from '../workloads.ts'

const backend = process.argv[2] ?? 'wasm'

type Symbolic = layers.SymbolicTensor

/** The network as a graph of Keras layers, with the first weights that all contenders have. */
function modelOf(workload: Workload): layers.LayersModel {
  let streams = 0

  function weights(shape: readonly number[], fanIn: number, bias: boolean, units: number): tf.Tensor[] {
    const count = shape.reduce((product, n) => product * n, 1)
    const kernel = tf.tensor(Float32Array.from(firstWeights(++streams, count, fanIn)), [...shape])
    return bias ? [kernel, tf.zeros([units])] : [kernel]
  }

  function dense(x: Symbolic, units: number, fanIn: number, useBias: boolean): Symbolic {
    const shape = [Number(x.shape[1]), units]
    return apply(layers.layers.dense({ units, useBias, weights: weights(shape, fanIn, useBias, units) }), x)
  }

  function layer(x: Symbolic, spec: LayerSpec): Symbolic {
    switch (spec.kind) {
      case 'dense':
        return dense(x, spec.units, Number(x.shape[1]), spec.bias ?? true)
      case 'sparseDense':
        return dense(x, spec.units, workload.inputShape[0], true)
      case 'conv': {
        const { filters, kernel, strides = 1, bias: useBias = true } = spec
        const channels = Number(x.shape[3])
        const first = weights([kernel, kernel, channels, filters], kernel * kernel * channels, useBias, filters)
        // Padded by hand: with strides, `same` would put more below and on the right.
        const padded = kernel === 1 ? x : apply(layers.layers.zeroPadding2d({ padding: (kernel - 1) / 2 }), x)
        return apply(layers.layers.conv2d({ filters, kernelSize: kernel, strides, useBias, weights: first }), padded)
      }
      case 'batchNorm':
        return apply(layers.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }), x)
      case 'relu':
      case 'tanh':
        return apply(layers.layers.activation({ activation: spec.kind }), x)
      case 'maxPool':
        return apply(layers.layers.maxPooling2d({ poolSize: spec.window }), x)
      case 'globalAveragePool':
        return apply(layers.layers.globalAveragePooling2d({}), x)
      case 'flatten':
        return apply(layers.layers.flatten(), x)
      case 'dropout':
        return apply(layers.layers.dropout({ rate: spec.rate }), x)
      case 'residual': {
        const main = spec.main.reduce(layer, x)
        return apply(layers.layers.add(), [main, spec.shortcut.reduce(layer, x)])
      }
    }
  }

  const input = layers.input({ shape: inputsOf(workload).shape.slice(1) })
  return layers.model({ inputs: input, outputs: workload.layers.reduce(layer, input) })
}

/** Symbolic in, symbolic out; the types allow for more. */
function apply(layer: layers.layers.Layer, x: Symbolic | Symbolic[]): Symbolic {
  const output = layer.apply(x)
  if (output instanceof layers.SymbolicTensor) return output
  throw new Error('a layer gave no symbolic tensor')
}

function inputsOf(workload: Workload): tf.Tensor {
  const { batch, inputShape, layers: specs } = workload
  const { inputs } = batchOf(workload)
  const [first] = specs
  if (first.kind !== 'sparseDense') return tf.tensor(inputs, [batch, ...inputShape])
  return tf.tensor(multiHot(inputs, batch, first.features), [batch, first.features])
}

function optimizerOf(spec: OptimizerSpec): tf.Optimizer {
  const { learningRate } = spec
  return spec.kind === 'adam'
    ? tf.train.adam(learningRate, 0.9, 0.999, 1e-8)
    : tf.train.momentum(learningRate, spec.momentum)
}

async function prepare(workload: Workload, threads: number): Promise<Stepper> {
  if (backend === 'wasm') {
    setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`)
    setThreadsCount(threads)
  }
  await tf.setBackend(backend)
  await tf.ready()
  const model = modelOf(workload)
  const x = inputsOf(workload)
  const y = tf.oneHot(tf.tensor1d(batchOf(workload).labels, 'int32'), workload.classes)
  const optimizer = optimizerOf(workload.optimizer)
  const decay = workload.optimizer.kind === 'sgd' ? (workload.optimizer.weightDecay ?? 0) : 0
  const lossOf = (logits: tf.Tensor): tf.Scalar => tf.reshape<tf.Rank.R0>(tf.losses.softmaxCrossEntropy(y, logits), [])
  let last = Number.NaN

  function train(): void {
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => lossOf(outputOf(model, x, true)))
      if (decay > 0)
        for (const [name, variable] of Object.entries(tf.engine().registeredVariables))
          if (name in grads) grads[name] = tf.add(grads[name], tf.mul(variable, decay))
      optimizer.applyGradients(grads)
      last = value.dataSync()[0]
    })
  }

  function infer(): void {
    tf.tidy(() => {
      last = lossOf(outputOf(model, x, false)).dataSync()[0]
    })
  }

  const about = `TensorFlow.js ${tf.version_core}, ${backend}`
  return { about, step: workload.mode === 'inference' ? infer : train, loss: () => last }
}

function outputOf(model: layers.LayersModel, x: tf.Tensor, training: boolean): tf.Tensor {
  const output = model.apply(x, { training })
  if (output instanceof tf.Tensor) return output
  throw new Error('the model gave no tensor')
}

await serve(prepare)
