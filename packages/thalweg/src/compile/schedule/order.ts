/**
 * The order in which groups run: dependencies first; who overwrites a variable after all who read it. Among those that are
 * ready, one whose results no other group waits for goes first, because it gives memory back (the update of a parameter
 * frees its gradient); otherwise the one that was recorded first.
 */
import { internal } from '../../base/index.ts'
import type { Node, Variable } from '../../graph/index.ts'
import type { Grouping } from './fuse.ts'
import type { Work } from './fusion.ts'
import { type Group, resultsOf } from './group.ts'

export function orderGroups({ groups, surveys, inPlace }: Grouping, { updates, variableNodes }: Work): Group[] {
  const owner = new Map<Node, Group>()
  for (const group of groups) for (const node of resultsOf(group)) owner.set(node, group)
  const writers = writersOf(groups, owner, updates, inPlace)
  const waiting = new Map<Group, number>(groups.map((group) => [group, 0]))
  const after = new Map<Group, Set<Group>>(groups.map((group) => [group, new Set()]))
  /** Groups whose results others read. */
  const needed = new Set<Group>()

  function connect(from: Group, to: Group): void {
    const followers = after.get(from)
    if (from === to || followers === undefined || followers.has(to)) return
    followers.add(to)
    waiting.set(to, (waiting.get(to) ?? 0) + 1)
  }
  const writerOf = new Map<Node, Group>()
  for (const [variable, writer] of writers) {
    const node = variableNodes.get(variable)
    if (node !== undefined) writerOf.set(node, writer)
  }
  for (const group of groups)
    for (const read of surveys.get(group)?.reads.keys() ?? []) {
      const from = owner.get(read)
      if (from !== undefined) {
        connect(from, group)
        needed.add(from)
      }
      const writer = writerOf.get(read)
      if (writer !== undefined) connect(group, writer)
    }

  const ranks = new Map<Group, number>(
    groups.map((group) => [group, (needed.has(group) ? 0 : -(2 ** 40)) + recordedAt(group)]),
  )
  const rank = (group: Group): number => ranks.get(group) ?? 0
  /** The next one last. */
  const ready = groups.filter((group) => waiting.get(group) === 0).sort((a, b) => rank(b) - rank(a))
  const order: Group[] = []
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    order.push(next)
    for (const follower of after.get(next) ?? []) {
      const left = (waiting.get(follower) ?? 0) - 1
      waiting.set(follower, left)
      if (left === 0) insert(ready, follower, rank)
    }
  }
  if (order.length < groups.length) throw internal('groups that wait for each other')
  return order
}

/** When a group's first result was recorded. */
function recordedAt(group: Group): number {
  return Math.min(...resultsOf(group).map(({ id }) => id), ...(group.head === undefined ? [] : [group.head.id]))
}

/** Keeps `ready` in order, the lowest rank last. */
function insert(ready: Group[], group: Group, rank: (group: Group) => number): void {
  let low = 0
  let high = ready.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rank(ready[middle]) < rank(group)) high = middle
    else low = middle + 1
  }
  ready.splice(low, 0, group)
}

/** The group that sets each variable where it is. */
function writersOf(
  groups: readonly Group[],
  owner: ReadonlyMap<Node, Group>,
  updates: Work['updates'],
  inPlace: ReadonlySet<Variable>,
): Map<Variable, Group> {
  const copies = new Map<Variable, Group>()
  for (const group of groups)
    if (group.target !== undefined && 'variable' in group.target) copies.set(group.target.variable, group)
  const writers = new Map<Variable, Group>()
  for (const { variable, value } of updates) {
    const writer = owner.get(value) ?? copies.get(variable)
    if (inPlace.has(variable) && writer !== undefined) writers.set(variable, writer)
  }
  return writers
}
