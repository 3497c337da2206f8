/** What a case of layers.json is here: a model, what goes into it and what should come out, in our layouts. */
import * as nn from 'thalweg/nn'
import { mul, type Tensor, tensor } from 'thalweg/tensor'
import { channelsLast, kernelLast } from './layouts.ts'
import type { VectorTensor } from './load.ts'

type Options = Readonly<Record<string, unknown>>

export interface LayerCase {
  readonly kind: string
  readonly name: string
  readonly options: Options
  readonly inputs: Readonly<Record<string, VectorTensor>>
  readonly output: VectorTensor
  readonly upstream?: VectorTensor
  readonly gradients?: Readonly<Record<string, VectorTensor>>
  readonly runningBefore?: { readonly mean: VectorTensor; readonly variance: VectorTensor }
  readonly runningAfter?: { readonly mean: VectorTensor; readonly variance: VectorTensor }
  readonly population?: { readonly mean: VectorTensor; readonly variance: VectorTensor }
}

type Convert = (theirs: VectorTensor) => VectorTensor

export interface Subject {
  readonly model: nn.Model
  readonly training: boolean
  /** The input that is differentiated by; none where the input is a list of indices. */
  readonly x: VectorTensor | undefined
  readonly indices: () => Tensor
  readonly values: Readonly<Record<string, nn.NamedArray>>
  readonly output: { readonly toOurs: Convert }
  /** By path; `x` is the input. */
  readonly gradients: Readonly<Record<string, VectorTensor>>
  readonly statesAfter: Readonly<Record<string, VectorTensor>>
}

/** Undefined where the library has no such layer yet, or lacks one of its options. */
export function subjectOf(each: LayerCase): Subject | undefined {
  const entry = table[each.kind]?.[each.name]
  const model = entry?.make(each.options, each)
  if (entry === undefined || model === undefined) return undefined
  const { input = 'x', parameters = {}, toOurs = channelsLast } = entry
  const x = each.inputs[input]
  const values: Record<string, nn.NamedArray> = {}
  const gradients: Record<string, VectorTensor> = {}
  if (x && each.gradients?.[input]) {
    const { shape, data } = each.gradients[input]
    const factor = (i: number) => entry.exactOverTheirs?.(x.data[i], each.options) ?? 1
    gradients.x = toOurs({ shape, data: data.map((value, i) => value * factor(i)) })
  }
  for (const [theirs, { path, convert }] of Object.entries(parameters)) {
    if (each.inputs[theirs] === undefined) continue
    values[path] = arrayOf(convert(each.inputs[theirs]))
    if (each.gradients?.[theirs]) gradients[path] = convert(each.gradients[theirs])
  }
  if (each.runningBefore) {
    values.runningMean = arrayOf(each.runningBefore.mean)
    values.runningVariance = arrayOf(each.runningBefore.variance)
  }
  const after = each.runningAfter
  return {
    model,
    training: each.options.training !== false,
    x: x && toOurs(x),
    indices: () => tensor(Int32Array.from(numbers(each.options.indices))),
    values,
    output: { toOurs },
    gradients,
    statesAfter: after ? { runningMean: after.mean, runningVariance: after.variance } : {},
  }
}

interface Entry {
  readonly make: (options: Options, each: LayerCase) => nn.Model | undefined
  /** The case's name for what the model is given. Default `x`. */
  readonly input?: string
  /** The case's names of parameters -> ours. */
  readonly parameters?: Readonly<Record<string, { readonly path: string; readonly convert: Convert }>>
  /** Layout of input and output. Default: channels to the end. */
  readonly toOurs?: Convert
  /**
   * Where PyTorch's backward rounds a constant to float32 even in float64, a few parts in 1e8: the exact derivative over
   * PyTorch's at x, with which the expected gradient is multiplied, so that it can be held to 1e-9 like the others.
   */
  readonly exactOverTheirs?: (x: number, options: Options) => number
}

const same: Convert = (value) => value
const bias = { path: 'bias', convert: same }
const norm = { gamma: { path: 'gamma', convert: same }, beta: { path: 'beta', convert: same } }
const kernel = { w: { path: 'kernel', convert: kernelLast }, b: bias }

const activations: Readonly<Record<string, Entry>> = {
  sigmoid: { make: () => nn.sigmoid() },
  tanh: { make: () => nn.tanh() },
  relu: { make: () => nn.relu() },
  leakyRelu: { make: (options) => nn.leakyRelu({ slope: number(options.negativeSlope, 0.01) }) },
  elu: { make: (options) => nn.elu({ alpha: number(options.alpha, 1) }) },
  selu: { make: () => nn.selu() },
  celu: {
    make: (options) => nn.celu({ alpha: number(options.alpha, 1) }),
    // PyTorch's derivatives.yaml: elu_backward(grad, alpha, 1, 1.0 / alpha.toFloat(), ...).
    exactOverTheirs(x, options) {
      const alpha = number(options.alpha, 1)
      const rounded = Math.fround(alpha)
      return x > 0 ? 1 : Math.exp(x / alpha - x / rounded) / (alpha / rounded)
    },
  },
  gelu: { make: (options) => nn.gelu({ approximate: options.approximate === 'tanh' ? 'tanh' : 'none' }) },
  silu: { make: () => nn.silu() },
  mish: { make: () => nn.mish() },
  softplus: { make: () => nn.softplus() },
  softsign: { make: () => nn.softsign() },
  hardSigmoid: {
    make: () => nn.hardSigmoid(),
    // PyTorch's hardsigmoid_backward multiplies with 1.0f / 6.0f.
    exactOverTheirs: () => 1 / 6 / Math.fround(1 / 6),
  },
  hardSwish: { make: () => nn.hardSwish() },
  hardTanh: { make: () => nn.hardTanh() },
  relu6: { make: () => nn.relu6() },
  logSigmoid: { make: () => nn.logSigmoid() },
  softmax: { make: (options) => nn.softmax({ axis: number(options.axis, -1) }) },
  logSoftmax: { make: (options) => nn.logSoftmax({ axis: number(options.axis, -1) }) },
  prelu: { make: () => nn.prelu(), parameters: { a: { path: 'slope', convert: same } } },
  glu: { make: (options) => nn.glu({ axis: number(options.axis, -1) }) },
  maxout: { make: (options) => nn.maxout({ pieces: number(options.pieces, 2) }) },
}

const layers: Readonly<Record<string, Entry>> = {
  dense: {
    make: (_, { inputs }) => nn.dense(inputs.w.shape[1], { bias: 'b' in inputs }),
    parameters: { w: { path: 'weight', convert: same }, b: bias },
  },
  embedding: {
    make: (_, { inputs }) => nn.embedding(inputs.w.shape[0], inputs.w.shape[1]),
    parameters: { w: { path: 'weight', convert: same } },
  },
  conv2d: {
    make: (options, { inputs }) =>
      nn.conv2d(inputs.w.shape[0], pair(inputs.w.shape.slice(2), 1), {
        strides: pair(options.stride, 1),
        padding: pair(options.padding, 0),
        dilation: pair(options.dilation, 1),
        groups: number(options.groups, 1),
        bias: 'b' in inputs,
      }),
    parameters: kernel,
  },
  convTranspose2d: {
    make: (options, { inputs }) =>
      nn.convTranspose2d(inputs.w.shape[1] * number(options.groups, 1), pair(inputs.w.shape.slice(2), 1), {
        strides: pair(options.stride, 1),
        padding: pair(options.padding, 0),
        outputPadding: pair(options.outputPadding, 0),
        dilation: pair(options.dilation, 1),
        groups: number(options.groups, 1),
        bias: 'b' in inputs,
      }),
    parameters: kernel,
  },
  conv1d: {
    make: (options, { inputs }) =>
      nn.conv1d(inputs.w.shape[0], inputs.w.shape[2], {
        stride: number(options.stride, 1),
        padding: number(options.padding, 0),
        dilation: number(options.dilation, 1),
        groups: number(options.groups, 1),
        bias: 'b' in inputs,
      }),
    parameters: kernel,
  },
  maxPool2d: {
    make: (options) =>
      nn.maxPool2d(pair(options.kernel_size, 2), {
        strides: pair(options.stride ?? options.kernel_size, 2),
        padding: pair(options.padding, 0),
      }),
  },
  avgPool2d: {
    make: (options) =>
      nn.averagePool2d(pair(options.kernel_size, 2), {
        strides: pair(options.stride ?? options.kernel_size, 2),
        padding: pair(options.padding, 0),
        countPadding: options.countIncludePad !== false,
      }),
  },
  globalAvgPool2d: { make: () => nn.globalAveragePool2d() },
  batchNorm: {
    make: (options) =>
      nn.batchNorm({ momentum: 1 - number(options.momentum, 0.1), epsilon: number(options.epsilon, 1e-5) }),
    parameters: norm,
  },
  batchNormPopulation: {
    // Scaling and shifting in the test's own words: the case has no gradients, only an output.
    make: (options) => {
      const layer = nn.batchNorm({ epsilon: number(options.epsilon, 1e-5) })
      return (x, scope) => layer.forward(x, { ...scope, training: false })
    },
    parameters: norm,
  },
  layerNorm: {
    make: (options) => nn.layerNorm({ epsilon: number(options.epsilon, 1e-5) }),
    parameters: norm,
    toOurs: same,
  },
  groupNorm: {
    make: (options) => nn.groupNorm(number(options.groups, 1), { epsilon: number(options.epsilon, 1e-5) }),
    parameters: norm,
  },
  localResponseNorm: {
    make: (options) =>
      nn.localResponseNorm({
        size: number(options.size, 5),
        alpha: number(options.alpha, 1e-4),
        beta: number(options.beta, 0.75),
        k: number(options.k, 1),
      }),
  },
}

const losses: Readonly<Record<string, Entry>> = {
  crossEntropy: {
    input: 'logits',
    make(options) {
      const classWeights = Array.isArray(options.classWeights) ? { classWeights: numbers(options.classWeights) } : {}
      const loss = nn.crossEntropy({ labelSmoothing: number(options.labelSmoothing, 0), ...classWeights })
      const factor = Number(/multiplied by ([\d.]+)/.exec(String(options.note))?.[1] ?? 1)
      return (logits) => loss.forward(factor === 1 ? logits : mul(logits, factor), labelsOf(options))
    },
  },
  binaryCrossEntropyWithLogits: againstNumbers('logits', nn.binaryCrossEntropy()),
  meanSquaredError: againstNumbers('prediction', nn.meanSquaredError()),
  meanAbsoluteError: againstNumbers('prediction', nn.meanAbsoluteError()),
  huber: againstNumbers('prediction', nn.huber()),
  smoothL1: againstNumbers('prediction', nn.smoothL1()),
  multiMargin: {
    input: 'logits',
    make(options) {
      const loss = nn.multiMargin({ margin: number(options.margin, 1) })
      return (logits) => loss.forward(logits, labelsOf(options))
    },
  },
  klDivergence: {
    input: 'logits',
    make(options) {
      if (options.target !== 'uniform') return undefined
      const uniform = ([rows, classes]: readonly number[]) => new Array(rows * classes).fill(1 / classes)
      return (logits) => nn.klDivergence().forward(logits, tensor(uniform(logits.shape), logits.shape))
    },
  },
}

const table: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  activation: activations,
  layer: layers,
  loss: losses,
}

function againstNumbers(input: string, loss: nn.Loss): Entry {
  return {
    input,
    make: (options) => (prediction) => loss.forward(prediction, tensor(options.targets as number[][])),
  }
}

function labelsOf(options: Options): Tensor {
  return tensor(Int32Array.from(numbers(options.labels)))
}

function arrayOf({ shape, data }: VectorTensor): nn.NamedArray {
  return { shape, dtype: 'float32', data: Float64Array.from(data) }
}

function number(value: unknown, standard: number): number {
  return typeof value === 'number' ? value : standard
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : []
}

function pair(value: unknown, standard: number): readonly [number, number] {
  if (Array.isArray(value)) return [Number(value[0]), Number(value[1])]
  return [number(value, standard), number(value, standard)]
}
