/**
 * ConvNetJS: plain JavaScript in double precision, one example after another. It has no batch norm, no Adam and no
 * residual connections, so it takes part where none of them is asked for.
 */
import convnetjs from 'convnetjs'
import { batchOf, firstWeights, multiHot } from '../drawn.ts'
import { type Stepper, serve } from '../protocol.ts'
import type { LayerSpec, Workload } from '../workloads.ts'

type Definition = Readonly<Record<string, string | number>>

/** Its own words for a layer, or what it lacks. */
function definitionOf(spec: LayerSpec, isLast: boolean): Definition | string {
  switch (spec.kind) {
    case 'dense':
    case 'sparseDense':
      // The softmax brings the dense layer before it along.
      return isLast ? { type: 'softmax', num_classes: spec.units } : { type: 'fc', num_neurons: spec.units }
    case 'conv': {
      const { filters, kernel, strides = 1 } = spec
      return { type: 'conv', sx: kernel, filters, stride: strides, pad: (kernel - 1) / 2 }
    }
    case 'relu':
    case 'tanh':
      return { type: spec.kind }
    case 'maxPool':
      return { type: 'pool', sx: spec.window, stride: spec.window }
    case 'flatten':
    case 'dropout':
    case 'batchNorm':
    case 'residual':
    case 'globalAveragePool':
      return `it has no ${spec.kind}`
  }
}

/** Its filters one by one: ours have the output as the last axis. */
function setWeights(net: InstanceType<typeof convnetjs.Net>, { layers, inputShape }: Workload): void {
  const listed = layers[0].kind === 'sparseDense' ? inputShape[0] : undefined
  let stream = 0
  for (const { filters, biases } of net.layers) {
    if (filters === undefined) continue
    const inputs = filters[0].w.length
    const drawn = firstWeights(++stream, filters.length * inputs, listed ?? inputs)
    for (const [output, filter] of filters.entries())
      for (let input = 0; input < inputs; input++) filter.w[input] = drawn[input * filters.length + output]
    biases?.w.fill(0)
  }
}

async function prepare(workload: Workload): Promise<Stepper | string> {
  const { batch, inputShape, layers, optimizer } = workload
  if (workload.mode === 'inference') return 'it has no batchNorm'
  const definitions = layers.map((spec, i) => definitionOf(spec, i === layers.length - 1))
  const lacking = definitions.find((definition) => typeof definition === 'string')
  if (typeof lacking === 'string') return lacking
  if (optimizer.kind !== 'sgd' || optimizer.weightDecay !== undefined) return 'it has no such optimizer'

  const [first] = layers
  const { inputs, labels } = batchOf(workload)
  const values = first.kind === 'sparseDense' ? multiHot(inputs, batch, first.features) : inputs
  const size = values.length / batch
  const [height, width, depth] = inputShape.length === 3 ? inputShape : [1, 1, size]
  const examples = Array.from({ length: batch }, (_, row) => {
    const example = new convnetjs.Vol(width, height, depth, 0)
    example.w.set(values.subarray(row * size, (row + 1) * size))
    return example
  })
  const net = new convnetjs.Net()
  const input: Definition = { type: 'input', out_sx: width, out_sy: height, out_depth: depth }
  net.makeLayers([input, ...definitions.filter((definition) => typeof definition !== 'string')])
  setWeights(net, workload)
  const { learningRate, momentum } = optimizer
  const trainer = new convnetjs.Trainer(net, {
    method: 'sgd',
    learning_rate: learningRate,
    momentum,
    batch_size: batch,
    l2_decay: 0,
  })
  let last = Number.NaN
  const step = (): void => {
    let sum = 0
    for (const [row, example] of examples.entries()) sum += trainer.train(example, labels[row]).cost_loss
    last = sum / batch
  }
  return { about: 'ConvNetJS 0.3.0, float64', step, loss: () => last }
}

await serve(prepare)
