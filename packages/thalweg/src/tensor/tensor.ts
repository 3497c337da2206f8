/**
 * A tensor: a handle on a node of the graph, with the commonest ops as methods. It holds no values: nothing is computed
 * until it is read or a step that contains it runs. What is here is what the methods share with the functions in ops/.
 */
import {
  broadcastShapes,
  checkedAxes,
  completedShape,
  type DType,
  formatShape,
  type Shape,
  sameShape,
  sizeOf,
  ThalwegError,
  type TypedArray,
} from '../base/index.ts'
import { type Engine, evaluate } from '../compile/index.ts'
import {
  type BinaryOp,
  type CompareOp,
  constant,
  createNode,
  type LogicalOp,
  type Node,
  type ReduceOp,
  type UnaryOp,
} from '../graph/index.ts'

/** What ops take: a number stands for a scalar of the other operand's dtype. */
export type Operand = Tensor | number

export interface ReduceOptions {
  /** Axes to fold; negative ones count from the right. Default: all. */
  readonly axes?: number | readonly number[]
  /** Whether folded axes stay, with size 1. Default false. */
  readonly keepDims?: boolean
}

export interface MatmulOptions {
  /** Whether the last two axes of the operand are swapped first; costs nothing. */
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

export class Tensor {
  readonly node: Node

  constructor(node: Node) {
    this.node = node
  }

  get shape(): Shape {
    return this.node.shape
  }

  get dtype(): DType {
    return this.node.dtype
  }

  get rank(): number {
    return this.node.shape.length
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.node.shape)
  }

  /** Computes the tensor and returns a copy of its values, row-major. */
  read(engine?: Engine): TypedArray {
    return evaluate([this.node], engine)[0]
  }

  /** Computes a tensor of one element and returns it. Throws `tensor/not-one-element` for others. */
  item(engine?: Engine): number {
    if (this.size === 1) return this.read(engine)[0]
    throw new ThalwegError('tensor/not-one-element', {
      rule: 'item: the tensor must have one element',
      received: formatShape(this.shape),
      try: 'reduce it first, or use read()',
    })
  }

  add(other: Operand): Tensor {
    return binary('add', this, other)
  }
  sub(other: Operand): Tensor {
    return binary('sub', this, other)
  }
  mul(other: Operand): Tensor {
    return binary('mul', this, other)
  }
  div(other: Operand): Tensor {
    return binary('div', this, other)
  }
  pow(other: Operand): Tensor {
    return binary('pow', this, other)
  }
  maximum(other: Operand): Tensor {
    return binary('max', this, other)
  }
  minimum(other: Operand): Tensor {
    return binary('min', this, other)
  }

  neg(): Tensor {
    return unary('neg', this)
  }
  abs(): Tensor {
    return unary('abs', this)
  }
  exp(): Tensor {
    return unary('exp', this)
  }
  log(): Tensor {
    return unary('log', this)
  }
  sqrt(): Tensor {
    return unary('sqrt', this)
  }
  square(): Tensor {
    return binary('mul', this, this)
  }
  tanh(): Tensor {
    return unary('tanh', this)
  }
  sigmoid(): Tensor {
    return unary('sigmoid', this)
  }
  /** max(x, 0); its slope at 0 is 0, and NaN stays NaN. */
  relu(): Tensor {
    return relu(this)
  }

  equal(other: Operand): Tensor {
    return compare('equal', this, other)
  }
  less(other: Operand): Tensor {
    return compare('less', this, other)
  }
  lessEqual(other: Operand): Tensor {
    return compare('lessEqual', this, other)
  }
  greater(other: Operand): Tensor {
    return compare('less', other, this)
  }
  greaterEqual(other: Operand): Tensor {
    return compare('lessEqual', other, this)
  }

  sum(options?: ReduceOptions): Tensor {
    return reduce('sum', this, options)
  }
  mean(options?: ReduceOptions): Tensor {
    return mean(this, options)
  }
  max(options?: ReduceOptions): Tensor {
    return reduce('reduceMax', this, options)
  }
  min(options?: ReduceOptions): Tensor {
    return reduce('reduceMin', this, options)
  }

  matmul(other: Tensor, options?: MatmulOptions): Tensor {
    return matmul(this, other, options)
  }
  /** The same elements in row-major order under another shape; one size may be -1. */
  reshape(shape: Shape): Tensor {
    return reshape(this, shape)
  }
  /** Axis i of the result is axis `permutation[i]`. Default: all axes reversed. */
  transpose(permutation?: readonly number[]): Tensor {
    return transpose(this, permutation)
  }
  broadcastTo(shape: Shape): Tensor {
    return broadcastTo(this, shape)
  }
  cast(dtype: DType): Tensor {
    return cast(this, dtype)
  }
  stopGradient(): Tensor {
    return stopGradient(this)
  }
}

/** An operand as a tensor; a number takes the dtype of `like`, float32 where there is none. */
export function tensorOf(operand: Operand, like?: Operand): Tensor {
  if (typeof operand !== 'number') return operand
  const dtype = like instanceof Tensor ? like.dtype : 'float32'
  if (dtype === 'float32' || Number.isInteger(operand)) return new Tensor(constant(operand, dtype))
  throw new ThalwegError('tensor/not-an-integer', {
    rule: `a number beside ${dtype} values must be whole`,
    received: String(operand),
    try: "cast the tensor to 'float32' first",
  })
}

export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : new Tensor(createNode('broadcast', [x.node], { shape }))
}

/** The operands with one shape, by NumPy's rule; throws `tensor/shape-mismatch`. */
export function broadcastTogether(what: string, operands: readonly Tensor[]): Tensor[] {
  let shape: Shape | undefined = operands[0].shape
  for (const operand of operands) {
    shape = broadcastShapes(shape, operand.shape)
    if (shape === undefined)
      throw new ThalwegError('tensor/shape-mismatch', {
        rule: `${what}: shapes must be equal, or 1 where they differ, aligned at the right`,
        received: operands.map((each) => formatShape(each.shape)).join(', '),
        try: 'reshape one of them, or insert axes of size 1 with expandDims',
      })
  }
  const common = shape
  return operands.map((operand) => broadcastTo(operand, common))
}

export function unary(op: UnaryOp, x: Operand): Tensor {
  return new Tensor(createNode(op, [tensorOf(x).node], {}))
}

export function binary(op: BinaryOp, a: Operand, b: Operand): Tensor {
  const [left, right] = broadcastTogether(op, [tensorOf(a, b), tensorOf(b, a)])
  return new Tensor(createNode(op, [left.node, right.node], {}))
}

export function compare(op: CompareOp, a: Operand, b: Operand): Tensor {
  const [left, right] = broadcastTogether(op, [tensorOf(a, b), tensorOf(b, a)])
  return new Tensor(createNode(op, [left.node, right.node], {}))
}

export function logical(op: LogicalOp, ...operands: Tensor[]): Tensor {
  return new Tensor(
    createNode(
      op,
      broadcastTogether(op, operands).map(({ node }) => node),
      {},
    ),
  )
}

export function reduce(op: ReduceOp, x: Operand, { axes, keepDims = false }: ReduceOptions = {}): Tensor {
  const { node } = tensorOf(x)
  const folded = checkedAxes(op, axes, node.shape.length)
  if (folded.length === 0) return new Tensor(node)
  const result = createNode(op, [node], { axes: folded })
  if (!keepDims) return new Tensor(result)
  const shape = node.shape.map((size, axis) => (folded.includes(axis) ? 1 : size))
  return new Tensor(createNode('reshape', [result], { shape }))
}

export function select(condition: Tensor, then: Operand, otherwise: Operand): Tensor {
  const operands = broadcastTogether('select', [condition, tensorOf(then, otherwise), tensorOf(otherwise, then)])
  return new Tensor(
    createNode(
      'select',
      operands.map(({ node }) => node),
      {},
    ),
  )
}

export function relu(x: Operand): Tensor {
  return select(compare('lessEqual', x, 0), 0, x)
}

/** The number of elements that each result of a reduction folds. */
export function foldedCount(x: Tensor, axes: ReduceOptions['axes']): number {
  return checkedAxes('mean', axes, x.rank).reduce((count, axis) => count * x.shape[axis], 1)
}

export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  return binary('div', reduce('sum', x, options), foldedCount(x, options.axes))
}

export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : new Tensor(createNode('cast', [x.node], { dtype }))
}

/** The same values, through which no gradient flows. */
export function stopGradient(x: Tensor): Tensor {
  return new Tensor(createNode('stopGradient', [x.node], {}))
}

export function reshape(x: Tensor, shape: Shape): Tensor {
  const completed = completedShape('reshape', shape, x.shape)
  return sameShape(x.shape, completed) ? x : new Tensor(createNode('reshape', [x.node], { shape: completed }))
}

export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  const order = permutation ?? x.shape.map((_, axis) => x.rank - 1 - axis)
  const counted = order.map((axis) => (axis < 0 ? axis + x.rank : axis))
  return new Tensor(createNode('transpose', [x.node], { permutation: counted }))
}

/**
 * [...A, M, K] x [...B, K, N] -> [..., M, N]; the axes before the last two broadcast. Where only `a` has such axes they
 * are folded into its rows, so that one large product is computed instead of many small ones.
 */
export function matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
  const attributes = { transposeA, transposeB }
  if (a.rank === b.rank && sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)))
    return new Tensor(createNode('matmul', [a.node, b.node], attributes))
  if (a.rank > 2 && b.rank === 2 && !transposeA) {
    const rows = reshape(a, [sizeOf(a.shape.slice(0, -1)), a.shape[a.rank - 1]])
    const product = matmul(rows, b, { transposeB })
    return reshape(product, [...a.shape.slice(0, -1), product.shape[1]])
  }
  const batch = a.rank < 2 || b.rank < 2 ? undefined : broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2))
  if (batch === undefined)
    throw new ThalwegError('tensor/shape-mismatch', {
      rule: 'matmul: operands must be matrices, and the axes before the last two must broadcast',
      received: `a ${formatShape(a.shape)}, b ${formatShape(b.shape)}`,
      try: 'reshape a vector to one row or column, or insert axes of size 1 with expandDims',
    })
  const whole = [a, b].map((operand) => broadcastTo(operand, [...batch, ...operand.shape.slice(-2)]).node)
  return new Tensor(createNode('matmul', whole, attributes))
}
