import fc from 'fast-check'
import { expect, it } from 'vitest'
import { takeTurns } from './stratified.ts'

it('keeps every group within less than one turn of its share, from beginning to end', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 9 }), (counts) => {
      const total = counts.reduce((a, b) => a + b)
      const turns = takeTurns(counts)
      let worst = 0
      const taken = counts.map(() => 0)
      turns.forEach((group, at) => {
        taken[group]++
        counts.forEach((count, g) => {
          worst = Math.max(worst, Math.abs(taken[g] - (count * (at + 1)) / total))
        })
      })
      expect(worst).toBeLessThan(1)
      expect(taken).toEqual(counts)
    }),
  )
})
