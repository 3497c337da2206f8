import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALIGNMENT, aligned, type Lifetime, livenessBound, packArena } from './arena.ts'

const lifetime = fc
  .record({ bytes: fc.oneof(fc.nat(64), fc.nat(100_000)), first: fc.nat(60), length: fc.nat(12) })
  .map(({ bytes, first, length }): Lifetime => ({ bytes, first, last: first + length }))
const lifetimes = fc.array(lifetime, { maxLength: 80 })

describe('packArena', () => {
  test('values that live at the same time share no byte, and all are aligned', () => {
    fc.assert(
      fc.property(lifetimes, (list) => {
        const { offsets, bytes } = packArena(list)
        list.forEach((a, i) => {
          expect(offsets[i] % ALIGNMENT).toBe(0)
          expect(offsets[i] + a.bytes).toBeLessThanOrEqual(bytes)
          list.slice(i + 1).forEach((b, k) => {
            const j = i + 1 + k
            if (a.last < b.first || b.last < a.first) return
            const apart = offsets[i] + a.bytes <= offsets[j] || offsets[j] + b.bytes <= offsets[i]
            expect(apart || a.bytes === 0 || b.bytes === 0).toBe(true)
          })
        })
        expect(bytes).toBeGreaterThanOrEqual(livenessBound(list))
      }),
    )
  })

  test('the bound is what is alive at the busiest moment', () => {
    const list = [
      { bytes: 100, first: 0, last: 1 },
      { bytes: 10, first: 1, last: 2 },
      { bytes: 120, first: 2, last: 3 },
    ]
    expect(livenessBound(list)).toBe(128 + 64)
    expect(packArena(list).bytes).toBe(128 + 64)
  })

  test('a chain of equal values needs two places', () => {
    const chain = Array.from({ length: 20 }, (_, i) => ({ bytes: 4000, first: i, last: i + 1 }))
    expect(packArena(chain).bytes).toBe(2 * aligned(4000))
  })
})
