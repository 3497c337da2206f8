/**
 * Storing more than is necessary, where that is cheaper: a value that several kernels would each compute from large or
 * costly operands is computed by one and read by the others. Fusion is done again afterwards, with these values stored.
 */
import { sizeOf } from '../../base/index.ts'
import { isElementwise, type Node } from '../../graph/index.ts'
import { operations, READ_COST, REPEATED_READ_COST, WRITE_COST } from './cost.ts'
import type { Grouping } from './fuse.ts'
import { FULL, type Group, groupOf, type Survey, survey } from './group.ts'

/** Values of fewer elements are not worth the thought. */
const SMALLEST = 1024

function loopSize({ fullSize, afterSize }: Group): number {
  return Math.max(fullSize, afterSize)
}

function readCost(node: Node, loop: number): number {
  const size = sizeOf(node.shape)
  return size < loop ? size * READ_COST + loop * REPEATED_READ_COST : loop * READ_COST
}

/** Reading and computing, per run; what is written is left out. */
function costOf(group: Group, { reads, inlined }: Survey): number {
  const loop = loopSize(group)
  let cost = 0
  for (const node of reads.keys()) cost += readCost(node, loop)
  for (const node of inlined) cost += operations(node) * loop
  return cost
}

/** The values that should be stored too; `stored` is what is stored so far. */
export function promotions(grouping: Grouping, stored: ReadonlySet<Node>): Node[] {
  const surveys = new Map(grouping.surveys)
  const users = new Map<Node, Group[]>()
  for (const group of grouping.groups)
    for (const node of surveys.get(group)?.inlined ?? []) {
      if (!isElementwise(node.op) || sizeOf(node.shape) < SMALLEST) continue
      const list = users.get(node)
      if (list === undefined) users.set(node, [group])
      else list.push(group)
    }
  const readers = readersOf(grouping)
  const candidates = [...users.keys()].filter((node) => (users.get(node)?.length ?? 0) > 1).sort((a, b) => b.id - a.id)
  const now = new Set(stored)
  const promoted: Node[] = []
  for (const node of candidates) {
    const using = (users.get(node) ?? []).filter((group) => surveys.get(group)?.inlined.has(node))
    if (using.length < 2) continue
    const after = new Map(using.map((group) => [group, survey(group, now, node)]))
    const saved = (group: Group): number => {
      const [before, then] = [surveys.get(group), after.get(group)]
      return before === undefined || then === undefined ? 0 : costOf(group, before) - costOf(group, then)
    }
    const home = homeOf(node, using, grouping, now, readers, after)
    let gain = -WRITE_COST * sizeOf(node.shape) - home.cost
    for (const group of using) if (group !== home.group) gain += saved(group)
    if (gain <= 0) continue
    promoted.push(node)
    now.add(node)
    for (const [group, then] of after) if (group !== home.group) surveys.set(group, then)
  }
  return promoted
}

function readersOf(grouping: Grouping): Map<Node, Group[]> {
  const readers = new Map<Node, Group[]>()
  for (const [group, { reads }] of grouping.surveys)
    for (const node of reads.keys()) readers.set(node, [...(readers.get(node) ?? []), group])
  return readers
}

interface Home {
  /** The group that would compute the value, if one does already. */
  readonly group: Group | undefined
  /** What computing it there costs on top, less what need not be stored any more. */
  readonly cost: number
}

/** Where a value is computed best: in the epilogue of the contraction that it comes from, else where it is needed first. */
function homeOf(
  node: Node,
  using: readonly Group[],
  grouping: Grouping,
  stored: ReadonlySet<Node>,
  readers: ReadonlyMap<Node, readonly Group[]>,
  after: ReadonlyMap<Group, Survey>,
): Home {
  const alone = groupOf(node)
  const own = survey(alone, stored)
  for (const [read, how] of own.reads) {
    const maker = grouping.makers.get(read)
    if (maker?.kind !== 'contraction' || maker.head !== read || how !== FULL) continue
    if (sizeOf(read.shape) !== sizeOf(node.shape)) continue
    const waits = [...own.reads.keys()].some((other) => {
      const source = grouping.makers.get(other)
      return source !== undefined && source !== maker && grouping.comesBefore(maker, source)
    })
    if (waits) continue
    // The contraction's own epilogue does not need its result stored, nor do those who read the new value instead.
    const released = (readers.get(read) ?? []).every((group) => after.has(group) && !after.get(group)?.reads.has(read))
    const computed = using.includes(maker) ? 0 : costOf(alone, own) - readCost(read, sizeOf(node.shape))
    return { group: maker, cost: computed - (released ? WRITE_COST * sizeOf(read.shape) : 0) }
  }
  const first = using.find(
    (group) =>
      group.kind === 'loop' &&
      group.fullSize === sizeOf(node.shape) &&
      using.every((other) => other === group || !grouping.comesBefore(other, group)),
  )
  return first === undefined ? { group: undefined, cost: costOf(alone, own) } : { group: first, cost: 0 }
}
