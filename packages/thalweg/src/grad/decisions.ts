/**
 * Where a function has kinks and jumps: the decisions that it takes on its way. Each is a node whose value says which
 * branch was taken, element by element: which of two is larger, on which side of 0 a value lies, which place of a window
 * wins. Between two points at which all of them agree the function is smooth.
 */
import { reduceShape, sizeOf } from '../base/index.ts'
import { createNode, type Node, type NodeOf, type OpName, topologicalOrder } from '../graph/index.ts'
import { broadcast, equal, less, reshape, sign } from './build.ts'

type Decide<Op extends OpName> = (node: NodeOf<Op>) => readonly Node[]

const itself = (node: Node): readonly Node[] => [node]

const larger: Decide<'max' | 'min'> = ({ inputs: [a, b] }) => [less(a, b), less(b, a)]

const winners: Decide<'reduceMax' | 'reduceMin'> = (node) => {
  const [x] = node.inputs
  const result = createNode('reshape', [node as Node], { shape: reduceShape(x.shape, node.attributes.axes, true) })
  return [equal(x, broadcast(result, x.shape))]
}

/** The place of each window's largest element, counted over the whole image. */
const place: Decide<'maxPool' | 'maxPoolTake' | 'maxPoolPut'> = ({ inputs: [x], attributes }) => {
  const count = createNode('iota', [], { shape: [sizeOf(x.shape)], axis: 0 })
  const places = reshape(createNode('cast', [count], { dtype: 'float32' }), x.shape)
  return [createNode('maxPoolTake', [x, places], attributes)]
}

/** Ops that decide. A `select` follows a condition that was decided before it. */
const DECISIONS: { readonly [Op in OpName]?: Decide<Op> } = {
  abs: ({ inputs: [x] }) => [sign(x)],
  sign: itself,
  floor: itself,
  ceil: itself,
  cast: (node) => (node.inputs[0].dtype === 'float32' && node.dtype !== 'float32' ? [node as Node] : []),
  max: larger,
  min: larger,
  equal: itself,
  less: itself,
  lessEqual: itself,
  reduceMax: winners,
  reduceMin: winners,
  argmax: itself,
  maxPool: place,
  maxPoolTake: place,
  maxPoolPut: place,
}

/**
 * The decisions on the way from `wrt` to `loss`. What a `stopGradient` lies between is left out: a derivative takes it for
 * constant, as in the shift of a softmax, whose largest value may change without a kink.
 */
export function decisions(loss: Node, wrt: Node): Node[] {
  const order = topologicalOrder([loss])
  const moved = new Set<Node>([wrt])
  for (const node of order)
    if (node.op !== 'stopGradient' && node.inputs.some((input) => moved.has(input))) moved.add(node)
  const needed = new Set<Node>([loss])
  for (const node of order.toReversed())
    if (needed.has(node) && node.op !== 'stopGradient') for (const input of node.inputs) needed.add(input)

  return order.flatMap((node) => {
    // The table pairs an op with functions of its own nodes; TypeScript cannot follow the pairing through a union.
    const decide = DECISIONS[node.op] as Decide<OpName> | undefined
    return decide !== undefined && moved.has(node) && needed.has(node) ? decide(node) : []
  })
}
