/**
 * Reads a model as PyTorch prints it, `Sequential(\n  (0): Linear(in_features=6, ...)\n ...)`, and builds it from our
 * layers: which arrays it has, under which names, in which layout.
 */
import * as nn from 'thalweg/nn'
import { kernelLast } from './layouts.ts'
import type { VectorTensor } from './load.ts'

export interface TorchModule {
  /** `0`; empty at the root. */
  readonly name: string
  /** `Linear`. */
  readonly kind: string
  readonly positional: readonly string[]
  readonly named: Readonly<Record<string, string>>
  readonly children: readonly TorchModule[]
}

export function parseArchitecture(text: string): TorchModule {
  const lines = text.split('\n').map((line) => line.trim())
  const first = /^(\w+)\($/.exec(lines[0])
  if (first === null) throw new Error(`an architecture begins with a container, not with: ${lines[0]}`)
  let at = 1
  function block(name: string, kind: string): TorchModule {
    const children: TorchModule[] = []
    for (; at < lines.length && lines[at] !== ')'; at++) {
      const [, child, childKind, rest] = /^\((\w+)\): (\w+)\((.*)$/.exec(lines[at]) ?? []
      if (child === undefined) throw new Error(`cannot read the line: ${lines[at]}`)
      if (rest === '') {
        at++
        children.push(block(child, childKind))
      } else children.push({ name: child, kind: childKind, ...parseArguments(rest.replace(/\)$/, '')), children: [] })
    }
    return { name, kind, positional: [], named: {}, children }
  }
  return block('', first[1])
}

/** `2, 4, kernel_size=(3, 3), bias=False`. */
export function parseArguments(text: string): {
  readonly positional: readonly string[]
  readonly named: Readonly<Record<string, string>>
} {
  const parts = text.match(/(?:\([^)]*\)|[^,])+/g)?.map((part) => part.trim()) ?? []
  const named = parts.filter((part) => part.includes('=')).map((part) => part.split('=') as [string, string])
  return { positional: parts.filter((part) => !part.includes('=')), named: Object.fromEntries(named) }
}

/** `(3, 3)` or `2`. */
export function numbersOf(text: string): number[] {
  return (text.match(/-?[\d.]+(?:e[+-]?\d+)?/gi) ?? []).map(Number)
}

/** One of a module's arrays: its name in PyTorch, its path in our store, and the way from their layout to ours. */
export interface ArrayMapping {
  readonly theirs: string
  readonly ours: string
  readonly convert: (value: VectorTensor) => VectorTensor
}

export interface BuiltModel {
  readonly model: nn.Layer
  readonly arrays: readonly ArrayMapping[]
}

/** Undefined where a module of it does not exist here; `inputShape` is ours, without the batch axis. */
export function buildModel(root: TorchModule, inputShape: readonly number[]): BuiltModel | undefined {
  if (leavesOf(root).some(({ module }) => makers[module.kind] === undefined)) return undefined
  const model = layerOf(root)
  const shapes = new Map(nn.summary(model, inputShape).layers.map(({ path, outputShape }) => [path, outputShape]))
  const arrays: ArrayMapping[] = []
  // Flattening goes through an image channel by channel in PyTorch, pixel by pixel here: until the next dense layer has
  // taken them in, `order[i]` is PyTorch's number of our feature i.
  let order: readonly number[] | undefined
  let shape: readonly number[] = inputShape
  for (const { path, module } of leavesOf(root)) {
    if (module.kind === 'Flatten' && shape.length > 1) order = flattenedOrder(shape)
    for (const [theirs, ours] of Object.entries(arraysOf(module))) {
      const inputOrder = order
      const convert = (value: VectorTensor): VectorTensor => {
        if (module.kind.startsWith('BatchNorm')) return inputOrder ? rowsInOrder(value, inputOrder) : value
        if (theirs === 'bias') return value
        const kernel = kernelLast(value)
        return inputOrder ? rowsInOrder(kernel, inputOrder) : kernel
      }
      arrays.push({ theirs: `${path}.${theirs}`, ours: `${path}.${ours}`, convert })
    }
    if (module.kind === 'Linear') order = undefined
    shape = shapes.get(path) ?? shape
  }
  return { model, arrays }
}

function layerOf(module: TorchModule): nn.Layer {
  const layer =
    module.kind === 'Sequential' ? nn.sequential(...module.children.map(layerOf)) : makers[module.kind](module)
  return module.name === '' ? layer : nn.named(module.name, layer)
}

function leavesOf(module: TorchModule, path = ''): { path: string; module: TorchModule }[] {
  if (module.kind !== 'Sequential') return [{ path, module }]
  return module.children.flatMap((child) => leavesOf(child, path === '' ? child.name : `${path}.${child.name}`))
}

function arraysOf({ kind, named }: TorchModule): Readonly<Record<string, string>> {
  const bias: Record<string, string> = named.bias === 'False' ? {} : { bias: 'bias' }
  if (kind === 'Linear') return { weight: 'weight', ...bias }
  if (kind === 'Conv2d') return { weight: 'kernel', ...bias }
  if (kind.startsWith('BatchNorm')) {
    const affine: Record<string, string> = named.affine === 'False' ? {} : { weight: 'gamma', bias: 'beta' }
    return { ...affine, running_mean: 'runningMean', running_var: 'runningVariance' }
  }
  if (kind === 'PReLU') return { weight: 'slope' }
  return {}
}

function flattenedOrder([height, width, channels]: readonly number[]): number[] {
  return Array.from({ length: height * width * channels }, (_, ours) => {
    const channel = ours % channels
    const pixel = Math.floor(ours / channels)
    return channel * height * width + pixel
  })
}

/** Row i of the result is row `order[i]` of `value`. */
function rowsInOrder({ shape, data }: VectorTensor, order: readonly number[]): VectorTensor {
  const width = data.length / shape[0]
  return { shape, data: order.flatMap((row) => data.slice(row * width, (row + 1) * width)) }
}

type Maker = (module: TorchModule) => nn.Layer

const makers: Readonly<Record<string, Maker>> = {
  Linear: ({ named }) => nn.dense(Number(named.out_features), { bias: named.bias !== 'False' }),
  Conv2d: ({ positional, named }) =>
    nn.conv2d(Number(positional[1]), pairOf(named.kernel_size, 1), {
      strides: pairOf(named.stride, 1),
      padding: named.padding === 'same' || named.padding === 'valid' ? named.padding : pairOf(named.padding, 0),
      dilation: pairOf(named.dilation, 1),
      groups: Number(named.groups ?? 1),
      bias: named.bias !== 'False',
    }),
  BatchNorm1d: batchNormOf,
  BatchNorm2d: batchNormOf,
  ReLU: () => nn.relu(),
  ReLU6: () => nn.relu6(),
  Tanh: () => nn.tanh(),
  Sigmoid: () => nn.sigmoid(),
  LeakyReLU: ({ named }) => nn.leakyRelu({ slope: Number(named.negative_slope ?? 0.01) }),
  ELU: ({ named }) => nn.elu({ alpha: Number(named.alpha ?? 1) }),
  SELU: () => nn.selu(),
  CELU: ({ named }) => nn.celu({ alpha: Number(named.alpha ?? 1) }),
  GELU: ({ named }) => nn.gelu({ approximate: named.approximate?.includes('tanh') ? 'tanh' : 'none' }),
  SiLU: () => nn.silu(),
  Mish: () => nn.mish(),
  Softplus: () => nn.softplus(),
  Softsign: () => nn.softsign(),
  Hardswish: () => nn.hardSwish(),
  Hardsigmoid: () => nn.hardSigmoid(),
  Hardtanh: () => nn.hardTanh(),
  LogSigmoid: () => nn.logSigmoid(),
  PReLU: ({ named }) => nn.prelu({ shared: (named.num_parameters ?? '1') === '1' }),
  Identity: () => nn.sequential(),
  Dropout: ({ named }) => nn.dropout({ rate: Number(named.p ?? 0.5) }),
  Flatten: () => nn.flatten(),
  MaxPool2d: ({ named }) =>
    nn.maxPool2d(pairOf(named.kernel_size, 2), {
      strides: pairOf(named.stride ?? named.kernel_size, 2),
      padding: pairOf(named.padding, 0),
    }),
  AvgPool2d: ({ named }) =>
    nn.averagePool2d(pairOf(named.kernel_size, 2), {
      strides: pairOf(named.stride ?? named.kernel_size, 2),
      padding: pairOf(named.padding, 0),
      countPadding: named.count_include_pad !== 'False',
    }),
  AdaptiveAvgPool2d({ named, positional }) {
    const size = numbersOf(named.output_size ?? positional[0])
    if (size.some((side) => side !== 1)) throw new Error('only adaptive pooling to 1 x 1 has a layer here')
    return globalPool(nn.globalAveragePool2d())
  },
  AdaptiveMaxPool2d({ named, positional }) {
    const size = numbersOf(named.output_size ?? positional[0])
    if (size.some((side) => side !== 1)) throw new Error('only adaptive pooling to 1 x 1 has a layer here')
    return globalPool(nn.globalMaxPool2d())
  },
}

/** PyTorch keeps height and width of 1, which a Flatten after it removes. */
function globalPool(layer: nn.Layer): nn.Layer {
  return { ...layer, forward: (x, scope) => layer.forward(x, scope).reshape([x.shape[0], 1, 1, x.shape[3]]) }
}

function batchNormOf({ named }: TorchModule): nn.Layer {
  const affine = named.affine !== 'False'
  return nn.batchNorm({
    momentum: 1 - Number(named.momentum ?? 0.1),
    epsilon: Number(named.eps ?? 1e-5),
    gamma: affine,
    beta: affine,
  })
}

function pairOf(text: string | undefined, standard: number): readonly [number, number] {
  const [height, width = height] = text === undefined ? [standard] : numbersOf(text)
  return [height, width]
}
