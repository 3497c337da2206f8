/**
 * What contenders are timed on, as data, so that programs in several languages build the same network. A step is forward,
 * backward and the optimizer's update on one batch that is already in memory; of an inference workload it is the forward
 * pass in inference mode, and the logits read.
 */

export type LayerSpec =
  /** `bias` default true, right before a batch norm too: the peers have it. */
  | { readonly kind: 'dense'; readonly units: number; readonly bias?: boolean }
  /** Square kernels of an odd size, 'same' padding. `strides` default 1, `bias` default true. */
  | {
      readonly kind: 'conv'
      readonly filters: number
      readonly kernel: number
      readonly strides?: number
      readonly bias?: boolean
    }
  | { readonly kind: 'batchNorm' }
  | { readonly kind: 'relu' }
  | { readonly kind: 'tanh' }
  | { readonly kind: 'maxPool'; readonly window: number }
  | { readonly kind: 'globalAveragePool' }
  | { readonly kind: 'flatten' }
  /** `rate` is the probability of dropping a unit. */
  | { readonly kind: 'dropout'; readonly rate: number }
  /** The sum of what `main` and `shortcut` make of the same input; an empty shortcut is the input itself. */
  | { readonly kind: 'residual'; readonly main: readonly LayerSpec[]; readonly shortcut: readonly LayerSpec[] }
  /**
   * A dense layer on `features` inputs of which all are 0 but the listed ones, which are 1: its input is their numbers.
   * Who has a table of rows to pick from adds those up; others multiply with all the zeros. Initial values as of a dense
   * layer with as many inputs as are listed.
   */
  | { readonly kind: 'sparseDense'; readonly features: number; readonly units: number }

export type OptimizerSpec =
  /** `weightDecay` default 0; it acts on every parameter, as PyTorch's does. */
  | { readonly kind: 'sgd'; readonly learningRate: number; readonly momentum: number; readonly weightDecay?: number }
  | { readonly kind: 'adam'; readonly learningRate: number }

export interface Workload {
  readonly name: string
  readonly batch: number
  /** One example: `[features]`, `[height, width, channels]`, or how many features are listed for a `sparseDense`. */
  readonly inputShape: readonly number[]
  readonly classes: number
  /** The last layer gives the logits; the loss is the mean cross entropy. */
  readonly layers: readonly LayerSpec[]
  readonly optimizer: OptimizerSpec
  /** Default `training`. */
  readonly mode?: 'training' | 'inference'
  readonly about: string
}

const dense = (units: number): LayerSpec => ({ kind: 'dense', units })
const relu: LayerSpec = { kind: 'relu' }
const tanh: LayerSpec = { kind: 'tanh' }
const flatten: LayerSpec = { kind: 'flatten' }
const batchNorm: LayerSpec = { kind: 'batchNorm' }
const dropout: LayerSpec = { kind: 'dropout', rate: 0.5 }
const pool: LayerSpec = { kind: 'maxPool', window: 2 }
const momentum: OptimizerSpec = { kind: 'sgd', learningRate: 0.01, momentum: 0.9 }
const adam: OptimizerSpec = { kind: 'adam', learningRate: 1e-3 }

/** Convolution 3x3, batch norm, ReLU. */
const convBlock = (filters: number): LayerSpec[] => [{ kind: 'conv', filters, kernel: 3 }, batchNorm, relu]

/**
 * A block of a residual network (He, Zhang, Ren, Sun, CVPR 2016, figure 2): two convolutions 3x3 around a shortcut. Where
 * the image is halved the shortcut is a convolution 1x1 (the paper's option B).
 */
function residualBlock(filters: number, strides: number): LayerSpec[] {
  const conv = (kernel: number, strides: number): LayerSpec => ({ kind: 'conv', filters, kernel, strides, bias: false })
  const main = [conv(3, strides), batchNorm, relu, conv(3, 1), batchNorm]
  return [{ kind: 'residual', main, shortcut: strides === 1 ? [] : [conv(1, strides), batchNorm] }, relu]
}

/** The same blocks again: section 4.2 of the paper, with n = 3. */
const resnet20: readonly LayerSpec[] = [
  { kind: 'conv', filters: 16, kernel: 3, bias: false },
  batchNorm,
  relu,
  ...[16, 32, 64].flatMap((filters) => [
    ...residualBlock(filters, filters === 16 ? 1 : 2),
    ...residualBlock(filters, 1),
    ...residualBlock(filters, 1),
  ]),
  { kind: 'globalAveragePool' },
  dense(10),
]

const cnn: readonly LayerSpec[] = [
  ...convBlock(32),
  pool,
  ...convBlock(64),
  pool,
  flatten,
  dense(128),
  relu,
  dropout,
  dense(10),
]

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'tiny',
    about: 'MLP 2-16-16-2, tanh, batch 32, SGD momentum',
    batch: 32,
    inputShape: [2],
    classes: 2,
    layers: [dense(16), tanh, dense(16), tanh, dense(2)],
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
    name: 'deep',
    about: 'MLP of 8 hidden layers of 64 units, 64 inputs, batch 64, ReLU, SGD momentum',
    batch: 64,
    inputShape: [64],
    classes: 10,
    layers: [...Array.from({ length: 8 }, () => [dense(64), relu]).flat(), dense(10)],
    optimizer: momentum,
  },
  {
    name: 'sparse',
    about: 'logistic regression on 10,000 sparse features (50 of them 1, the rest 0), batch 128, SGD momentum',
    batch: 128,
    inputShape: [50],
    classes: 2,
    layers: [{ kind: 'sparseDense', features: 10_000, units: 2 }],
    optimizer: momentum,
  },
  {
    name: 'cnn',
    about:
      'two blocks of conv 3x3, batch norm, ReLU, pool (32, 64 filters), dense 128, dropout, dense 10; 28x28x1, batch 64, Adam',
    batch: 64,
    inputShape: [28, 28, 1],
    classes: 10,
    layers: cnn,
    optimizer: adam,
  },
  {
    name: 'cnn-inference',
    about: 'the forward pass of cnn in inference mode, batch 1',
    batch: 1,
    inputShape: [28, 28, 1],
    classes: 10,
    layers: cnn,
    optimizer: adam,
    mode: 'inference',
  },
  {
    name: 'vgg',
    about:
      'VGG-like: three pairs of conv 3x3, batch norm, ReLU (32, 64, 128 filters) with a pool after each, dense 128, dense 10; 32x32x3, batch 64, SGD momentum',
    batch: 64,
    inputShape: [32, 32, 3],
    classes: 10,
    layers: [
      ...[32, 64, 128].flatMap((filters) => [...convBlock(filters), ...convBlock(filters), pool]),
      flatten,
      dense(128),
      relu,
      dense(10),
    ],
    optimizer: momentum,
  },
  {
    name: 'resnet20',
    about: 'residual network of 20 layers (16, 32, 64 filters), 32x32x3, batch 32, SGD momentum, weight decay',
    batch: 32,
    inputShape: [32, 32, 3],
    classes: 10,
    layers: resnet20,
    optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 },
  },
]
