/** The networks of the workloads in Thalweg's own terms, and what trains them. */
import { sizeOf } from 'thalweg/base'
import type { Engine } from 'thalweg/compile'
import { arrays } from 'thalweg/data'
import {
  batchNorm,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
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
import { add, cast, gather, sum } from 'thalweg/tensor'
import { completeOptions, type Settings } from 'thalweg/train'
import { batchOf, firstWeights } from './drawn.ts'
import type { LayerSpec, OptimizerSpec, Workload } from './workloads.ts'

/** The model of a workload, with the first weights that all contenders have. */
export function modelOf({ layers, inputShape }: Workload): Model {
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

/** The step that `fit` would run. */
export function settingsOf(workload: Workload, engine: Engine): Settings {
  const { batch, inputShape, optimizer } = workload
  const { inputs, labels } = batchOf(workload)
  const classes = Array.from({ length: workload.classes }, (_, label) => String(label))
  return completeOptions({
    engine,
    train: arrays({ inputs, inputShape, labels, classes }),
    loss: crossEntropy(),
    optimizer: optimizerOf(optimizer),
    // PyTorch's decay acts on biases and on what batch norm learns, too.
    groups: [{ match: /./, spareBiases: false }],
    epochs: 1,
    batchSize: batch,
    seed: 1,
  })
}
