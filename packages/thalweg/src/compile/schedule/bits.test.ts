import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createReach } from './bits.ts'

const SIZE = 40
const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(SIZE - 1), fc.nat(SIZE - 1)), { maxLength: 80 })

/** The same questions answered by walking edges. */
function plainGraph() {
  const edges: [number, number][] = []
  const leadsTo = (from: number, to: number, without: number[] = []): boolean => {
    const seen = new Set<number>()
    const stack = [from]
    while (stack.length > 0) {
      const vertex = stack.pop()!
      for (const [a, b] of edges) {
        if (a !== vertex || seen.has(b) || without.includes(b)) continue
        if (b === to) return true
        seen.add(b)
        stack.push(b)
      }
    }
    return false
  }
  /** A path from `from` to `to` through at least one other vertex. */
  const byDetour = (from: number, to: number) =>
    edges.some(([a, b]) => a === from && b !== to && b !== from && leadsTo(b, to, [from]))
  return { edges, leadsTo, byDetour }
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
            const allowed = !plain.leadsTo(b, a)
            expect(reach.connect(a, b)).toBe(allowed)
            if (allowed) plain.edges.push([a, b])
          }
        }
        for (let a = 0; a < SIZE; a++)
          for (let b = 0; b < SIZE; b++)
            if (a !== b && !gone.has(a) && !gone.has(b)) expect(reach.reaches(a, b)).toBe(plain.leadsTo(a, b))
      }),
    )
  })
})
