/**
 * A fusion under way: which stored values are computed together so far, and the moves that are allowed. A move is refused
 * where it would close a circle of dependencies, where a group would need its own results before they are there, or where
 * no loop fits.
 */
import { internal, sameShape, sizeOf } from '../../base/index.ts'
import type { Node, Variable } from '../../graph/index.ts'
import { contractionBody, loopBody, storeBody } from './emit.ts'
import { AFTER, FULL, fullMembers, type Group, groupOf, joinGroups, resultsOf, type Survey, survey } from './group.ts'
import { isInline } from './nodes.ts'
import { createReach, type Reach } from './reach.ts'
import { commonSpace } from './space.ts'

/** What has to be known about a step. */
export interface Work {
  /** Fusion may find more that is worth storing, and adds it. */
  readonly stored: Set<Node>
  /** The step's updates; values without reshapes. */
  readonly updates: readonly { readonly variable: Variable; readonly value: Node }[]
  /** Sources that the step hands out or assigns as they are. */
  readonly copies: readonly Group[]
  /** The node that reads each variable's old value. */
  readonly variableNodes: ReadonlyMap<Variable, Node>
}

/** Groups by number. A group that has joined another is undefined. */
export interface Fusion {
  readonly groups: readonly (Group | undefined)[]
  readonly surveys: readonly Survey[]
  readonly stored: ReadonlySet<Node>
  /** The group that makes each stored value. */
  readonly owner: ReadonlyMap<Node, number>
  /** Variables that are set where they are, by the group that computes their new value. */
  readonly inPlace: ReadonlySet<Variable>
  /** Whether group `a` has to run before group `b`. */
  leadsTo(a: number, b: number): boolean
  /** Joins groups `a` and `b` under the number of `a`, if that is allowed; says whether it did. */
  join(a: number, b: number): boolean
  /** Stores `node`, computed by group `home` (or by a new one), for `users` to read; says whether that was allowed. */
  keep(node: Node, home: number | undefined, users: readonly number[]): boolean
}

/** A value that has to be stored before loops that need it can be written. */
export interface Blocked {
  readonly blocked: Node
}

/** Kernels of more than this are not made larger by fusion. */
const MOST_INLINED = 128
/** Values that a loop carries from element to element, or stores for each. */
const MOST_IN_LOOP = 12
const MOST_AFTER = 48

/** Every stored value in a group of its own. */
export function beginFusion(work: Work): Fusion | Blocked {
  const { stored } = work
  const nodes = [...stored].sort((a, b) => a.id - b.id)
  const single = [...nodes.map(groupOf), ...work.copies]
  const groups: (Group | undefined)[] = single
  const surveys: Survey[] = []
  const owner = new Map<Node, number>(nodes.map((node, index) => [node, index]))
  const reach = createReach(single.length)
  for (const [index, group] of single.entries()) {
    const found = survey(group, stored)
    surveys.push(found)
    const blocked = found.winding ? blockerOf(group, stored) : undefined
    if (blocked !== undefined) return { blocked }
    for (const from of makersOf(found)) reach.connect(from, index)
  }
  /** By the node that reads a variable's old value: the group that sets it in place. */
  const setters = new Map<Node, number>()
  const inPlace = placeUpdates(work, single, owner, surveys, reach, setters)
  const overwritten = nodesOverwritten(work, inPlace)

  /** The groups that make what a group reads. */
  function makersOf({ reads }: Survey): number[] {
    const makers: number[] = []
    for (const read of reads.keys()) {
      const maker = owner.get(read)
      if (maker !== undefined) makers.push(maker)
    }
    return makers
  }

  /** The groups that overwrite what a group reads. */
  function settersOf({ reads }: Survey): number[] {
    const found: number[] = []
    for (const read of reads.keys()) {
      const setter = setters.get(read)
      if (setter !== undefined) found.push(setter)
    }
    return found
  }

  /** Whether a group sets a variable in place that it also reads in another way than element by element. */
  function clobbers(group: Group, { reads }: Survey): boolean {
    const wrong = (results: readonly Node[], level: number): boolean =>
      results.some((result) => overwritten.get(result)?.some((variable) => ((reads.get(variable) ?? 0) & ~level) !== 0))
    return wrong(group.full, FULL) || wrong([...group.after, ...group.folds, ...headOf(group)], AFTER)
  }

  function isSound(group: Group, found: Survey): boolean {
    if (found.tangled || clobbers(group, found)) return false
    const after = group.after.map(({ shape }) => shape)
    if (group.kind === 'loop' && commonSpace(fullMembers(group), after) === undefined) return false
    // A contraction's epilogue runs over the axes of its result, which cannot be cut for the sake of another shape.
    const odd = group.kind === 'contraction' && after.some((shape) => !sameShape(shape, group.head?.shape ?? []))
    return !(found.winding || odd) || blockerOf(group, stored) === undefined
  }

  function replace(index: number, group: Group, found: Survey): void {
    groups[index] = group
    surveys[index] = found
    for (const node of resultsOf(group)) {
      owner.set(node, index)
      for (const variable of overwritten.get(node) ?? []) setters.set(variable, index)
    }
    for (const from of makersOf(found)) reach.connect(from, index)
  }

  function join(a: number, b: number): boolean {
    const first = groups[a]
    const second = groups[b]
    if (a === b || first === undefined || second === undefined) return false
    const group = joinGroups(first, second) ?? joinGroups(second, first)
    if (group === undefined || reach.wouldCircle(a, b)) return false
    const found = survey(group, stored)
    if (found.inlined.size > MOST_INLINED || isCrowded(group)) return false
    if (!isSound(group, found)) return false
    groups[b] = undefined
    reach.merge(a, b)
    replace(a, group, found)
    return true
  }

  function keep(node: Node, home: number | undefined, users: readonly number[]): boolean {
    const number = home ?? groups.length
    const host = home === undefined ? undefined : groups[home]
    const group = host === undefined ? groupOf(node) : withResult(host, node)
    if (group === undefined) return false
    const found = survey(group, stored, node)
    const before = makersOf(found).filter((maker) => maker !== home)
    const after = [...users, ...settersOf(found)].filter((user) => user !== home)
    if (home !== undefined && before.some((maker) => reach.leadsTo(home, maker))) return false
    if (home !== undefined && after.some((user) => reach.leadsTo(user, home))) return false
    if (before.some((maker) => after.some((user) => maker === user || reach.leadsTo(user, maker)))) return false
    if (!isSound(group, found)) return false
    if (home === undefined) reach.addBefore(after)
    stored.add(node)
    replace(number, group, found)
    for (const user of after) reach.connect(number, user)
    for (const reader of users) {
      if (reader === home) continue
      const reading = groups[reader]
      if (reading === undefined) throw internal('a reader that is gone')
      surveys[reader] = survey(reading, stored)
    }
    return true
  }

  return { groups, surveys, stored, owner, inPlace, leadsTo: reach.leadsTo, join, keep }
}

/** A group that computes `node` too, at the level that has as many elements. */
function withResult(group: Group, node: Node): Group | undefined {
  const size = sizeOf(node.shape)
  const byId = (list: readonly Node[]): Node[] => [...list, node].sort((a, b) => a.id - b.id)
  if (group.kind === 'loop' && group.fullSize === size) return { ...group, full: byId(group.full) }
  if (group.kind === 'contraction' && group.afterSize === size) return { ...group, after: byId(group.after) }
  return undefined
}

function isCrowded({ folds, full, after }: Group): boolean {
  return folds.length + full.length > MOST_IN_LOOP || after.length > MOST_AFTER
}

function headOf({ head }: Group): Node[] {
  return head === undefined ? [] : [head]
}

/** The node that a group's loops cannot follow, if there is one. */
function blockerOf(group: Group, stored: ReadonlySet<Node>): Node | undefined {
  const target = (node: Node) => ({ node, buffer: 0 })
  const request = {
    stored,
    own: new Set(resultsOf(group)),
    bufferOf: () => 0,
    full: group.full.map(target),
    after: group.after.map(target),
  }
  if (group.kind === 'contraction' && group.head !== undefined) {
    const body = contractionBody(group.head, request)
    return 'blocked' in body ? body.blocked : undefined
  }
  if (group.kind === 'loop') {
    const body = loopBody(group, request)
    return 'blocked' in body ? body.blocked : undefined
  }
  if (group.kind !== 'parts') return undefined
  for (const input of headOf(group).flatMap(({ inputs }) => inputs)) {
    const body = storeBody(input.shape, { ...request, full: [target(input)] })
    if ('blocked' in body) return body.blocked
  }
  return undefined
}

/**
 * Decides which updates write their variable in place: all who read the old value must come before, or read it element
 * by element in the same kernel. Adds those dependencies to `reach`.
 */
function placeUpdates(
  { updates, variableNodes }: Work,
  groups: readonly Group[],
  owner: ReadonlyMap<Node, number>,
  surveys: readonly Survey[],
  reach: Reach,
  setters: Map<Node, number>,
): Set<Variable> {
  const readers = new Map<Node, number[]>()
  surveys.forEach(({ reads }, index) => {
    for (const node of reads.keys()) {
      if (node.op !== 'variable') continue
      const list = readers.get(node)
      if (list === undefined) readers.set(node, [index])
      else list.push(index)
    }
  })
  const copies = new Map<Variable, number>()
  groups.forEach(({ target }, index) => {
    if (target !== undefined && 'variable' in target) copies.set(target.variable, index)
  })
  const inPlace = new Set<Variable>()
  for (const { variable, value } of updates) {
    const writer = owner.get(value) ?? copies.get(variable)
    if (writer === undefined) throw internal(`nobody sets ${variable.name}`)
    const node = variableNodes.get(variable)
    const others = node === undefined ? [] : (readers.get(node) ?? [])
    const own = node === undefined ? 0 : (surveys[writer].reads.get(node) ?? 0)
    const level = isInline(value) ? FULL : AFTER
    if ((own & ~level) !== 0 || others.some((reader) => reach.leadsTo(writer, reader))) continue
    for (const reader of others) reach.connect(reader, writer)
    inPlace.add(variable)
    if (node !== undefined) setters.set(node, writer)
  }
  return inPlace
}

/** For each stored value that sets variables in place: the nodes that read their old values. */
function nodesOverwritten({ updates, variableNodes }: Work, inPlace: ReadonlySet<Variable>): Map<Node, Node[]> {
  const nodes = new Map<Node, Node[]>()
  for (const { variable, value } of updates) {
    const node = variableNodes.get(variable)
    if (inPlace.has(variable) && node !== undefined) nodes.set(value, [...(nodes.get(value) ?? []), node])
  }
  return nodes
}
