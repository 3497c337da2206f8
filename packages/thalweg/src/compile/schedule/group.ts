/**
 * A group: stored values that are computed together, by one kernel (or, for `parts` and copies, by a few in a row). What
 * a group needs in between and nobody stores is computed where it is needed.
 */

import { isContraction } from '../../backend/index.ts'
import { type Shape, sameShape, sizeOf } from '../../base/index.ts'
import { isReduce, type Node, type NodeOf, type ReduceOp, type Variable } from '../../graph/index.ts'
import { isInline, isMoving, isSource } from './nodes.ts'

/**
 * `loop`: the elements of `full` and what `folds` fold, in one nest of loops; then `after`, at the shape that the folds
 * leave. `contraction`: `head`, then `after` at its shape. `whole`: `head` alone. `parts`: a pad or concat, written part
 * by part. `copy`: a value that exists already (`head`) goes to another place.
 */
export interface Group {
  readonly kind: 'loop' | 'contraction' | 'whole' | 'parts' | 'copy'
  readonly head?: Node
  readonly target?: CopyTarget
  readonly folds: readonly NodeOf<ReduceOp>[]
  readonly full: readonly Node[]
  readonly after: readonly Node[]
  /** Elements of `full` and of what is folded; 0 where there is neither. */
  readonly fullSize: number
  /** Elements of `after`, of the folds' results, of the head. */
  readonly afterSize: number
}

/** Where a copy goes: an output of the step, by its number, or the new value of a variable. */
export type CopyTarget = { readonly output: number } | { readonly variable: Variable }

/** How a group reads a value: at the same element, in the loops or after them, or any other way. */
export const FULL = 1
export const AFTER = 2
export const ELSEWHERE = 4
/** On the way to a value, axes were cut or joined. */
const RESHAPED = 8

export interface Survey {
  /** What is read from other places, and how (bits of FULL, AFTER, ELSEWHERE). */
  readonly reads: ReadonlyMap<Node, number>
  /** Nodes that are computed on the way without being stored. */
  readonly inlined: ReadonlySet<Node>
  /** Whether the group reads its own results in a way in which they are not there yet. */
  readonly tangled: boolean
  /** Whether axes are moved behind a reshape, so that it has to be tried whether the loops can follow. */
  readonly winding: boolean
}

const NONE = { folds: [], full: [], after: [], fullSize: 0, afterSize: 0 }

/** Whether a reshape does more than to add or remove axes of size 1. */
function changesAxes({ inputs: [x], shape }: Node): boolean {
  const long = (size: number): boolean => size !== 1
  return !sameShape(x.shape.filter(long), shape.filter(long))
}

/** The group that computes nothing but `node`. */
export function groupOf(node: Node): Group {
  const size = sizeOf(node.shape)
  if (isReduce(node.op)) {
    // What isReduce has just said, which TypeScript does not carry from the op to the node.
    const fold = node as NodeOf<ReduceOp>
    return { ...NONE, kind: 'loop', folds: [fold], fullSize: sizeOf(fold.inputs[0].shape), afterSize: size }
  }
  if (isInline(node)) return { ...NONE, kind: 'loop', full: [node], fullSize: size }
  if (isContraction(node.op)) return { ...NONE, kind: 'contraction', head: node, afterSize: size }
  return { ...NONE, kind: node.op === 'pad' || node.op === 'concat' ? 'parts' : 'whole', head: node, afterSize: size }
}

export function copyGroup(node: Node, target: CopyTarget): Group {
  return { ...NONE, kind: 'copy', head: node, target, afterSize: sizeOf(node.shape) }
}

function joined(a: readonly Node[], b: readonly Node[]): Node[] {
  return [...a, ...b].sort((x, y) => x.id - y.id)
}

/** Both groups as one, if their kinds and sizes allow it; `b` is the one that may go into the epilogue of `a`. */
export function joinGroups(a: Group, b: Group): Group | undefined {
  if (b.kind !== 'loop') return undefined
  const elementwise = b.folds.length === 0
  if (
    a.kind === 'loop' &&
    a.fullSize === b.fullSize &&
    (elementwise || a.folds.length === 0 || a.afterSize === b.afterSize)
  )
    return {
      kind: 'loop',
      folds: joined(a.folds, b.folds) as NodeOf<ReduceOp>[],
      full: joined(a.full, b.full),
      after: joined(a.after, b.after),
      fullSize: a.fullSize,
      afterSize: Math.max(a.afterSize, b.afterSize),
    }
  const hasResult = a.kind === 'contraction' || (a.kind === 'loop' && a.folds.length > 0)
  if (hasResult && elementwise && a.afterSize === b.fullSize) return { ...a, after: joined(a.after, b.full) }
  return undefined
}

/** The values that a group leaves behind, in the order of their making. */
export function resultsOf(group: Group): Node[] {
  const own = [...group.full, ...group.folds, ...group.after]
  return group.head === undefined || group.kind === 'copy' ? own : [group.head, ...own]
}

/** What `group` reads and computes, given which nodes are stored; `also` counts as stored too. */
export function survey(group: Group, stored: ReadonlySet<Node>, also?: Node): Survey {
  const { full, after, folds, head } = group
  const reads = new Map<Node, number>()
  const inlined = new Set<Node>()
  /** Per node: a bit for each way in which it has been reached. */
  const reached = new Map<Node, number>()
  let tangled = false
  let winding = false

  /** Nodes to look at, and how each is reached. */
  const nodes: Node[] = []
  const ways: number[] = []
  function push(node: Node, way: number): void {
    nodes.push(node)
    ways.push(way)
  }
  function enter(node: Node, way: number): void {
    let next = way
    if (isMoving(node)) {
      next |= ELSEWHERE
      if (way & RESHAPED) winding = true
    } else if (node.op === 'reshape') {
      if (!(way & RESHAPED) && changesAxes(node)) next |= RESHAPED
    } else if (node.op === 'iota' && way & RESHAPED) winding = true
    for (const input of node.inputs) push(input, next)
  }
  function finish(): void {
    reached.clear()
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      const way = ways.pop() ?? 0
      const before = reached.get(node) ?? 0
      const bit = 1 << (way >> 2)
      if (before & bit) continue
      reached.set(node, before | bit)
      if (node.op === 'constant') continue
      if (isSource(node) || stored.has(node) || node === also) read(node, way)
      else {
        inlined.add(node)
        enter(node, way)
      }
    }
  }
  function read(node: Node, way: number): void {
    const level = way & ELSEWHERE ? ELSEWHERE : way & (FULL | AFTER)
    const isFull = full.includes(node)
    const isAfter =
      after.includes(node) || (folds as readonly Node[]).includes(node) || (node === head && group.kind !== 'copy')
    if ((level === FULL && isFull) || (level === AFTER && isAfter)) return
    if (isFull || isAfter) tangled = true
    else reads.set(node, (reads.get(node) ?? 0) | level)
  }

  for (const fold of folds) push(fold.inputs[0], FULL)
  for (const node of full) enter(node, FULL)
  if (nodes.length > 0) finish()
  for (const node of after) enter(node, AFTER)
  if (nodes.length > 0) finish()
  if (group.kind === 'copy' && head !== undefined) push(head, ELSEWHERE)
  else if (head !== undefined) for (const input of head.inputs) push(input, ELSEWHERE)
  if (nodes.length > 0) finish()
  return { reads, inlined, tangled, winding }
}

/** Shapes that run over the group's full loops, with the axes that folds fold. */
export function fullMembers(group: Group): { readonly shape: Shape; readonly folded?: readonly number[] }[] {
  return [
    ...group.folds.map(({ inputs: [x], attributes: { axes } }) => ({ shape: x.shape, folded: axes })),
    ...group.full.map(({ shape }) => ({ shape })),
  ]
}
