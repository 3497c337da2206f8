/** Thalweg itself: the step that `fit` runs, on the engine that `fit` chooses. */

import { wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { arrays } from 'thalweg/data'
import {
  batchNorm,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
  type Layer,
  maxPool2d,
  relu,
  sequential,
  tanh,
} from 'thalweg/nn'
import { adam, type Optimizer, sgd } from 'thalweg/optim'
import { completeOptions, openSession } from 'thalweg/train'
import { batchOf, type Stepper, serve } from '../protocol.ts'
import type { LayerSpec, OptimizerSpec, Workload } from '../workloads.ts'

/** Biases before batch norm too: the peers have them. */
function layerOf(spec: LayerSpec): Layer {
  switch (spec.kind) {
    case 'dense':
      return dense(spec.units, { bias: true })
    case 'conv':
      return conv2d(spec.filters, spec.kernel, { padding: 'same', bias: true })
    case 'batchNorm':
      return batchNorm()
    case 'relu':
      return relu()
    case 'tanh':
      return tanh()
    case 'maxPool':
      return maxPool2d(spec.window)
    case 'flatten':
      return flatten()
    case 'dropout':
      return dropout({ rate: spec.rate })
  }
}

function optimizerOf(spec: OptimizerSpec): Optimizer {
  const { learningRate } = spec
  return spec.kind === 'adam' ? adam({ learningRate }) : sgd({ learningRate, momentum: spec.momentum })
}

async function prepare(workload: Workload, threads: number): Promise<Stepper> {
  const { batch, inputShape, optimizer } = workload
  const { inputs, labels } = batchOf(workload)
  const classes = Array.from({ length: workload.classes }, (_, label) => String(label))
  const engine = createEngine(wasmBackend({ threads }))
  const settings = completeOptions({
    engine,
    train: arrays({ inputs, inputShape, labels, classes }),
    loss: crossEntropy(),
    optimizer: optimizerOf(optimizer),
    epochs: 1,
    batchSize: batch,
    seed: 1,
  })
  const session = openSession(sequential(...workload.layers.map(layerOf)), settings)
  const rows = Int32Array.from({ length: batch }, (_, row) => row)
  const { compileMs, kernels } = session.plan
  const about = `${engine.backend.name} ${engine.backend.features.join(', ')}`
  return {
    about: `Thalweg, Node ${process.versions.node}, ${about}; ${kernels} kernels compiled in ${compileMs.toFixed(0)} ms`,
    step: () => session.step(rows, optimizer),
    loss: () => session.lastLoss(),
  }
}

await serve(prepare)
