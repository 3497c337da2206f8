/**
 * Storing more than is necessary, where that is cheaper: a value that several kernels would each compute from large or
 * costly operands is computed by one and read by the others.
 */
import { sizeOf } from '../../base/index.ts'
import { isElementwise, type Node } from '../../graph/index.ts'
import { operations, READ_COST, REPEATED_READ_COST, WRITE_COST } from './cost.ts'
import type { Fusion } from './fusion.ts'
import { FULL, type Group, groupOf, type Survey, survey } from './group.ts'

/** Values of fewer elements are not worth the thought. */
const SMALLEST = 1024

/** Operations that storing a value must save for each of its elements: the estimates are not better than that. */
const WORTHWHILE = 4

/** What a group costs beside what it must write: reading and computing. */
function costOf({ fullSize, afterSize }: Group, { reads, inlined }: Survey): number {
  const loop = Math.max(fullSize, afterSize)
  let cost = 0
  for (const node of reads.keys()) cost += readCost(node, loop)
  for (const node of inlined) cost += operations(node) * loop
  return cost
}

function readCost(node: Node, loop: number): number {
  const size = sizeOf(node.shape)
  return size < loop ? size * READ_COST + loop * REPEATED_READ_COST : loop * READ_COST
}

/** Stores what is worth it, the last first: what depends on a value may make it needless. */
export function promote(fusion: Fusion): void {
  const users = usersOf(fusion)
  const readers = readersOf(fusion)
  const candidates = [...users.keys()].filter((node) => (users.get(node)?.size ?? 0) > 1).sort((a, b) => b.id - a.id)
  for (const node of candidates) {
    const using = [...(users.get(node) ?? [])].filter((index) => fusion.surveys[index].inlined.has(node))
    if (using.length < 2) continue
    const without = new Map<number, Survey>()
    for (const index of using) {
      const group = fusion.groups[index]
      if (group !== undefined) without.set(index, survey(group, fusion.stored, node))
    }
    const home = homeOf(node, fusion, without, readers)
    let gain = -WRITE_COST * sizeOf(node.shape) - home.cost
    for (const [index, survey] of without) {
      const group = fusion.groups[index]
      if (group !== undefined && index !== home.index)
        gain += costOf(group, fusion.surveys[index]) - costOf(group, survey)
    }
    if (gain < WORTHWHILE * sizeOf(node.shape) || !fusion.keep(node, home.index, using) || home.index === undefined)
      continue
    // Its home now computes on the way what the value is made of.
    for (const part of fusion.surveys[home.index].inlined) users.get(part)?.add(home.index)
    for (const read of fusion.surveys[home.index].reads.keys()) readers.get(read)?.add(home.index)
  }
}

/** The groups that compute each larger elementwise value on their way. */
function usersOf({ groups, surveys }: Fusion): Map<Node, Set<number>> {
  const users = new Map<Node, Set<number>>()
  groups.forEach((group, index) => {
    if (group === undefined) return
    for (const node of surveys[index].inlined) {
      if (!isElementwise(node.op) || sizeOf(node.shape) < SMALLEST) continue
      const list = users.get(node)
      if (list === undefined) users.set(node, new Set([index]))
      else list.add(index)
    }
  })
  return users
}

/** The groups that read each stored value. */
function readersOf({ groups, surveys, stored }: Fusion): Map<Node, Set<number>> {
  const readers = new Map<Node, Set<number>>([...stored].map((node) => [node, new Set()]))
  groups.forEach((group, index) => {
    if (group === undefined) return
    for (const node of surveys[index].reads.keys()) readers.get(node)?.add(index)
  })
  return readers
}

interface Home {
  /** The group that would compute the value; none where it takes a new one. */
  readonly index: number | undefined
  /** What computing it there costs on top, less what need not be stored any more. */
  readonly cost: number
}

/** Where a value is computed best: in the epilogue of the contraction that it comes from, else where it is needed first. */
function homeOf(
  node: Node,
  fusion: Fusion,
  without: ReadonlyMap<number, Survey>,
  readers: ReadonlyMap<Node, ReadonlySet<number>>,
): Home {
  const { groups, owner, leadsTo, stored } = fusion
  const size = sizeOf(node.shape)
  const alone = groupOf(node)
  const own = survey(alone, stored)
  for (const [read, how] of own.reads) {
    const maker = owner.get(read)
    if (maker === undefined || groups[maker]?.head !== read || groups[maker]?.kind !== 'contraction') continue
    if (how !== FULL || sizeOf(read.shape) !== size) continue
    const waits = [...own.reads.keys()].some((other) => {
      const source = owner.get(other)
      return source !== undefined && source !== maker && leadsTo(maker, source)
    })
    if (waits) continue
    const computed = without.has(maker) ? 0 : costOf(alone, own) - readCost(read, size)
    return { index: maker, cost: computed - (isReleased(read, fusion, without, readers) ? WRITE_COST * size : 0) }
  }
  const using = [...without.keys()]
  const first = using.find(
    (index) =>
      groups[index]?.kind === 'loop' &&
      groups[index]?.fullSize === size &&
      using.every((other) => other === index || !leadsTo(other, index)),
  )
  return first === undefined ? { index: undefined, cost: costOf(alone, own) } : { index: first, cost: 0 }
}

/** Whether nobody reads a contraction's bare result any more once its readers read the new value instead. */
function isReleased(
  result: Node,
  { surveys }: Fusion,
  without: ReadonlyMap<number, Survey>,
  readers: ReadonlyMap<Node, ReadonlySet<number>>,
): boolean {
  for (const index of readers.get(result) ?? [])
    if ((without.get(index) ?? surveys[index]).reads.has(result)) return false
  return true
}
