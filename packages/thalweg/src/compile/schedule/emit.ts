/**
 * From a group to the body of its kernel: values, loads along walks, stores, reductions, epilogue. Where a walk cannot
 * follow an op that moves axes, the space is cut finer and the body is written again; where no cut helps, the node that
 * blocks is named, and the caller stores it.
 */
import type { Reduction, Store, Value } from '../../backend/index.ts'
import { type DType, internal, type Shape } from '../../base/index.ts'
import { isElementwise, type Node, type NodeOf, type ReduceOp } from '../../graph/index.ts'
import { fullMembers, type Group } from './group.ts'
import { isMoving, isSource } from './nodes.ts'
import { commonSpace, cutSpace, cutStrides, keptSizes, type Space } from './space.ts'
import { type Cut, identityWalk, indexAlong, moveWalk, type Walk } from './walk.ts'

/** Where a value goes: a buffer, and how the level's points walk over it (default: one after another). */
export interface Target {
  readonly node: Node
  readonly buffer: number
  readonly walk?: Walk
}

/** What the body is to store; buffers by the number that `bufferOf` and the targets give. */
export interface Request {
  readonly stored: ReadonlySet<Node>
  /** Stored nodes that this body computes; all others are loaded. */
  readonly own: ReadonlySet<Node>
  readonly bufferOf: (node: Node) => number
  readonly full: readonly Target[]
  readonly after: readonly Target[]
}

export interface Body {
  readonly space: Space
  readonly values: readonly Value[]
  readonly stores: readonly Store[]
  readonly reductions: readonly Reduction[]
  readonly epilogue: readonly Value[]
  readonly epilogueStores: readonly Store[]
}

/** Why a body could not be written: the space is too coarse, or `blocked` has to be stored. */
type Obstacle = { readonly cut: Cut; readonly after: boolean } | { readonly blocked: Node }

const MAX_CUTS = 64

/** The body of a loop over what `group` computes, or the node that has to be stored first. */
export function loopBody(group: Group, request: Request): Body | { readonly blocked: Node } {
  const start = commonSpace(
    fullMembers(group),
    group.after.map(({ shape }) => shape),
  )
  if (start === undefined) throw internal('a group of shapes that share no loop')
  return cutUntilWritten(start, request, group.folds)
}

/** The epilogue of a contraction whose result is `head`; its space cannot be cut. */
export function contractionBody(head: Node, request: Request): Body | { readonly blocked: Node } {
  const space = { sizes: head.shape, folded: head.shape.map(() => false) }
  const level = createLevel(head.shape, request, new Map([[head, 0]]))
  const epilogueStores = level.store(request.after)
  if (level.obstacle !== undefined) return { blocked: level.obstacle.node }
  return { space, values: [], stores: [], reductions: [], epilogue: level.values, epilogueStores }
}

/** A loop over `shape` that only stores, along walks of the targets' own. */
export function storeBody(shape: Shape, request: Request): Body | { readonly blocked: Node } {
  return cutUntilWritten({ sizes: shape, folded: shape.map(() => false) }, request, [])
}

function cutUntilWritten(
  start: Space,
  request: Request,
  folds: readonly NodeOf<ReduceOp>[],
): Body | { readonly blocked: Node } {
  let space = start
  let full = request.full
  for (let cuts = 0; cuts < MAX_CUTS; cuts++) {
    const body = write(space, { ...request, full }, folds)
    if (!('cut' in body)) return body
    const { cut } = body
    const axis = body.after ? keptAxis(space, cut.axis) : cut.axis
    const cutAt = { axis, inner: cut.inner }
    space = cutSpace(space, cutAt)
    full = full.map((target) =>
      target.walk === undefined
        ? target
        : { ...target, walk: { offset: target.walk.offset, strides: cutStrides(target.walk.strides, cutAt) } },
    )
  }
  throw internal('a space that never is fine enough')
}

/** The axis of the space that is kept axis number `kept`. */
function keptAxis({ folded }: Space, kept: number): number {
  let seen = -1
  return folded.findIndex((is) => {
    if (!is) seen++
    return seen === kept && !is
  })
}

function write(space: Space, request: Request, folds: readonly NodeOf<ReduceOp>[]): Body | Obstacle {
  const level = createLevel(space.sizes, request, new Map())
  const stores = level.store(request.full)
  const reductions = folds.map(
    (fold): Reduction => ({ op: fold.op, value: level.value(fold.inputs[0], level.identity), dtype: fold.dtype }),
  )
  if (level.obstacle !== undefined) return obstacleOf(level.obstacle, false)
  const results = new Map<Node, number>(folds.map((fold, position) => [fold as Node, position]))
  const after = createLevel(keptSizes(space), request, results)
  const epilogueStores = after.store(request.after)
  if (after.obstacle !== undefined) return obstacleOf(after.obstacle, true)
  return { space, values: level.values, stores, reductions, epilogue: after.values, epilogueStores }
}

interface LevelObstacle {
  readonly node: Node
  readonly cut: Cut | undefined
}

function obstacleOf({ node, cut }: LevelObstacle, after: boolean): Obstacle {
  return cut === undefined ? { blocked: node } : { cut, after }
}

interface Level {
  readonly identity: Walk
  readonly values: readonly Value[]
  readonly obstacle: LevelObstacle | undefined
  /** Position of `node`'s value at each point of the space, walked by `walk`. */
  value(node: Node, walk: Walk): number
  store(targets: readonly Target[]): Store[]
}

/** One level of a kernel: the loops or the epilogue. `results` are the reductions (or the contraction) before it. */
function createLevel(sizes: Shape, { stored, own, bufferOf }: Request, results: ReadonlyMap<Node, number>): Level {
  const identity = identityWalk(sizes)
  const values: Value[] = []
  const positions = new Map<Node, Map<string, number>>()
  const constants = new Map<string, number>()
  const empty = sizes.includes(0)
  let obstacle: LevelObstacle | undefined

  function push(value: Value): number {
    values.push(value)
    return values.length - 1
  }

  function constant(value: number, dtype: DType): number {
    const key = `${Object.is(value, -0) ? '-0' : value} ${dtype}`
    const known = constants.get(key)
    if (known !== undefined) return known
    const position = push({ kind: 'constant', value, dtype })
    constants.set(key, position)
    return position
  }

  function value(node: Node, walk: Walk): number {
    if (node.op === 'reshape' && !stored.has(node)) return value(node.inputs[0], walk)
    if (node.op === 'constant') return constant(node.attributes.value, node.dtype)
    const key = walk === identity ? '' : `${walk.offset} ${walk.strides}`
    const known = positions.get(node)?.get(key)
    if (known !== undefined) return known
    const position = compute(node, walk)
    const places = positions.get(node)
    if (places === undefined) positions.set(node, new Map([[key, position]]))
    else places.set(key, position)
    return position
  }

  function compute(node: Node, walk: Walk): number {
    if (empty) return constant(0, node.dtype)
    const reduction = walk === identity ? results.get(node) : undefined
    if (reduction !== undefined) return push({ kind: 'result', reduction, dtype: node.dtype })
    if (isSource(node) || (stored.has(node) && !(own.has(node) && walk === identity)))
      return push({ kind: 'load', view: { buffer: bufferOf(node), ...walk }, dtype: node.dtype })
    return expand(node, walk)
  }

  function expand(node: Node, walk: Walk): number {
    if (node.op === 'reshape') return value(node.inputs[0], walk)
    if (isMoving(node)) {
      const moved = moveWalk(node, walk, sizes)
      return moved === undefined || 'axis' in moved ? stop(node, moved) : value(node.inputs[0], moved)
    }
    if (node.op === 'iota') {
      const index = indexAlong(node.attributes.axis, node.shape, walk, sizes)
      return index === undefined || 'axis' in index ? stop(node, index) : indexValue(index.start, index.step)
    }
    if (!isElementwise(node.op)) throw internal(`${node.op} in a loop`)
    const operands = node.inputs.map((input) => value(input, walk))
    return push({ kind: 'apply', op: node.op, operands, dtype: node.dtype })
  }

  function stop(node: Node, cut: Cut | undefined): number {
    obstacle ??= { node, cut }
    return constant(0, node.dtype)
  }

  /** start + sum of step[axis] * index along axis. */
  function indexValue(start: number, step: readonly number[]): number {
    let sum = start === 0 ? undefined : constant(start, 'int32')
    step.forEach((factor, axis) => {
      if (factor === 0 || sizes[axis] === 1) return
      const index = push({ kind: 'index', axis, dtype: 'int32' })
      const term = factor === 1 ? index : apply('mul', index, constant(factor, 'int32'))
      sum = sum === undefined ? term : apply('add', sum, term)
    })
    return sum ?? constant(0, 'int32')
  }

  function apply(op: 'add' | 'mul', a: number, b: number): number {
    return push({ kind: 'apply', op, operands: [a, b], dtype: 'int32' })
  }

  return {
    identity,
    values,
    value,
    get obstacle() {
      return obstacle
    },
    store: (targets) =>
      targets.map(({ node, buffer, walk = identity }) => ({
        value: value(node, identity),
        view: { buffer, offset: walk.offset, strides: walk.strides },
      })),
  }
}
