/** Movement: the same elements in another order, repeated, cut, joined. No arithmetic. */
import { checkedAxes, checkedAxis, type Shape, ThalwegError } from '../../base/index.ts'
import { createNode } from '../../graph/index.ts'
import { broadcastTo as broadcast, reshape as reshaped, Tensor, transpose as transposed } from '../tensor.ts'

export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return broadcast(x, shape)
}

/** One size may be -1: whatever is left. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return reshaped(x, shape)
}

/** Axis i of the result is axis `permutation[i]`. Default: all axes reversed. */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  return transposed(x, permutation)
}

/** `size[i]` elements from `start[i]`, every `step[i]`-th. A negative start counts from the end; size -1 takes the rest. */
export function slice(x: Tensor, start: readonly number[], size: readonly number[], step?: readonly number[]): Tensor {
  const steps = step ?? x.shape.map(() => 1)
  const starts = start.map((first, axis) => (first < 0 ? first + x.shape[axis] : first))
  const sizes = size.map((count, axis) =>
    count === -1 ? Math.max(0, Math.ceil((x.shape[axis] - starts[axis]) / steps[axis])) : count,
  )
  return new Tensor(createNode('slice', [x.node], { start: starts, size: sizes, step: steps }))
}

/** The order along `axes` reversed. */
export function flip(x: Tensor, axes: number | readonly number[]): Tensor {
  return new Tensor(createNode('flip', [x.node], { axes: checkedAxes('flip', axes, x.rank) }))
}

export interface PadOptions {
  /** What the new places hold. Default 0. */
  readonly value?: number
  /** Places between neighbours, per axis. Default none. */
  readonly interior?: readonly number[]
}

/** `low[i]` places before and `high[i]` after the elements of axis i. */
export function pad(x: Tensor, low: readonly number[], high: readonly number[], options: PadOptions = {}): Tensor {
  const { value = 0, interior = x.shape.map(() => 0) } = options
  return new Tensor(createNode('pad', [x.node], { low, high, interior, value }))
}

/** Joins tensors that agree in every axis but `axis`. */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  requireParts('concat', parts)
  if (parts.length === 1) return parts[0]
  const nodes = parts.map(({ node }) => node)
  return new Tensor(createNode('concat', nodes, { axis: checkedAxis('concat', axis, parts[0].rank) }))
}

/** Joins tensors of one shape along a new axis. */
export function stack(parts: readonly Tensor[], axis = 0): Tensor {
  requireParts('stack', parts)
  const at = checkedAxis('stack', axis, parts[0].rank + 1)
  return concat(
    parts.map((part) => expandDims(part, at)),
    at,
  )
}

/** Cuts `axis` into `count` equal parts. */
export function split(x: Tensor, count: number, axis = 0): Tensor[] {
  const at = checkedAxis('split', axis, x.rank)
  const size = x.shape[at] / count
  if (!Number.isInteger(size))
    throw new ThalwegError('tensor/uneven-split', {
      rule: 'split: the parts must be equal',
      received: `${x.shape[at]} elements in ${count} parts`,
      try: 'use slice for parts of different sizes',
    })
  return Array.from({ length: count }, (_, part) =>
    slice(
      x,
      x.shape.map((_, each) => (each === at ? part * size : 0)),
      x.shape.with(at, size),
    ),
  )
}

/** Removes `axes`, which must have size 1. Default: every axis of size 1. */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const ones = x.shape.flatMap((size, axis) => (size === 1 ? [axis] : []))
  const removed = axes === undefined ? ones : checkedAxes('squeeze', axes, x.rank)
  if (removed.some((axis) => x.shape[axis] !== 1))
    throw new ThalwegError('tensor/invalid-axis', {
      rule: 'squeeze: only axes of size 1 can be removed',
      received: `axes [${removed}] of [${x.shape}]`,
      try: 'name axes of size 1, or reduce the others first',
    })
  return reshaped(
    x,
    x.shape.filter((_, axis) => !removed.includes(axis)),
  )
}

/** Inserts an axis of size 1 at place `axis` of the result. */
export function expandDims(x: Tensor, axis: number): Tensor {
  return reshaped(x, x.shape.toSpliced(checkedAxis('expandDims', axis, x.rank + 1), 0, 1))
}

function requireParts(what: string, parts: readonly Tensor[]): void {
  if (parts.length > 0) return
  throw new ThalwegError('tensor/nothing-to-join', {
    rule: `${what}: at least one tensor is needed`,
    received: 'an empty list',
    try: 'leave the call out where there is nothing to join',
  })
}
