/**
 * The front door: the names most programs need. Everything stands under its room's subpath too, `thalweg/nn` and so on;
 * tensor ops only there (`thalweg/tensor`), because `relu` the layer and `relu` the op share a name.
 */
export { ThalwegError } from './base/index.ts'
export { arrays, type Dataset, split } from './data/index.ts'
export {
  batchNorm,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
  globalAveragePool2d,
  type Layer,
  type Loss,
  type Model,
  maxPool2d,
  meanSquaredError,
  relu,
  sequential,
  sigmoid,
  tanh,
} from './nn/index.ts'
export { adam, adamw, momentum, type Optimizer, oneCycle, rmsprop, type Schedule, sgd } from './optim/index.ts'
export {
  defineExperiment,
  type EpochEvent,
  evaluate,
  type FitOptions,
  fit,
  type Metrics,
  type Run,
  type TrainEvent,
} from './train/index.ts'
