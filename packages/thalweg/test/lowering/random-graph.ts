/** Random steps over all ops, for tests: small shapes, a few variables, outputs and updates picked at random. */
import { everyKernel, provideKernels } from 'thalweg/backend'
import { type Random, random, type Shape, sizeOf, type TypedArray } from 'thalweg/base'
import { recordStep, type SlotType } from 'thalweg/compile'
import {
  type BinaryOp,
  type CompareOp,
  constant,
  createNode,
  createVariable,
  type Node,
  type ReduceOp,
  readVariable,
  type StepGraph,
  type UnaryOp,
  type Variable,
} from 'thalweg/graph'

provideKernels(...everyKernel)

export interface RandomStep {
  readonly graph: StepGraph
  readonly inputs: readonly TypedArray[]
  readonly variables: readonly { readonly variable: Variable; readonly value: TypedArray }[]
  /** Whether each output is free of rounding, so that it must be equal to the last bit. */
  readonly exact: readonly boolean[]
}

/** Ops that jump: a rounding error before them would be a large one after. They are only given exact values. */
const SMOOTH_UNARY = [
  'exp',
  'expm1',
  'sin',
  'cos',
  'tanh',
  'sigmoid',
  'erf',
  'sqrt',
  'log',
  'log1p',
] as const satisfies UnaryOp[]
const EXACT_UNARY = ['neg', 'abs', 'sign', 'floor', 'ceil'] as const satisfies UnaryOp[]
const EXACT_BINARY = ['add', 'sub', 'mul', 'max', 'min'] as const satisfies BinaryOp[]
const COMPARE = ['equal', 'less', 'lessEqual'] as const satisfies CompareOp[]
const REDUCE = ['sum', 'sum', 'reduceMax', 'reduceMin'] as const satisfies ReduceOp[]

interface Entry {
  readonly node: Node
  readonly exact: boolean
}

class Builder {
  readonly random: Random
  readonly pool: Entry[] = []

  constructor(source: Random) {
    this.random = source
  }

  integer(bound: number): number {
    return this.random.integer(bound)
  }
  pick<T>(list: readonly T[]): T {
    return list[this.integer(list.length)]
  }
  /** Quarters from -2 to 2, so that sums and products of a few are exact. */
  number(): number {
    return (this.integer(17) - 8) / 4
  }
  shape(rank = this.integer(4)): Shape {
    return Array.from({ length: rank }, () => this.pick([1, 2, 2, 3, 3, 4, this.integer(12) === 0 ? 0 : 5]))
  }
  values(size: number): Float64Array {
    return Float64Array.from({ length: size }, () => this.number())
  }
  add(node: Node, exact: boolean): Entry {
    const entry = { node, exact }
    this.pool.push(entry)
    return entry
  }

  /** An entry of the pool that `test` accepts, mostly a late one. */
  find(test: (node: Node) => boolean, needExact = false): Entry | undefined {
    const fitting = this.pool.filter(({ node, exact }) => test(node) && (exact || !needExact))
    if (fitting.length === 0) return undefined
    return this.pick(this.integer(2) === 0 ? fitting : fitting.slice(-4))
  }
  float(needExact = false): Entry {
    return this.find(({ dtype }) => dtype === 'float32', needExact) ?? this.literal([2, 3])
  }
  literal(shape: Shape): Entry {
    return this.add(createNode('literal', [], { data: this.values(sizeOf(shape)), shape, dtype: 'float32' }), true)
  }

  /** `entry` moved, repeated or cut until it has `shape`; a new literal where that does not work. */
  fit(entry: Entry, shape: Shape): Entry {
    const { node } = entry
    if (node.dtype !== 'float32') return this.literal(shape)
    if (`${node.shape}` === `${shape}`) return entry
    if (sizeOf(node.shape) === sizeOf(shape)) return this.add(createNode('reshape', [node], { shape }), entry.exact)
    const offset = shape.length - node.shape.length
    if (offset >= 0 && node.shape.every((size, axis) => size === 1 || size === shape[offset + axis]))
      return this.add(createNode('broadcast', [node], { shape }), entry.exact)
    return this.integer(3) === 0
      ? this.add(createNode('broadcast', [constant(this.number())], { shape }), true)
      : this.literal(shape)
  }
}

type Maker = (b: Builder) => void

const MAKERS: readonly Maker[] = [
  (b) => {
    const { node, exact } = b.float()
    if (b.integer(2) === 0 || !exact) b.add(createNode(b.pick(SMOOTH_UNARY), [node], {}), false)
    else b.add(createNode(b.pick(EXACT_UNARY), [node], {}), true)
  },
  (b) => {
    const left = b.float()
    const right = b.fit(b.float(), left.node.shape)
    const exact = left.exact && right.exact
    const operands = b.integer(2) === 0 ? [left.node, right.node] : [right.node, left.node]
    if (b.integer(4) === 0) b.add(createNode('div', operands, {}), false)
    else if (b.integer(6) === 0) b.add(createNode('pow', operands, {}), false)
    else b.add(createNode(exact ? b.pick(EXACT_BINARY) : b.pick(['add', 'sub', 'mul']), operands, {}), exact)
  },
  (b) => {
    const left = b.float(true)
    const right = b.fit(b.float(true), left.node.shape)
    const condition = createNode(b.pick(COMPARE), [left.node, right.node], {})
    b.add(condition, true)
    const other = b.fit(b.float(), left.node.shape)
    b.add(createNode('select', [condition, left.node, other.node], {}), left.exact && other.exact)
  },
  // A relu, plain or leaky, and something that asks the same question later.
  (b) => {
    const { node } = b.float(true)
    const over = (value: number) => createNode('broadcast', [constant(value)], { shape: node.shape })
    const mask = createNode('lessEqual', [node, over(0)], {})
    const below = b.integer(2) === 0 ? over(0) : createNode('mul', [node, over(0.25)], {})
    const result = b.add(createNode('select', [mask, below, node], {}), true)
    b.add(createNode('exp', [result.node], {}), false)
    b.add(mask, true)
  },
  (b) => {
    const condition = b.find(({ dtype }) => dtype === 'bool')
    if (condition === undefined) return
    const other =
      b.find(({ dtype, shape }) => dtype === 'bool' && `${shape}` === `${condition.node.shape}`) ?? condition
    const which = b.integer(4)
    if (which === 0) b.add(createNode('not', [condition.node], {}), true)
    else if (which === 3) b.add(createNode('cast', [condition.node], { dtype: b.pick(['float32', 'int32']) }), true)
    else b.add(createNode(which === 1 ? 'and' : 'or', [condition.node, other.node], {}), true)
  },
  (b) => {
    const whole = b.find(({ dtype }) => dtype === 'int32')
    if (whole === undefined) return
    const twin = b.find(({ dtype, shape }) => dtype === 'int32' && `${shape}` === `${whole.node.shape}`) ?? whole
    const which = b.integer(4)
    if (which === 0) b.add(createNode('cast', [whole.node], { dtype: b.pick(['float32', 'bool']) }), true)
    else if (which === 1) b.add(createNode(b.pick(COMPARE), [whole.node, twin.node], {}), true)
    else b.add(createNode(b.pick(EXACT_BINARY), [whole.node, twin.node], {}), true)
  },
  (b) => {
    const shape = b.shape(1 + b.integer(3))
    b.add(createNode('iota', [], { shape, axis: b.integer(shape.length) }), true)
  },
  (b) => {
    const { node, exact } = b.float(true)
    b.add(createNode('cast', [node], { dtype: b.pick(['int32', 'bool']) }), exact)
  },
  (b) => {
    const { node, exact } = b.float()
    b.add(createNode('stopGradient', [node], {}), exact)
  },

  (b) => {
    const { node, exact } = b.pick(b.pool)
    const grown = node.shape.map((size) => (size === 1 ? 1 + b.integer(3) : size))
    b.add(createNode('broadcast', [node], { shape: [...b.shape(b.integer(2)), ...grown] }), exact)
  },
  (b) => {
    const { node, exact } = b.pick(b.pool)
    const rank = node.shape.length
    const axis = b.integer(rank + 1)
    const merged = rank > 1 ? [...node.shape.slice(0, -2), node.shape[rank - 2] * node.shape[rank - 1]] : node.shape
    const shapes = [
      [sizeOf(node.shape)],
      node.shape.toSpliced(axis, 0, 1),
      merged,
      node.shape.flatMap((size) => (size % 2 === 0 && size > 2 ? [2, size / 2] : [size])),
      node.shape.toReversed(),
    ]
    b.add(createNode('reshape', [node], { shape: b.pick(shapes) }), exact)
  },
  (b) => {
    const { node, exact } = b.pick(b.pool)
    const permutation = Array.from(b.random.permutation(node.shape.length))
    b.add(createNode('transpose', [node], { permutation }), exact)
  },
  (b) => {
    const { node, exact } = b.pick(b.pool)
    const step = node.shape.map(() => 1 + b.integer(2))
    const start = node.shape.map((size) => (size === 0 ? 0 : b.integer(size)))
    const size = node.shape.map((n, axis) => {
      const most = n === 0 ? 0 : Math.floor((n - 1 - start[axis]) / step[axis]) + 1
      return most - (most > 1 ? b.integer(2) : 0)
    })
    b.add(createNode('slice', [node], { start, size, step }), exact)
  },
  (b) => {
    const { node, exact } = b.pick(b.pool)
    const axes = node.shape.flatMap((_, axis) => (b.integer(2) === 0 ? [axis] : []))
    b.add(createNode('flip', [node], { axes }), exact)
  },
  (b) => {
    const { node, exact } = b.pick(b.pool)
    const some = () => node.shape.map(() => b.integer(2))
    const value = b.pick([0, 0, 1, -0, -Infinity, 2.5])
    // Infinities may become NaN where sums are added in another order, so nothing that jumps must come after them.
    const still = exact && Number.isFinite(value)
    b.add(createNode('pad', [node], { low: some(), high: some(), interior: some(), value }), still)
  },
  (b) => {
    const first = b.float()
    const rank = first.node.shape.length
    if (rank === 0) return
    const axis = b.integer(rank)
    const second = b.fit(b.float(), first.node.shape.with(axis, 1 + b.integer(3)))
    const parts = b.integer(2) === 0 ? [first.node, second.node] : [second.node, first.node, second.node]
    b.add(createNode('concat', parts, { axis }), first.exact && second.exact)
  },

  (b) => {
    const { node, exact } = b.float()
    const axes = node.shape.flatMap((_, axis) => (b.integer(2) === 0 ? [axis] : []))
    const op = exact ? b.pick(REDUCE) : 'sum'
    b.add(createNode(op, [node], { axes }), exact)
  },
  // Normalization: the pattern that reductions, their epilogues and recomputation are for.
  (b) => {
    const { node } = b.float()
    if (node.shape.length === 0 || sizeOf(node.shape) === 0) return
    const axes = b.integer(2) === 0 ? [node.shape.length - 1] : node.shape.map((_, axis) => axis).slice(0, -1)
    const kept = node.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    const count = sizeOf(axes.map((axis) => node.shape[axis]))
    const spread = (x: Node) =>
      createNode('broadcast', [createNode('reshape', [x], { shape: kept })], { shape: node.shape })
    const over = (x: Node, value: number) => createNode('broadcast', [constant(value)], { shape: x.shape })
    const average = (x: Node) => {
      const total = createNode('sum', [x], { axes })
      return createNode('div', [total, over(total, count)], {})
    }
    const mean = average(node)
    const centred = createNode('sub', [node, spread(mean)], {})
    const variance = average(createNode('mul', [centred, centred], {}))
    const deviation = createNode('sqrt', [createNode('add', [variance, over(variance, 0.5)], {})], {})
    b.add(mean, false)
    b.add(createNode('div', [centred, spread(deviation)], {}), false)
    b.add(centred, false)
  },
  (b) => {
    const { node } = b.float(true)
    if (node.shape.length === 0) return
    const axis = b.integer(node.shape.length)
    if (node.shape[axis] > 0) b.add(createNode('argmax', [node], { axis }), true)
  },

  (b) => {
    const left = b.float()
    const size = sizeOf(left.node.shape)
    const rows = b.pick([1, 2, 3].filter((n) => size % n === 0))
    const inner = size / rows
    const columns = 1 + b.integer(4)
    const [transposeA, transposeB] = [b.integer(2) === 0, b.integer(2) === 0]
    const batch = b.integer(3) === 0 ? [1] : []
    const a = b.fit(left, [...batch, ...(transposeA ? [inner, rows] : [rows, inner])])
    const right = b.fit(b.float(), [...batch, ...(transposeB ? [columns, inner] : [inner, columns])])
    const product = b.add(
      createNode('matmul', [a.node, right.node], { transposeA, transposeB }),
      a.exact && right.exact,
    )
    const bias = createNode('broadcast', [b.literal([columns]).node], { shape: product.node.shape })
    b.add(createNode('add', [product.node, bias], {}), product.exact)
  },
  (b) => {
    const groups = 1 + b.integer(2)
    const image = b.fit(b.float(), [1 + b.integer(2), 3 + b.integer(3), 4, groups])
    const kernel = b.fit(b.float(), [2, 1 + b.integer(3), 1, groups * 2])
    const attributes = { strides: [1 + b.integer(2), 1], padding: [1, 0, 1, 1], dilation: [1, 1], groups } as const
    const exact = image.exact && kernel.exact
    const result = createNode('conv2d', [image.node, kernel.node], attributes)
    b.add(result, exact)
    const imageSize = [image.node.shape[1], image.node.shape[2]] as const
    const kernelSize = [kernel.node.shape[0], kernel.node.shape[1]] as const
    if (b.integer(2) === 0)
      b.add(createNode('conv2dImageGrad', [result, kernel.node], { ...attributes, imageSize }), exact)
    else b.add(createNode('conv2dKernelGrad', [image.node, result], { ...attributes, kernelSize }), exact)
  },
  (b) => {
    const image = b.fit(b.float(true), [1 + b.integer(2), 4, 5, 1 + b.integer(2)])
    const attributes = { window: [2, 3], strides: [2, b.pick([1, 2, 3])], padding: [1, 0, 0, 1] } as const
    const pooled = b.add(createNode('maxPool', [image.node], attributes), true)
    const upstream = b.fit(b.float(), pooled.node.shape)
    b.add(createNode('maxPoolPut', [image.node, upstream.node], attributes), upstream.exact)
    b.add(createNode('maxPoolTake', [image.node, b.fit(b.float(true), image.node.shape).node], attributes), true)
  },
  (b) => {
    const image = b.fit(b.float(), [1 + b.integer(2), 4, 5, 1 + b.integer(2)])
    const attributes = {
      window: [2, 2],
      strides: [2, 1],
      padding: [0, 0, 1, 1],
      countPadding: b.integer(2) === 0,
    } as const
    const pooled = b.add(createNode('averagePool', [image.node], attributes), false)
    const imageSize = [4, 5] as const
    b.add(createNode('averagePoolGrad', [pooled.node], { ...attributes, imageSize }), false)
  },
  (b) => {
    const { node, exact } = b.float()
    const axis = node.shape.findIndex((size) => size > 0)
    if (axis < 0) return
    const data = Int32Array.from({ length: 3 }, () => b.integer(node.shape[axis]))
    const indices = createNode('literal', [], { data, shape: [3], dtype: 'int32' })
    const taken = b.add(createNode('gather', [node, indices], { axis }), exact)
    b.add(createNode('scatterAdd', [taken.node, indices], { axis, size: node.shape[axis] }), exact)
  },
  (b) => {
    const seed = createNode('literal', [], { data: Int32Array.of(b.integer(9), 7), shape: [2], dtype: 'int32' })
    b.add(
      createNode('random', [seed, constant(b.integer(3), 'int32')], { shape: b.shape(), stream: b.integer(4) }),
      true,
    )
  },
]

function variableOf(b: Builder, index: number): { variable: Variable; value: TypedArray } {
  const shape = b.shape()
  return { variable: createVariable({ name: `v${index}`, shape }), value: b.values(sizeOf(shape)) }
}

/** The step that `seed` names, of about `size` random ops. */
export function randomStep(seed: number, size: number): RandomStep {
  const b = new Builder(random(seed, 'random step'))
  const variables = [variableOf(b, 0), variableOf(b, 1), variableOf(b, 2)]
  const slots = [b.shape(2), b.shape(1)].map((shape, i): SlotType => ({ name: `x${i}`, shape, dtype: 'float32' }))
  const exact: boolean[] = []
  const graph = recordStep(slots, (inputs) => {
    for (const node of inputs) b.add(node, true)
    for (const { variable } of variables) b.add(readVariable(variable), true)
    b.literal(b.shape())
    for (let i = 0; i < size; i++) b.pick(MAKERS)(b)
    const outputs = Array.from({ length: 1 + b.integer(4) }, () => b.find(() => true) ?? b.literal([]))
    exact.push(...outputs.map((entry) => entry.exact))
    return outputs.map(({ node }) => node)
  })
  // Half of the updates are steps from the old value, as an optimizer makes them; the others are anything that fits.
  const updates = variables.flatMap(({ variable }) => {
    if (b.integer(4) === 0) return []
    const value = b.fit(b.float(), variable.shape).node
    const old = readVariable(variable)
    return [{ variable, value: b.integer(2) === 0 ? value : createNode('sub', [old, value], {}) }]
  })
  return { graph: { ...graph, updates }, inputs: slots.map(({ shape }) => b.values(sizeOf(shape))), variables, exact }
}
