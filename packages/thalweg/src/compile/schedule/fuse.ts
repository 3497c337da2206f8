/**
 * Fusion: which stored values are computed together. Every stored value starts as a group of its own; groups join while
 * that saves reading or writing memory, their loops fit, and no circle of dependencies arises.
 */
import { internal, sameShape } from '../../base/index.ts'
import type { Node, Variable } from '../../graph/index.ts'
import { createReach, type Reach } from './bits.ts'
import { contractionBody, loopBody, storeBody } from './emit.ts'
import { AFTER, FULL, fullMembers, type Group, groupOf, joinGroups, resultsOf, type Survey, survey } from './group.ts'
import { isInline } from './nodes.ts'
import { commonSpace } from './space.ts'

/** What `fuse` has to know about the step. */
export interface Work {
  readonly stored: ReadonlySet<Node>
  /** The step's updates; values without reshapes. */
  readonly updates: readonly { readonly variable: Variable; readonly value: Node }[]
  /** Sources that the step hands out or assigns as they are. */
  readonly copies: readonly Group[]
  /** The node that reads each variable's old value. */
  readonly variableNodes: ReadonlyMap<Variable, Node>
}

export interface Grouping {
  /** In no particular order but a fixed one. */
  readonly groups: readonly Group[]
  readonly surveys: ReadonlyMap<Group, Survey>
  /** The group that makes each stored value. */
  readonly makers: ReadonlyMap<Node, Group>
  /** Whether group `a` has to run before group `b`. */
  readonly comesBefore: (a: Group, b: Group) => boolean
  /** Variables that are set where they are, by the group that computes their new value. */
  readonly inPlace: ReadonlySet<Variable>
}

/** Kernels of more than this are not made larger by fusion. */
const MOST_INLINED = 96
const MOST_RESULTS = 12
/** Loops over so few elements are joined even where they have nothing in common: starting one costs more than it does. */
const TINY = 256

/** A value that has to be stored before loops that need it can be written. */
export interface Blocked {
  readonly blocked: Node
}

export function fuse(work: Work): Grouping | Blocked {
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
    for (const read of found.reads.keys()) {
      const from = owner.get(read)
      if (from !== undefined && !reach.connect(from, index)) throw internal('values that need each other')
    }
  }
  const inPlace = placeUpdates(work, single, owner, surveys, reach)
  /** The nodes of the variables that each stored value sets in place. */
  const sets = new Map<Node, Node[]>()
  for (const { variable, value } of work.updates) {
    const node = work.variableNodes.get(variable)
    if (inPlace.has(variable) && node !== undefined) sets.set(value, [...(sets.get(value) ?? []), node])
  }

  function overwrites(group: Group, { reads }: Survey): boolean {
    const wrong = (results: readonly Node[], level: number): boolean =>
      results.some((result) => sets.get(result)?.some((variable) => ((reads.get(variable) ?? 0) & ~level) !== 0))
    return wrong(group.full, FULL) || wrong([...group.after, ...group.folds, ...headOf(group)], AFTER)
  }

  /** Joins groups `a` and `b` under the number of `a`, if that is allowed; says whether it did. */
  function join(a: number, b: number): boolean {
    const first = groups[a]
    const second = groups[b]
    if (a === b || first === undefined || second === undefined) return false
    const group = joinGroups(first, second) ?? joinGroups(second, first)
    if (group === undefined || reach.wouldCircle(a, b)) return false
    const found = survey(group, stored)
    if (found.tangled || overwrites(group, found)) return false
    if (found.inlined.size > MOST_INLINED || resultsOf(group).length > MOST_RESULTS) return false
    if (!fits(group, found)) return false
    groups[a] = group
    surveys[a] = found
    groups[b] = undefined
    reach.merge(a, b)
    for (const node of resultsOf(group)) owner.set(node, a)
    return true
  }

  function fits(group: Group, { winding }: Survey): boolean {
    const after = group.after.map(({ shape }) => shape)
    if (group.kind === 'loop' && commonSpace(fullMembers(group), after) === undefined) return false
    // A contraction's epilogue runs over the axes of its result, which cannot be cut for the sake of another shape.
    const odd = group.kind === 'contraction' && after.some((shape) => !sameShape(shape, group.head?.shape ?? []))
    return !(winding || odd) || blockerOf(group, stored) === undefined
  }

  joinAlongReads(groups, surveys, owner, join)
  joinReaders(groups, surveys, join)
  joinTiny(groups, join)

  const indexOf = new Map<Group, number>()
  groups.forEach((group, index) => {
    if (group !== undefined) indexOf.set(group, index)
  })
  const kept = [...indexOf.keys()]
  return {
    groups: kept,
    surveys: new Map([...indexOf].map(([group, index]) => [group, surveys[index]])),
    makers: new Map(kept.flatMap((group) => resultsOf(group).map((node) => [node, group]))),
    comesBefore: (a, b) => reach.reaches(indexOf.get(a) ?? 0, indexOf.get(b) ?? 0),
    inPlace,
  }
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
): Set<Variable> {
  const readers = new Map<Node, number[]>()
  surveys.forEach(({ reads }, index) => {
    for (const node of reads.keys())
      if (node.op === 'variable') readers.set(node, [...(readers.get(node) ?? []), index])
  })
  const inPlace = new Set<Variable>()
  for (const { variable, value } of updates) {
    const writer =
      owner.get(value) ??
      groups.findIndex(({ target }) => target !== undefined && 'variable' in target && target.variable === variable)
    const node = variableNodes.get(variable)
    const others = node === undefined ? [] : (readers.get(node) ?? [])
    const own = node === undefined ? 0 : (surveys[writer].reads.get(node) ?? 0)
    const level = isInline(value) ? FULL : AFTER
    if ((own & ~level) !== 0 || others.some((reader) => reach.reaches(writer, reader))) continue
    for (const reader of others) reach.connect(reader, writer)
    inPlace.add(variable)
  }
  return inPlace
}

function headOf({ head }: Group): Node[] {
  return head === undefined ? [] : [head]
}

type Join = (a: number, b: number) => boolean

/** Joins each group with one that makes what it reads, the latest first: that one most likely can wait for the rest. */
function joinAlongReads(
  groups: readonly (Group | undefined)[],
  surveys: readonly Survey[],
  owner: ReadonlyMap<Node, number>,
  join: Join,
): void {
  for (let index = 0; index < groups.length; index++) {
    if (groups[index]?.kind !== 'loop') continue
    const sources = new Set<number>()
    for (const [node, how] of surveys[index].reads) {
      const from = owner.get(node)
      if (from !== undefined && how & (FULL | AFTER)) sources.add(from)
    }
    for (const from of [...sources].sort((a, b) => b - a)) if (join(from, index)) break
  }
}

/** Joins groups that read the same values in the same way. */
function joinReaders(groups: readonly (Group | undefined)[], surveys: readonly Survey[], join: Join): void {
  const readers = new Map<Node, number[]>()
  groups.forEach((group, index) => {
    if (group?.kind !== 'loop') return
    for (const [node, how] of surveys[index].reads)
      if (how & FULL) readers.set(node, [...(readers.get(node) ?? []), index])
  })
  for (const list of readers.values())
    for (let i = 0; i < list.length; i++) for (let j = i + 1; j < list.length; j++) join(list[i], list[j])
}

/** Joins neighbours that are too small to be worth a kernel each. */
function joinTiny(groups: readonly (Group | undefined)[], join: Join): void {
  const bySize = new Map<number, number[]>()
  groups.forEach((group, index) => {
    if (group?.kind !== 'loop' || group.folds.length > 0 || group.fullSize > TINY) return
    const list = bySize.get(group.fullSize)
    const last = list?.at(-1)
    if (list !== undefined && last !== undefined && join(last, index)) return
    bySize.set(group.fullSize, [...(list ?? []), index])
  })
}
