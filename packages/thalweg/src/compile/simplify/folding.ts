/** Rules for ops that fold axes. */
import { reduceShape, sameShape, sizeOf } from '../../base/index.ts'
import type { Node, NodeOf, ReduceOp } from '../../graph/index.ts'
import { filled, isEmpty, type Make, type Rule, type Rules, repeatedAxes } from './rewrite.ts'

/** Nothing to fold: an empty list of axes. */
const foldNothing: Rule<ReduceOp> = (node, make) =>
  node.attributes.axes.length === 0 ? identity(node, node.inputs[0], make) : undefined

/** The sum of one element is that element, but -0 becomes 0, as it does when a sum starts from 0. */
function identity(node: Node, x: Node, make: Make): Node {
  if (node.op !== 'sum' || x.dtype !== 'float32') return x
  return make('add', [x, filled(make, x.shape, 0, 'float32')], {})
}

/** Axes of size 1 need no folding. */
const foldOnes: Rule<ReduceOp> = (node, make) => {
  const { axes } = node.attributes
  const [x] = node.inputs
  const long = axes.filter((axis) => x.shape[axis] !== 1)
  if (long.length === axes.length) return undefined
  const ones = axes.filter((axis) => x.shape[axis] === 1)
  const shorter = make('reshape', [x], { shape: reduceShape(x.shape, ones, false) })
  if (long.length === 0) return identity(node, shorter, make)
  return make(node.op, [shorter], { axes: long.map((axis) => axis - ones.filter((one) => one < axis).length) })
}

/** A fold of a fold of the same kind is one fold over the axes of both. */
const foldTwice: Rule<ReduceOp> = (node, make) => {
  const [x] = node.inputs
  if (x.op !== node.op) return undefined
  const inner = (x as NodeOf<ReduceOp>).attributes.axes
  const left = x.inputs[0].shape.flatMap((_, axis) => (inner.includes(axis) ? [] : [axis]))
  const axes = [...inner, ...node.attributes.axes.map((axis) => left[axis])].sort((a, b) => a - b)
  return make(node.op, x.inputs, { axes })
}

/** Folding everything does not ask where elements stand. */
const foldAll: Rule<ReduceOp> = (node, make) => {
  const [x] = node.inputs
  if (node.shape.length > 0 || (x.op !== 'reshape' && x.op !== 'transpose' && x.op !== 'flip')) return undefined
  const [inner] = x.inputs
  // Leaving out axes of size 1 is foldOnes's way; undoing it here would go round in circles.
  if (sameShape(inner.shape.filter(isLong), x.shape.filter(isLong)) && x.op === 'reshape') return undefined
  return make(node.op, [inner], { axes: inner.shape.map((_, axis) => axis) })
}

function isLong(size: number): boolean {
  return size !== 1
}

/** Repetitions are counted, not added one by one; for a maximum or minimum they do not count at all. */
const foldRepeated: Rule<ReduceOp> = (node, make) => {
  const [x] = node.inputs
  if (x.op !== 'broadcast' || isEmpty(x)) return undefined
  const { axes } = node.attributes
  const repeated = repeatedAxes(x).filter((axis) => axes.includes(axis))
  const count = sizeOf(repeated.map((axis) => x.shape[axis]))
  if (count <= 1) return undefined
  const shape = x.shape.map((size, axis) => (repeated.includes(axis) ? 1 : size))
  const once = make(node.op, [make('broadcast', [dropRepeated(x, shape, make)], { shape })], { axes })
  if (node.op !== 'sum') return once
  return make('mul', [once, filled(make, once.shape, count, node.dtype)], {})
}

/** What is broadcast, with axes of size 1 for those that `shape` does not repeat any more. */
function dropRepeated(x: NodeOf<'broadcast'>, shape: readonly number[], make: Make): Node {
  const [inner] = x.inputs
  const added = shape.length - inner.shape.length
  return make('reshape', [inner], { shape: shape.map((_, axis) => (axis < added ? 1 : inner.shape[axis - added])) })
}

const fold = [foldNothing, foldOnes, foldRepeated, foldTwice, foldAll]

export const FOLDING: Rules = { sum: fold, reduceMax: fold, reduceMin: fold }
