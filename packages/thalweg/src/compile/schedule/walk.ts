/**
 * Walks: how a loop steps through a value. A value of shape T is thought of as dense and row-major, whether it has a
 * buffer or not; a walk says at which of its elements each point of a loop's space stands. Ops that only move elements
 * become changes of the walk, so they cost nothing. A reshape changes nothing at all: the elements lie as they lay.
 */
import { type Shape, sizeOf, stridesOf } from '../../base/index.ts'
import type { Node } from '../../graph/index.ts'

export interface Walk {
  readonly offset: number
  /** One per axis of the space. */
  readonly strides: readonly number[]
}

/** The same walk, axis by axis of the value's shape: index `start[t] + sum over j of step[t][j] * loop index j`. */
interface Indices {
  readonly start: readonly number[]
  readonly step: readonly (readonly number[])[]
}

/** A walk cannot be told axis by axis because space axis `axis` runs over several of them: cut it, `inner` inside. */
export interface Cut {
  readonly axis: number
  readonly inner: number
}

/** Ops that only move elements, but for reshape. */
export type MovingOp = 'broadcast' | 'transpose' | 'slice' | 'flip'

export function identityWalk(space: Shape): Walk {
  return { offset: 0, strides: stridesOf(space) }
}

export function isIdentity(walk: Walk, space: Shape): boolean {
  if (walk.offset !== 0) return false
  let stride = 1
  for (let axis = space.length - 1; axis >= 0; axis--) {
    if (space[axis] !== 1 && walk.strides[axis] !== stride) return false
    stride *= space[axis]
  }
  return true
}

/**
 * The walk that `node`'s input takes when `node` itself is walked by `walk` over `space`; or the cut that the space needs
 * first; or undefined where no cut helps.
 */
export function moveWalk(node: Node & { readonly op: MovingOp }, walk: Walk, space: Shape): Walk | Cut | undefined {
  const input = node.inputs[0].shape
  if (sizeOf(space) === 0 || sizeOf(node.shape) === 0) return { offset: 0, strides: space.map(() => 0) }
  const indices = unravel(walk, space, node.shape)
  if (indices === undefined || 'axis' in indices) return indices
  const { start, step } = indices
  const strides = stridesOf(input)
  let offset = 0
  const moved = new Array<number>(space.length).fill(0)
  for (let axis = 0; axis < node.shape.length; axis++) {
    const from = inputAxis(node, axis)
    if (from < 0 || (node.op === 'broadcast' && input[from] === 1)) continue
    const [first, factor] = affine(node, axis)
    offset += strides[from] * (first + factor * start[axis])
    for (let j = 0; j < space.length; j++) moved[j] += strides[from] * factor * step[axis][j]
  }
  return { offset, strides: moved }
}

/** The axis of the input that axis `axis` of a moving op's result follows; negative where it follows none. */
function inputAxis(node: Node & { readonly op: MovingOp }, axis: number): number {
  if (node.op === 'broadcast') return axis - (node.shape.length - node.inputs[0].shape.length)
  return node.op === 'transpose' ? node.attributes.permutation[axis] : axis
}

/** Index along the input's axis = first + factor * index along the result's axis. */
function affine(node: Node & { readonly op: MovingOp }, axis: number): [first: number, factor: number] {
  if (node.op === 'slice') return [node.attributes.start[axis], node.attributes.step[axis]]
  if (node.op === 'flip' && node.attributes.axes.includes(axis)) return [node.shape[axis] - 1, -1]
  return [0, 1]
}

/** An int32 index that a loop's indices add up to: what `iota` is under a walk. */
export function indexAlong(
  axis: number,
  shape: Shape,
  walk: Walk,
  space: Shape,
): { start: number; step: readonly number[] } | Cut | undefined {
  const indices = unravel(walk, space, shape)
  if (indices === undefined || 'axis' in indices) return indices
  return { start: indices.start[axis], step: indices.step[axis] }
}

/** Writes `distance` in the mixed radix of `strides`, largest digit first; axes of size 1 have no digit. */
function digits(
  distance: number,
  shape: Shape,
  strides: readonly number[],
  into: (axis: number, digit: number) => void,
): boolean {
  let rest = Math.abs(distance)
  for (let axis = 0; axis < shape.length && rest > 0; axis++) {
    if (shape[axis] === 1) continue
    const digit = Math.floor(rest / strides[axis])
    if (digit === 0) continue
    into(axis, distance < 0 ? -digit : digit)
    rest -= digit * strides[axis]
  }
  return rest === 0
}

function unravel(walk: Walk, space: Shape, shape: Shape): Indices | Cut | undefined {
  const strides = stridesOf(shape)
  const start = new Array<number>(shape.length).fill(0)
  const step = shape.map(() => new Array<number>(space.length).fill(0))
  const low = start.slice()
  const high = start.slice()
  let whole = digits(walk.offset, shape, strides, (axis, digit) => {
    start[axis] = digit
    low[axis] = digit
    high[axis] = digit
  })
  for (let j = 0; j < space.length; j++) {
    if (space[j] === 1) continue
    whole &&= digits(walk.strides[j], shape, strides, (axis, digit) => {
      step[axis][j] = digit
      if (digit < 0) low[axis] += digit * (space[j] - 1)
      else high[axis] += digit * (space[j] - 1)
    })
  }
  if (!whole) return undefined
  const over = shape.findIndex((size, axis) => low[axis] < 0 || high[axis] >= size)
  return over < 0 ? { start, step } : cutFor(step[over], space, shape[over])
}

/** The space axis that runs past the end of a value's axis of `size` elements, and where to cut it. */
function cutFor(step: readonly number[], space: Shape, size: number): Cut | undefined {
  for (let axis = 0; axis < space.length; axis++) {
    const digit = Math.abs(step[axis])
    if (digit === 0 || digit * (space[axis] - 1) < size) continue
    const inner = size / digit
    if (Number.isInteger(inner) && inner > 1 && space[axis] % inner === 0) return { axis, inner }
  }
  return undefined
}
