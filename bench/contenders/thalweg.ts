/** Thalweg itself: the step that `fit` runs, on the engine that `fit` chooses. */

import { wasmBackend } from 'thalweg/backend'
import { sizeOf } from 'thalweg/base'
import { createEngine, createStep, type Engine, measureKernel, type Plan } from 'thalweg/compile'
import { arrays } from 'thalweg/data'
import {
  batchNorm,
  build,
  conv2d,
  createStore,
  crossEntropy,
  dense,
  dropout,
  flatten,
  forward,
  globalAveragePool2d,
  type Initializer,
  type Model,
  maxPool2d,
  zeros as noBias,
  relu,
  residual,
  sequential,
  tanh,
} from 'thalweg/nn'
import { adam, type Optimizer, sgd } from 'thalweg/optim'
import { add, cast, gather, sum, Tensor, zeros } from 'thalweg/tensor'
import { completeOptions, openSession } from 'thalweg/train'
import { batchOf, firstWeights } from '../drawn.ts'
import { type KernelWork, type Stepper, serve } from '../protocol.ts'
import type { LayerSpec, OptimizerSpec, Workload } from '../workloads.ts'

/** The model of a workload, with the first weights that all contenders have. */
function modelOf({ layers, inputShape }: Workload): Model {
  let streams = 0

  function drawn(fanIn?: number): Initializer {
    const stream = ++streams
    return (shape, fan) => firstWeights(stream, sizeOf(shape), fanIn ?? fan.in)
  }

  function layerOf(spec: LayerSpec): Model {
    switch (spec.kind) {
      case 'dense':
        return dense(spec.units, { bias: spec.bias ?? true, initializer: drawn() })
      case 'conv': {
        const { filters, kernel, strides = 1, bias = true } = spec
        return conv2d(filters, kernel, { strides, padding: paddingOf(kernel), bias, initializer: drawn() })
      }
      case 'batchNorm':
        return batchNorm()
      case 'relu':
        return relu()
      case 'tanh':
        return tanh()
      case 'maxPool':
        return maxPool2d(spec.window)
      case 'globalAveragePool':
        return globalAveragePool2d()
      case 'flatten':
        return flatten()
      case 'dropout':
        return dropout({ rate: spec.rate })
      case 'residual':
        return residual(sequential(...spec.main.map(layerOf)), {
          shortcut: sequential(...spec.shortcut.map(layerOf)),
        })
      case 'sparseDense':
        return sparseDense(spec.features, spec.units, drawn(inputShape[0]))
    }
  }

  return sequential(...layers.map(layerOf))
}

/** As PyTorch pads: the same on all sides, where `same` with strides would put more below and on the right. */
function paddingOf(kernel: number): number {
  return (kernel - 1) / 2
}

/** Rows of a table, added up. */
function sparseDense(features: number, units: number, initializer: Initializer): Model {
  return (x, scope) => {
    const table = scope.parameter('weight', [features, units], initializer)
    const bias = scope.parameter('bias', [units], noBias(), { decay: false })
    return add(sum(gather(table, cast(x, 'int32'), 0), { axes: [1] }), bias)
  }
}

function optimizerOf(spec: OptimizerSpec): Optimizer {
  const { learningRate } = spec
  if (spec.kind === 'adam') return adam({ learningRate })
  return sgd({ learningRate, momentum: spec.momentum, weightDecay: spec.weightDecay ?? 0 })
}

async function prepare(workload: Workload, threads: number): Promise<Stepper> {
  const engine = createEngine(wasmBackend({ threads }))
  return workload.mode === 'inference' ? prepareInference(workload, engine) : prepareTraining(workload, engine)
}

function prepareTraining(workload: Workload, engine: Engine): Stepper {
  const { batch, inputShape, optimizer } = workload
  const { inputs, labels } = batchOf(workload)
  let compileMs = 0
  const settings = completeOptions({
    engine,
    train: arrays({ inputs, inputShape, labels, classes: classNames(workload) }),
    loss: crossEntropy(),
    optimizer: optimizerOf(optimizer),
    // PyTorch's decay acts on biases and on what batch norm learns, too.
    groups: [{ match: /./, spareBiases: false }],
    epochs: 1,
    batchSize: batch,
    seed: 1,
  })
  const session = openSession(modelOf(workload), settings, ({ ms }) => {
    compileMs = ms
  })
  const rows = Int32Array.from({ length: batch }, (_, row) => row)
  return {
    ...described(engine, session.plan, compileMs),
    step: () => session.step(rows, optimizer),
    loss: () => session.lastLoss(),
  }
}

/** What `predict` runs, without its checks of the inputs. */
function prepareInference(workload: Workload, engine: Engine): Stepper {
  const { inputs, labels } = batchOf(workload)
  const model = modelOf(workload)
  const store = createStore({ engine })
  build(model, zeros([workload.batch, ...workload.inputShape]), store)
  const step = createStep(engine, ([batch]) => [forward(model, new Tensor(batch), { store, training: false }).node])
  const started = performance.now()
  const plan = step.plan([{ name: 'inputs', shape: [workload.batch, ...workload.inputShape], dtype: 'float32' }])
  const compileMs = performance.now() - started
  let logits = plan.read(0)
  return {
    ...described(engine, plan, compileMs),
    step() {
      plan.run([inputs])
      logits = plan.read(0)
    },
    loss: () => meanCrossEntropy(logits, labels, workload.classes),
  }
}

function described(
  { backend }: Engine,
  plan: Plan,
  compileMs: number,
): Pick<Stepper, 'about' | 'compileMs' | 'kernels'> {
  const { lowered } = plan
  const kernels = lowered.kernels.map((kernel): KernelWork => {
    const { bytesRead, bytesWritten, operations } = measureKernel(kernel, lowered.buffers)
    return { bytes: bytesRead + bytesWritten, operations }
  })
  const about = `Thalweg, Node ${process.versions.node}, ${backend.name} ${backend.features.join(', ')}`
  return { about, compileMs, kernels }
}

function meanCrossEntropy(logits: ArrayLike<number>, labels: Int32Array, classes: number): number {
  const losses = Array.from(labels, (label, row) => {
    const own = Array.from({ length: classes }, (_, k) => logits[row * classes + k])
    return Math.log(own.reduce((total, logit) => total + Math.exp(logit), 0)) - own[label]
  })
  return losses.reduce((total, loss) => total + loss, 0) / losses.length
}

function classNames({ classes }: Workload): string[] {
  return Array.from({ length: classes }, (_, label) => String(label))
}

await serve(prepare)
