/**
 * The derivatives of all ops, one table: for each operand of an op, the vector-Jacobian product that carries the gradient
 * of the loss with respect to the op's result (`g`) back to that operand. Rules are made of graph nodes, so that they can
 * be differentiated again. A missing op does not compile.
 *
 * Where a function has no derivative we take PyTorch's convention: `abs` has slope 0 at 0; the largest (smallest) of equal
 * operands share the gradient evenly, in `max`, `min`, `reduceMax` and `reduceMin`; the first largest of a pooling window
 * takes it all. `sqrt` has slope Infinity at 0. `pow` is safe at base 0: slope 0 in the base where the exponent is 0 too,
 * and 0 in the exponent where that is not negative.
 */
import { reduceShape } from '../base/index.ts'
import { createNode, type Node, type NodeOf, type OpName } from '../graph/index.ts'
import * as build from './build.ts'
import { customVjp } from './custom.ts'

const { add, and, broadcast, cos, div, equal, exp, filled, less, lessEqual, log } = build
const { mul, neg, pow, reshape, select, sign, sin, sub, sum } = build

/** The gradient with respect to the operand at `position`. */
export type Vjp<Op extends OpName> = (g: Node, node: NodeOf<Op>, position: number) => Node

/** No gradient flows to this operand: the op is constant in it almost everywhere, or it is not a float. */
export const none = 'none'

/** One entry for each operand; `each` where any number of operands are treated alike. */
export type Rule<Op extends OpName> = readonly (Vjp<Op> | typeof none)[] | EachRule<Op>

interface EachRule<Op extends OpName> {
  readonly each: Vjp<Op>
  /** The first operand for which there is a gradient. Default 0. */
  readonly from?: number
}

/** Brings the gradient of a fold back to the shape of what was folded. */
function spread(g: Node, { inputs: [x], attributes }: NodeOf<'sum' | 'reduceMax' | 'reduceMin'>): Node {
  return broadcast(reshape(g, reduceShape(x.shape, attributes.axes, true)), x.shape)
}

/** All of g where `winner` is ahead, half of it in a tie. NaN compares as ahead, so that it does not vanish. */
function shareOf(g: Node, behind: Node, tied: Node): Node {
  return select(behind, filled(0, g), select(tied, mul(g, filled(0.5, g)), g))
}

const extremum: Vjp<'reduceMax' | 'reduceMin'> = (g, node) => {
  const [x] = node.inputs
  const result = createNode('reshape', [node as Node], { shape: reduceShape(x.shape, node.attributes.axes, true) })
  const winners = createNode('cast', [equal(x, broadcast(result, x.shape))], { dtype: 'float32' })
  return mul(winners, spread(div(g, sum(winners, node.attributes.axes)), node))
}

export const RULES: { readonly [Op in OpName]: Rule<Op> } = {
  constant: [],
  literal: [],
  input: [],
  variable: [],
  iota: [],
  random: [none, none],

  neg: [(g) => neg(g)],
  abs: [(g, { inputs: [x] }) => mul(g, sign(x))],
  sign: [none],
  floor: [none],
  ceil: [none],
  exp: [(g, y) => mul(g, y)],
  expm1: [(g, y) => add(mul(g, y), g)],
  log: [(g, { inputs: [x] }) => div(g, x)],
  log1p: [(g, { inputs: [x] }) => div(g, add(x, filled(1, x)))],
  sqrt: [(g, y) => div(mul(g, filled(0.5, g)), y)],
  sin: [(g, { inputs: [x] }) => mul(g, cos(x))],
  cos: [(g, { inputs: [x] }) => neg(mul(g, sin(x)))],
  tanh: [(g, y) => mul(g, sub(filled(1, y), mul(y, y)))],
  sigmoid: [(g, y) => mul(g, mul(y, sub(filled(1, y), y)))],
  erf: [(g, { inputs: [x] }) => mul(g, mul(filled(2 / Math.sqrt(Math.PI), x), exp(neg(mul(x, x)))))],

  add: [(g) => g, (g) => g],
  sub: [(g) => g, (g) => neg(g)],
  mul: [(g, { inputs: [, b] }) => mul(g, b), (g, { inputs: [a] }) => mul(g, a)],
  div: [(g, { inputs: [, b] }) => div(g, b), (g, y) => neg(mul(div(g, y.inputs[1]), y))],
  pow: [
    (g, { inputs: [a, b] }) => {
      const zero = filled(0, b)
      // Only where both are 0: elsewhere b a^(b-1) is right at b = 0, and so is its own slope in b.
      const nothing = and(equal(a, zero), equal(b, zero))
      return select(nothing, zero, mul(g, mul(b, pow(a, sub(b, filled(1, b))))))
    },
    (g, y) => {
      const [a, b] = y.inputs
      const zero = filled(0, a)
      return select(and(equal(a, zero), lessEqual(zero, b)), zero, mul(g, mul(y, log(a))))
    },
  ],
  max: [
    (g, { inputs: [a, b] }) => shareOf(g, less(a, b), equal(a, b)),
    (g, { inputs: [a, b] }) => shareOf(g, less(b, a), equal(a, b)),
  ],
  min: [
    (g, { inputs: [a, b] }) => shareOf(g, less(b, a), equal(a, b)),
    (g, { inputs: [a, b] }) => shareOf(g, less(a, b), equal(a, b)),
  ],

  equal: [none, none],
  less: [none, none],
  lessEqual: [none, none],
  and: [none, none],
  or: [none, none],
  not: [none],

  select: [
    none,
    (g, { inputs: [condition] }) => select(condition, g, filled(0, g)),
    (g, { inputs: [condition] }) => select(condition, filled(0, g), g),
  ],
  // Gradients flow only between floats, and a cast from float to float changes nothing.
  cast: [(g) => g],
  stopGradient: [none],
  customGradient: { each: customVjp, from: 1 },

  broadcast: [
    (g, { inputs: [x], shape }) => {
      const added = shape.length - x.shape.length
      const repeated = shape.flatMap((size, axis) => {
        const grew = axis < added || x.shape[axis - added] !== size
        return grew ? [axis] : []
      })
      return reshape(sum(g, repeated), x.shape)
    },
  ],
  reshape: [(g, { inputs: [x] }) => reshape(g, x.shape)],
  transpose: [
    (g, { attributes: { permutation } }) =>
      createNode('transpose', [g], { permutation: permutation.map((_, axis) => permutation.indexOf(axis)) }),
  ],
  slice: [
    (g, { inputs: [x], attributes: { start, size, step } }) => {
      const covered = size.map((count, axis) => (count === 0 ? 0 : (count - 1) * step[axis] + 1))
      const high = x.shape.map((count, axis) => count - start[axis] - covered[axis])
      return createNode('pad', [g], { low: start, high, interior: step.map((every) => every - 1), value: 0 })
    },
  ],
  flip: [(g, { attributes }) => createNode('flip', [g], attributes)],
  pad: [
    (g, { inputs: [x], attributes: { low, interior } }) =>
      createNode('slice', [g], { start: low, size: x.shape, step: interior.map((between) => between + 1) }),
  ],
  concat: {
    each: (g, { inputs, attributes: { axis } }, position) => {
      const before = inputs.slice(0, position).reduce((total, part) => total + part.shape[axis], 0)
      const { shape } = inputs[position]
      const start = shape.map((_, other) => (other === axis ? before : 0))
      return createNode('slice', [g], { start, size: shape, step: shape.map(() => 1) })
    },
  },

  sum: [(g, node) => spread(g, node)],
  reduceMax: [extremum],
  reduceMin: [extremum],
  argmax: [none],

  // With A [M, K] and B [K, N]: dA = G B', dB = A' G. Where an operand is stored transposed, so is its gradient.
  matmul: [
    (g, { inputs: [, b], attributes: { transposeA, transposeB } }) =>
      transposeA
        ? createNode('matmul', [b, g], { transposeA: transposeB, transposeB: true })
        : createNode('matmul', [g, b], { transposeA: false, transposeB: !transposeB }),
    (g, { inputs: [a], attributes: { transposeA, transposeB } }) =>
      transposeB
        ? createNode('matmul', [g, a], { transposeA: true, transposeB: transposeA })
        : createNode('matmul', [a, g], { transposeA: !transposeA, transposeB: false }),
  ],
  // The three forms are the three partial derivatives of one trilinear form in (image, kernel, upstream), so each one's
  // gradients are the other two.
  conv2d: [
    (g, { inputs: [image, kernel], attributes }) =>
      createNode('conv2dImageGrad', [g, kernel], { ...attributes, imageSize: [image.shape[1], image.shape[2]] }),
    (g, { inputs: [image, kernel], attributes }) =>
      createNode('conv2dKernelGrad', [image, g], { ...attributes, kernelSize: [kernel.shape[0], kernel.shape[1]] }),
  ],
  conv2dImageGrad: [
    (image, { inputs: [, kernel], attributes: { imageSize: _, ...attributes } }) =>
      createNode('conv2d', [image, kernel], attributes),
    (image, { inputs: [upstream, kernel], attributes: { imageSize: _, ...attributes } }) =>
      createNode('conv2dKernelGrad', [image, upstream], {
        ...attributes,
        kernelSize: [kernel.shape[0], kernel.shape[1]],
      }),
  ],
  conv2dKernelGrad: [
    (kernel, { inputs: [image, upstream], attributes: { kernelSize: _, ...attributes } }) =>
      createNode('conv2dImageGrad', [upstream, kernel], { ...attributes, imageSize: [image.shape[1], image.shape[2]] }),
    (kernel, { inputs: [image], attributes: { kernelSize: _, ...attributes } }) =>
      createNode('conv2d', [image, kernel], attributes),
  ],

  // Which element is largest does not change with a small change of x.
  maxPool: [(g, { inputs: [x], attributes }) => createNode('maxPoolPut', [x, g], attributes)],
  maxPoolTake: [none, (g, { inputs: [x], attributes }) => createNode('maxPoolPut', [x, g], attributes)],
  maxPoolPut: [none, (g, { inputs: [x], attributes }) => createNode('maxPoolTake', [x, g], attributes)],
  averagePool: [
    (g, { inputs: [x], attributes }) =>
      createNode('averagePoolGrad', [g], { ...attributes, imageSize: [x.shape[1], x.shape[2]] }),
  ],
  averagePoolGrad: [(g, { attributes: { imageSize: _, ...attributes } }) => createNode('averagePool', [g], attributes)],

  gather: [
    (g, { inputs: [x, indices], attributes: { axis } }) =>
      createNode('scatterAdd', [g, indices], { axis, size: x.shape[axis] }),
    none,
  ],
  scatterAdd: [
    (g, { inputs: [, indices], attributes: { axis } }) => createNode('gather', [g, indices], { axis }),
    none,
  ],
}
