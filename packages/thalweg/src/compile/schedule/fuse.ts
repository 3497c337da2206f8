/**
 * Fusion: which stored values are computed together. Every stored value starts as a group of its own; groups join while
 * that saves reading or writing memory.
 */
import type { Node, Variable } from '../../graph/index.ts'
import { type Blocked, beginFusion, type Fusion, type Work } from './fusion.ts'
import { AFTER, FULL, type Group, type Survey } from './group.ts'
import { promote } from './promote.ts'

export interface Grouping {
  /** In no particular order but a fixed one. */
  readonly groups: readonly Group[]
  readonly surveys: ReadonlyMap<Group, Survey>
  /** Variables that are set where they are, by the group that computes their new value. */
  readonly inPlace: ReadonlySet<Variable>
}

/** Loops over so few elements are joined even where they have nothing in common: starting one costs more than it does. */
const TINY = 256

/** Groups what `work` stores. May store more: what turns out to be cheaper to keep than to compute again. */
export function fuse(work: Work): Grouping | Blocked {
  const fusion = beginFusion(work)
  if ('blocked' in fusion) return fusion
  joinAlongReads(fusion)
  joinReaders(fusion)
  joinTiny(fusion)
  promote(fusion)
  const surveys = new Map<Group, Survey>()
  fusion.groups.forEach((group, index) => {
    if (group !== undefined) surveys.set(group, fusion.surveys[index])
  })
  return { groups: [...surveys.keys()], surveys, inPlace: fusion.inPlace }
}

/** Joins each group with one that makes what it reads, the latest first: that one most likely can wait for the rest. */
function joinAlongReads({ groups, surveys, owner, join }: Fusion): void {
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
function joinReaders({ groups, surveys, join }: Fusion): void {
  const readers = new Map<Node, number[]>()
  groups.forEach((group, index) => {
    if (group?.kind !== 'loop') return
    for (const [node, how] of surveys[index].reads) {
      if (!(how & FULL)) continue
      const list = readers.get(node)
      if (list === undefined) readers.set(node, [index])
      else list.push(index)
    }
  })
  for (const list of readers.values())
    for (let i = 0; i < list.length; i++) for (let j = i + 1; j < list.length; j++) join(list[i], list[j])
}

/** Joins neighbours that are too small to be worth a kernel each. */
function joinTiny({ groups, join }: Fusion): void {
  const bySize = new Map<number, number[]>()
  groups.forEach((group, index) => {
    if (group?.kind !== 'loop' || group.folds.length > 0 || group.fullSize > TINY) return
    const list = bySize.get(group.fullSize)
    const last = list?.at(-1)
    if (list !== undefined && last !== undefined && join(last, index)) return
    if (list === undefined) bySize.set(group.fullSize, [index])
    else list.push(index)
  })
}
