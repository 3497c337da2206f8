/**
 * brain.js: plain JavaScript in double precision. It has dense layers with one activation for all of them, the squared
 * error, and an update after every example: not the same work, so its losses are not compared. The nearest it can do is
 * one pass over the batch's examples.
 */
import brain from 'brain.js'
import { batchOf } from '../drawn.ts'
import { type Stepper, serve } from '../protocol.ts'
import type { Workload } from '../workloads.ts'

async function prepare(workload: Workload): Promise<Stepper | string> {
  const { batch, layers, optimizer, classes } = workload
  const strange = layers.find(({ kind }) => kind !== 'dense' && kind !== 'relu' && kind !== 'tanh')
  if (strange !== undefined) return `it has no ${strange.kind}`
  if (optimizer.kind !== 'sgd' || workload.mode === 'inference') return 'it has no such optimizer'
  const units = layers.flatMap((spec) => (spec.kind === 'dense' ? [spec.units] : []))
  const activation = layers.some(({ kind }) => kind === 'relu') ? 'relu' : 'tanh'
  const net = new brain.NeuralNetwork({ hiddenLayers: units.slice(0, -1), activation })
  const { inputs, labels } = batchOf(workload)
  const width = inputs.length / batch
  const data = Array.from({ length: batch }, (_, row) => ({
    input: Array.from(inputs.subarray(row * width, (row + 1) * width)),
    output: Array.from({ length: classes }, (_, label) => (label === labels[row] ? 1 : 0)),
  }))
  const { learningRate, momentum } = optimizer
  let last = Number.NaN
  const step = (): void => {
    last = net.train(data, { iterations: 1, errorThresh: 1e-9, learningRate, momentum }).error
  }
  return {
    about: 'brain.js 1.6.1, float64',
    differs: 'squared error, an update after every example',
    step,
    loss: () => last,
  }
}

await serve(prepare)
