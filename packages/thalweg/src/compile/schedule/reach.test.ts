import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createReach, type Reach } from './reach.ts'

const SIZE = 24
const vertex = fc.nat(SIZE + 9)
const steps = fc.array(fc.tuple(fc.constantFrom('connect', 'merge', 'add'), vertex, vertex), { maxLength: 60 })

/** The same questions answered by walking edges. */
class PlainGraph {
  edges: (readonly [number, number])[] = []

  from(start: number, without: number[] = []): Set<number> {
    const seen = new Set<number>()
    const stack = [start]
    for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop())
      for (const [a, b] of this.edges) {
        if (a !== vertex || seen.has(b) || without.includes(b)) continue
        seen.add(b)
        stack.push(b)
      }
    return seen
  }

  /** Whether a path leads from `start` to `end` through at least one other vertex. */
  byDetour(start: number, end: number): boolean {
    return this.edges.some(([a, b]) => a === start && b !== end && b !== start && this.from(b, [start]).has(end))
  }

  merge(a: number, b: number): void {
    const renamed = (vertex: number): number => (vertex === b ? a : vertex)
    this.edges = this.edges.map(([x, y]) => [renamed(x), renamed(y)] as const).filter(([x, y]) => x !== y)
  }
}

/**
 * Adds edges and merges vertices wherever that closes no circle. `judge` is told whether it does, and what `reach` said.
 */
function play(
  reach: Reach,
  actions: readonly (readonly [action: string, a: number, b: number])[],
  judge: (closes: boolean, said: boolean) => void,
): void {
  const plain = new PlainGraph()
  const gone = new Set<number>()
  let vertices = SIZE
  for (const [action, a, b] of actions) {
    if (a === b || Math.max(a, b) >= vertices || gone.has(a) || gone.has(b)) continue
    if (action === 'add') {
      expect(reach.addBefore([a, b])).toBe(vertices++)
      continue
    }
    const merging = action === 'merge'
    const closes = merging ? plain.byDetour(a, b) || plain.byDetour(b, a) : plain.from(b).has(a)
    judge(closes, merging ? reach.wouldCircle(a, b) : reach.leadsTo(b, a))
    if (closes) continue
    if (merging) {
      reach.merge(a, b)
      gone.add(b)
      plain.merge(a, b)
    } else {
      reach.connect(a, b)
      plain.edges.push([a, b])
    }
  }
}

describe('createReach', () => {
  test('answers as walking the edges does, through additions and merges', () => {
    fc.assert(
      fc.property(steps, (actions) => play(createReach(SIZE), actions, (closes, said) => expect(said).toBe(closes))),
    )
  })

  test('where it gives up it says yes', () => {
    fc.assert(
      fc.property(steps, (actions) =>
        play(createReach(SIZE, 4), actions, (closes, said) => expect(said || !closes).toBe(true)),
      ),
    )
  })
})
