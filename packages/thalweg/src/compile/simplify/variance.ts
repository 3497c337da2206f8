/**
 * Sums of squared distances from the mean, in one pass. As it is written, such a sum has to wait for the mean, and what it is
 * of is read twice. With a value k of the same numbers in the place of the mean it need not:
 *
 *     sum((x - m)^2) = sum((x - k)^2) - n (m - k)^2
 *
 * (Chan, Golub and LeVeque, "Algorithms for computing the sample variance", 1983, on shifted data.) The difference loses digits
 * where k lies far from the mean beside the spread of the numbers. One of n numbers cannot lie farther than sqrt(n - 1) standard
 * deviations, which is rare; the one in the middle, which no padding has touched, mostly lies within two or three.
 */
import { isContraction } from '../../backend/index.ts'
import { type Shape, sizeOf } from '../../base/index.ts'
import { isElementwise, type Node, type NodeOf } from '../../graph/index.ts'
import { filled, type Make, type Rule, type Rules, spread, uniformValue } from './rewrite.ts'

const inOnePass: Rule<'sum'> = ({ inputs: [square], attributes: { axes }, shape, dtype }, make) => {
  if (dtype !== 'float32' || square.op !== 'mul' || square.inputs[0] !== square.inputs[1]) return undefined
  const [distance] = square.inputs
  if (distance.op !== 'sub' || distance.inputs[1].op !== 'broadcast') return undefined
  const [x, { inputs }] = distance.inputs
  const [mean] = inputs
  const count = sizeOf(axes.map((axis) => x.shape[axis]))
  if (count < 2 || !hasBuffer(x) || !isMeanOf(mean, x, axes, count)) return undefined
  const middle = middleOf(x, axes, make)
  const shifted = make('sub', [x, spread(make, middle, x.shape)], {})
  const squares = make('sum', [make('mul', [shifted, shifted], {})], { axes })
  const offset = make('sub', [flat(mean, shape, make), flat(middle, shape, make)], {})
  const excess = make('mul', [make('mul', [offset, offset], {}), filled(make, shape, count, 'float32')], {})
  return make('max', [make('sub', [squares, excess], {}), filled(make, shape, 0, 'float32')], {})
}

/** Whether a value is kept in memory in any case: to read one of its elements costs nothing then. */
function hasBuffer(x: Node): boolean {
  if (x.op === 'add' || x.op === 'sub') return x.inputs.some(({ op }) => isContraction(op))
  return isContraction(x.op) || x.op === 'input' || x.op === 'variable' || x.op === 'maxPool' || x.op === 'averagePool'
}

/** Whether `mean` is the sum of `x` over `axes`, over its count. */
function isMeanOf(mean: Node, x: Node, axes: readonly number[], count: number): boolean {
  const quotient = withoutReshape(mean)
  if (!isElementwise(quotient.op) || quotient.inputs.length !== 2) return false
  const [a, b] = quotient.inputs
  const factor = uniformValue(b)
  const isShare = (quotient.op === 'div' && factor === count) || (quotient.op === 'mul' && factor === 1 / count)
  const total = withoutReshape(a)
  if (!isShare || total.op !== 'sum' || total.inputs[0] !== x) return false
  const summed = (total as NodeOf<'sum'>).attributes.axes
  return summed.length === axes.length && summed.every((axis) => axes.includes(axis))
}

function withoutReshape(node: Node): Node {
  return node.op === 'reshape' ? withoutReshape(node.inputs[0]) : node
}

/** The element in the middle of the folded axes, which have size 1 then. */
function middleOf(x: Node, axes: readonly number[], make: Make): Node {
  return make('slice', [x], {
    start: x.shape.map((size, axis) => (axes.includes(axis) ? size >> 1 : 0)),
    size: x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
    step: x.shape.map(() => 1),
  })
}

function flat(node: Node, shape: Shape, make: Make): Node {
  return make('reshape', [node], { shape })
}

export const VARIANCE: Rules = { sum: [inOnePass] }
