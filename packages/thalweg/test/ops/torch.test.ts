/** The primitives, values and gradients, against figures that PyTorch computed in float64 (test/vectors/layers.json). */
import { referenceBackend } from 'thalweg/backend'
import { createEngine, evaluate } from 'thalweg/compile'
import { gradients } from 'thalweg/grad'
import { type Attributes, constant, createNode, type Node, type OpName } from 'thalweg/graph'
import { describe, expect, test } from 'vitest'
import { loadVectors, type VectorTensor } from '../vectors/load.ts'
import { weightedSum } from './run-cases.ts'

interface LayerOptions {
  readonly stride?: number | readonly [number, number]
  readonly padding?: number | readonly [number, number]
  readonly dilation?: number
  readonly groups?: number
  readonly kernel_size?: number
  readonly approximate?: string
  readonly alpha?: number
  readonly indices?: readonly number[]
}

interface LayerCase {
  readonly kind: string
  readonly name: string
  readonly options: LayerOptions
  readonly inputs: Readonly<Record<string, VectorTensor>>
  readonly output: VectorTensor
  readonly upstream: VectorTensor
  readonly gradients: Readonly<Record<string, VectorTensor>>
}

type Inputs = Readonly<Record<string, Node>>
type Build = (inputs: Inputs, options: LayerOptions) => Node

function apply<Op extends OpName>(op: Op, inputs: readonly Node[], attributes: Attributes[Op]): Node {
  return createNode(op, inputs, attributes)
}

const filled = (value: number, { shape }: Node): Node => apply('broadcast', [constant(value)], { shape })
const mul = (a: Node, b: Node): Node => apply('mul', [a, b], {})
const add = (a: Node, b: Node): Node => apply('add', [a, b], {})
const toNhwc = (x: Node): Node => apply('transpose', [x], { permutation: [0, 2, 3, 1] })
const toNchw = (x: Node): Node => apply('transpose', [x], { permutation: [0, 3, 1, 2] })
/** OIHW to HWIO. */
const toKernel = (w: Node): Node => apply('transpose', [w], { permutation: [2, 3, 1, 0] })

function pair(value: number | readonly [number, number]): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value
}

function windowed({ stride = 1, padding = 0 }: LayerOptions): Pick<Attributes['conv2d'], 'strides' | 'padding'> {
  const [vertical, horizontal] = pair(padding)
  return { strides: pair(stride), padding: [vertical, vertical, horizontal, horizontal] }
}

function convolution(options: LayerOptions): Attributes['conv2d'] {
  return { ...windowed(options), dilation: pair(options.dilation ?? 1), groups: options.groups ?? 1 }
}

function withBias(x: Node, b: Node | undefined): Node {
  return b === undefined ? x : add(x, apply('broadcast', [b], { shape: x.shape }))
}

const BUILD: Readonly<Record<string, Build>> = {
  sigmoid: ({ x }) => apply('sigmoid', [x], {}),
  tanh: ({ x }) => apply('tanh', [x], {}),
  gelu: ({ x }, { approximate }) => {
    if (approximate === 'tanh') {
      const cube = mul(x, mul(x, x))
      const inner = mul(filled(Math.sqrt(2 / Math.PI), x), add(x, mul(filled(0.044715, x), cube)))
      return mul(mul(filled(0.5, x), x), add(filled(1, x), apply('tanh', [inner], {})))
    }
    const half = mul(filled(0.5, x), x)
    return mul(half, add(filled(1, x), apply('erf', [mul(x, filled(Math.SQRT1_2, x))], {})))
  },
  softplus: ({ x }) => apply('log1p', [apply('exp', [x], {})], {}),
  elu: ({ x }, { alpha = 1 }) => {
    const below = mul(filled(alpha, x), apply('expm1', [x], {}))
    return apply('select', [apply('less', [filled(0, x), x], {}), x, below], {})
  },
  softsign: ({ x }) => apply('div', [x, add(filled(1, x), apply('abs', [x], {}))], {}),
  relu6: ({ x }) => apply('min', [apply('max', [x, filled(0, x)], {}), filled(6, x)], {}),
  logSoftmax: ({ x }) => {
    const spread = (folded: Node): Node =>
      apply('broadcast', [apply('reshape', [folded], { shape: [x.shape[0], 1] })], { shape: x.shape })
    const shifted = apply('sub', [x, spread(apply('reduceMax', [x], { axes: [1] }))], {})
    const total = apply('sum', [apply('exp', [shifted], {})], { axes: [1] })
    return apply('sub', [shifted, spread(apply('log', [total], {}))], {})
  },
  dense: ({ x, w, b }) => withBias(apply('matmul', [x, w], { transposeA: false, transposeB: false }), b),
  embedding: ({ w }, { indices = [] }) => {
    const data = Int32Array.from(indices)
    return apply('gather', [w, apply('literal', [], { data, shape: [data.length], dtype: 'int32' })], { axis: 0 })
  },
  conv2d: ({ x, w, b }, options) =>
    toNchw(withBias(apply('conv2d', [toNhwc(x), toKernel(w)], convolution(options)), b)),
  convTranspose2d: ({ x, w, b }, options) => {
    const image = apply('conv2dImageGrad', [toNhwc(x), toKernel(w)], { ...convolution(options), imageSize: [10, 8] })
    return toNchw(withBias(image, b))
  },
  maxPool2d: ({ x }, options) =>
    toNchw(apply('maxPool', [toNhwc(x)], { ...windowed(options), window: pair(options.kernel_size ?? 1) })),
  avgPool2d: ({ x }, options) => {
    const window = pair(options.kernel_size ?? 1)
    return toNchw(apply('averagePool', [toNhwc(x)], { ...windowed(options), window, countPadding: true }))
  },
  globalAvgPool2d: ({ x }) => {
    const total = apply('sum', [x], { axes: [2, 3] })
    return mul(total, filled(1 / (x.shape[2] * x.shape[3]), total))
  },
}

const { cases } = loadVectors<{ readonly cases: readonly LayerCase[] }>('layers.json')
const known = cases.filter(({ name }) => BUILD[name] !== undefined)

function floats({ shape, data }: VectorTensor): Node {
  return apply('literal', [], { data: Float64Array.from(data), shape, dtype: 'float32' })
}

function worstError(actual: ArrayLike<number>, { data }: VectorTensor): number {
  const scale = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)
  return data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - actual[i]) / scale), 0)
}

describe('primitives agree with PyTorch', () => {
  const engine = createEngine(referenceBackend())

  test('all of them are found', () => {
    expect(new Set(known.map(({ name }) => name))).toEqual(new Set(Object.keys(BUILD)))
  })

  test.each(known.map((layer) => [layer.name, layer.options, layer] as const))('%s %o', (name, options, layer) => {
    const names = Object.keys(layer.gradients)
    const inputs = Object.fromEntries(Object.entries(layer.inputs).map(([key, value]) => [key, floats(value)]))
    const output = BUILD[name](inputs, options)
    const slopes = gradients(
      weightedSum(output, floats(layer.upstream)),
      names.map((key) => inputs[key]),
    )
    const [value, ...found] = evaluate([output, ...slopes], engine)
    expect(output.shape).toEqual(layer.output.shape)
    expect(worstError(value, layer.output)).toBeLessThan(1e-13)
    names.forEach((key, i) => {
      expect(worstError(found[i], layer.gradients[key]), `gradient of ${key}`).toBeLessThan(1e-13)
    })
  })
})
