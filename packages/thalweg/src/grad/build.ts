/** Short names for the nodes that gradient rules are written in. */
import { type Shape, sameShape } from '../base/index.ts'
import { type BinaryOp, type CompareOp, constant, createNode, type Node, type UnaryOp } from '../graph/index.ts'

const unary =
  (op: UnaryOp) =>
  (x: Node): Node =>
    createNode(op, [x], {})

const binary =
  (op: BinaryOp | CompareOp) =>
  (a: Node, b: Node): Node =>
    createNode(op, [a, b], {})

export const neg: (x: Node) => Node = unary('neg')
export const sign: (x: Node) => Node = unary('sign')
export const exp: (x: Node) => Node = unary('exp')
export const log: (x: Node) => Node = unary('log')
export const sin: (x: Node) => Node = unary('sin')
export const cos: (x: Node) => Node = unary('cos')

export const add: (a: Node, b: Node) => Node = binary('add')
export const sub: (a: Node, b: Node) => Node = binary('sub')
export const mul: (a: Node, b: Node) => Node = binary('mul')
export const div: (a: Node, b: Node) => Node = binary('div')
export const pow: (a: Node, b: Node) => Node = binary('pow')
export const equal: (a: Node, b: Node) => Node = binary('equal')
export const less: (a: Node, b: Node) => Node = binary('less')
export const lessEqual: (a: Node, b: Node) => Node = binary('lessEqual')

export function and(a: Node, b: Node): Node {
  return createNode('and', [a, b], {})
}

export function select(condition: Node, then: Node, otherwise: Node): Node {
  return createNode('select', [condition, then, otherwise], {})
}

export function sum(x: Node, axes: readonly number[]): Node {
  return axes.length === 0 ? x : createNode('sum', [x], { axes })
}

export function reshape(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : createNode('reshape', [x], { shape })
}

export function broadcast(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : createNode('broadcast', [x], { shape })
}

/** `value` in every place of `like`'s shape. */
export function filled(value: number, like: Node): Node {
  return broadcast(constant(value), like.shape)
}
