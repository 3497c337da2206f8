/** Models: layers and how they are put together, first weights, losses; where the weights live. */
export { type Activation, activation, type LayerName } from './activations/activation.ts'
export { type CeluOptions, celu } from './activations/celu.ts'
export { type EluOptions, elu } from './activations/elu.ts'
export { type GeluOptions, gelu } from './activations/gelu.ts'
export { type GluOptions, glu } from './activations/glu.ts'
export { hardSigmoid } from './activations/hard-sigmoid.ts'
export { hardSwish } from './activations/hard-swish.ts'
export { hardTanh } from './activations/hard-tanh.ts'
export { type LeakyReluOptions, leakyRelu } from './activations/leaky-relu.ts'
export { logSigmoid } from './activations/log-sigmoid.ts'
export { type MaxoutOptions, maxout } from './activations/maxout.ts'
export { mish } from './activations/mish.ts'
export { type PreluOptions, prelu } from './activations/prelu.ts'
export { relu } from './activations/relu.ts'
export { relu6 } from './activations/relu6.ts'
export { selu } from './activations/selu.ts'
export { sigmoid } from './activations/sigmoid.ts'
export { silu } from './activations/silu.ts'
export { logSoftmax, type SoftmaxOptions, softmax } from './activations/softmax.ts'
export { softplus } from './activations/softplus.ts'
export { softsign } from './activations/softsign.ts'
export { tanh } from './activations/tanh.ts'
export { type BatchNormOptions, batchNorm } from './batch-norm.ts'
export { type ConvTranspose2dOptions, convTranspose2d } from './conv-transpose2d.ts'
export { type Conv1dOptions, conv1d } from './conv1d.ts'
export { type Conv2dOptions, conv2d } from './conv2d.ts'
export { type DenseOptions, dense } from './dense.ts'
export { type DropoutOptions, dropout } from './dropout.ts'
export { type EmbeddingOptions, embedding } from './embedding.ts'
export { flatten } from './flatten.ts'
export { build, type ForwardOptions, forward, type LayerCall } from './forward.ts'
export { type GroupNormOptions, groupNorm } from './group-norm.ts'
export {
  constant,
  type Fan,
  fanOf,
  he,
  type Initializer,
  ones,
  type ScaledOptions,
  smallRandom,
  xavier,
  zeros,
} from './initializers.ts'
export type { Layer, Model, ParameterOptions, Scope } from './layer.ts'
export { type LayerNormOptions, layerNorm } from './layer-norm.ts'
export { type LocalResponseNormOptions, localResponseNorm } from './local-response-norm.ts'
export { binaryCrossEntropy } from './losses/binary-cross-entropy.ts'
export { type CrossEntropyOptions, crossEntropy } from './losses/cross-entropy.ts'
export { huber, smoothL1 } from './losses/huber.ts'
export { klDivergence } from './losses/kl-divergence.ts'
export type { Loss } from './losses/loss.ts'
export { meanAbsoluteError } from './losses/mean-absolute-error.ts'
export { meanSquaredError } from './losses/mean-squared-error.ts'
export { multiMargin } from './losses/multi-margin.ts'
export { correctCount, squaredErrors } from './metrics.ts'
export {
  type AveragePoolOptions,
  averagePool2d,
  globalAveragePool2d,
  globalMaxPool2d,
  maxPool2d,
  type PoolOptions,
} from './pool2d.ts'
export { type BatchMoments, batchMoments, populationMoments } from './population.ts'
export { type Container, named, sequential } from './sequential.ts'
export { createStore, type NamedArray, type Store, type StoreEntry, type StoreOptions } from './store.ts'
export { type Summary, type SummaryRow, summary } from './summary.ts'
export type { Padding, Pair } from './window.ts'
