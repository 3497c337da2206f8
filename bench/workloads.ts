/**
 * The training steps that contenders are timed on, as data, so that programs in several languages build the same
 * network. A step is forward, backward and the optimizer's update on one batch that is already in memory.
 */

export type LayerSpec =
  | { readonly kind: 'dense'; readonly units: number }
  /** 3x3-like convolution, stride 1, 'same' padding. */
  | { readonly kind: 'conv'; readonly filters: number; readonly kernel: number }
  | { readonly kind: 'batchNorm' }
  | { readonly kind: 'relu' }
  | { readonly kind: 'tanh' }
  | { readonly kind: 'maxPool'; readonly window: number }
  | { readonly kind: 'flatten' }
  /** `rate` is the probability of dropping a unit. */
  | { readonly kind: 'dropout'; readonly rate: number }

export type OptimizerSpec =
  | { readonly kind: 'sgd'; readonly learningRate: number; readonly momentum: number }
  | { readonly kind: 'adam'; readonly learningRate: number }

export interface Workload {
  readonly name: string
  readonly batch: number
  /** One example: `[features]` or `[height, width, channels]`. */
  readonly inputShape: readonly number[]
  readonly classes: number
  /** The last layer gives the logits; the loss is the mean cross entropy. */
  readonly layers: readonly LayerSpec[]
  readonly optimizer: OptimizerSpec
  readonly about: string
}

const dense = (units: number): LayerSpec => ({ kind: 'dense', units })
const relu: LayerSpec = { kind: 'relu' }
const batchNorm: LayerSpec = { kind: 'batchNorm' }
const dropout: LayerSpec = { kind: 'dropout', rate: 0.5 }
const momentum: OptimizerSpec = { kind: 'sgd', learningRate: 0.01, momentum: 0.9 }
const adam: OptimizerSpec = { kind: 'adam', learningRate: 1e-3 }

const convBlock = (filters: number): LayerSpec[] => [
  { kind: 'conv', filters, kernel: 3 },
  batchNorm,
  relu,
  { kind: 'maxPool', window: 2 },
]

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'tiny',
    about: 'MLP 2-16-16-2, batch 32, SGD momentum',
    batch: 32,
    inputShape: [2],
    classes: 2,
    layers: [dense(16), { kind: 'tanh' }, dense(16), { kind: 'tanh' }, dense(2)],
    optimizer: momentum,
  },
  {
    name: 'mlp',
    about: 'MLP 784-256-128-10, batch 64, batch norm, ReLU, dropout 0.5, Adam',
    batch: 64,
    inputShape: [784],
    classes: 10,
    layers: [dense(256), batchNorm, relu, dropout, dense(128), batchNorm, relu, dropout, dense(10)],
    optimizer: adam,
  },
  {
    name: 'wide',
    about: 'MLP 784-1024-1024-10, batch 128, ReLU, SGD momentum',
    batch: 128,
    inputShape: [784],
    classes: 10,
    layers: [dense(1024), relu, dense(1024), relu, dense(10)],
    optimizer: momentum,
  },
  {
    name: 'cnn',
    about:
      'two blocks of conv 3x3, batch norm, ReLU, pool (32, 64 filters), dense 128, dropout, dense 10; 28x28x1, batch 64, Adam',
    batch: 64,
    inputShape: [28, 28, 1],
    classes: 10,
    layers: [...convBlock(32), ...convBlock(64), { kind: 'flatten' }, dense(128), relu, dropout, dense(10)],
    optimizer: adam,
  },
]
