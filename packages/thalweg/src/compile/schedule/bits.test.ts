import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createReach } from './bits.ts'

/** More than one word of bits. */
const SIZE = 36
const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(SIZE - 1), fc.nat(SIZE - 1)), { maxLength: 60 })

/** The same questions answered by walking edges. */
function plainGraph() {
  const edges: [number, number][] = []
  const from = (start: number, without: number[] = []): Set<number> => {
    const seen = new Set<number>()
    const stack = [start]
    for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop())
      for (const [a, b] of edges) {
        if (a !== vertex || seen.has(b) || without.includes(b)) continue
        seen.add(b)
        stack.push(b)
      }
    return seen
  }
  /** A path from `from` to `to` through at least one other vertex. */
  const byDetour = (start: number, end: number) =>
    edges.some(([a, b]) => a === start && b !== end && b !== start && from(b, [start]).has(end))
  return { edges, from, byDetour }
}

describe('createReach', () => {
  test('answers as walking the edges does, through additions and merges', () => {
    fc.assert(
      fc.property(steps, (actions) => {
        const reach = createReach(SIZE)
        const plain = plainGraph()
        const gone = new Set<number>()
        for (const [merging, a, b] of actions) {
          if (a === b || gone.has(a) || gone.has(b)) continue
          if (merging) {
            const circle = plain.byDetour(a, b) || plain.byDetour(b, a)
            expect(reach.wouldCircle(a, b)).toBe(circle)
            if (circle) continue
            reach.merge(a, b)
            gone.add(b)
            plain.edges.splice(
              0,
              Infinity,
              ...plain.edges
                .map(([x, y]): [number, number] => [x === b ? a : x, y === b ? a : y])
                .filter(([x, y]) => x !== y),
            )
          } else {
            const allowed = !plain.from(b).has(a)
            expect(reach.connect(a, b)).toBe(allowed)
            if (allowed) plain.edges.push([a, b])
          }
        }
        const left = Array.from({ length: SIZE }, (_, vertex) => vertex).filter((vertex) => !gone.has(vertex))
        for (const a of left)
          expect(left.filter((b) => reach.leadsTo(a, b))).toEqual(left.filter((b) => plain.from(a).has(b)))
      }),
    )
  })
})
