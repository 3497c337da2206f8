/** TensorFlow.js, on its wasm or its plain JavaScript (`cpu`) backend: the argument says which. */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import '@tensorflow/tfjs-backend-cpu'
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { batchOf, type Stepper, serve } from '../protocol.ts'
import type { LayerSpec, Workload } from '../workloads.ts'

const backend = process.argv[2] ?? 'wasm'

function layerOf(spec: LayerSpec, inputShape: number[] | undefined): layers.layers.Layer {
  const input = inputShape === undefined ? {} : { inputShape }
  switch (spec.kind) {
    case 'dense':
      return layers.layers.dense({ ...input, units: spec.units })
    case 'conv':
      return layers.layers.conv2d({ ...input, filters: spec.filters, kernelSize: spec.kernel, padding: 'same' })
    case 'batchNorm':
      return layers.layers.batchNormalization()
    case 'relu':
    case 'tanh':
      return layers.layers.activation({ activation: spec.kind })
    case 'maxPool':
      return layers.layers.maxPooling2d({ poolSize: spec.window })
    case 'flatten':
      return layers.layers.flatten()
    case 'dropout':
      return layers.layers.dropout({ rate: spec.rate })
  }
}

async function prepare(workload: Workload, threads: number): Promise<Stepper> {
  if (backend === 'wasm') {
    setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`)
    setThreadsCount(threads)
  }
  await tf.setBackend(backend)
  await tf.ready()
  const model = layers.sequential({
    layers: workload.layers.map((spec, i) => layerOf(spec, i === 0 ? [...workload.inputShape] : undefined)),
  })
  const { inputs, labels } = batchOf(workload)
  const x = tf.tensor(inputs, [workload.batch, ...workload.inputShape])
  const y = tf.oneHot(tf.tensor1d(labels, 'int32'), workload.classes)
  const { optimizer: spec } = workload
  const optimizer =
    spec.kind === 'adam' ? tf.train.adam(spec.learningRate) : tf.train.momentum(spec.learningRate, spec.momentum)
  let last = Number.NaN
  const forward = () =>
    tf.reshape<tf.Rank.R0>(tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tf.Tensor), [])
  const step = (): void => {
    const loss = optimizer.minimize(forward, true)
    last = loss?.dataSync()[0] ?? Number.NaN
    loss?.dispose()
  }
  step()
  return { about: `TensorFlow.js ${tf.version_core}, ${backend}`, step, loss: () => last }
}

await serve(prepare)
