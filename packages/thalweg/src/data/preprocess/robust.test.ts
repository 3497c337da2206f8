import fc from 'fast-check'
import { expect, it } from 'vitest'
import { eachColumn } from './robust.ts'

it('visits every channel once, sorted, however few values may be held at a time', () => {
  const shape = fc.record({ period: fc.integer({ min: 1, max: 6 }), rows: fc.integer({ min: 0, max: 9 }) })
  fc.assert(
    fc.property(shape, fc.integer({ min: 1, max: 40 }), ({ period, rows }, most) => {
      const values = Array.from({ length: period * rows }, (_, at) => (at * 37) % 11)
      const half = period * Math.floor(rows / 2)
      const seen: number[][] = []
      eachColumn(
        period,
        (visit) => {
          visit(values.slice(0, half))
          visit(values.slice(half))
        },
        (sorted) => seen.push([...sorted]),
        most,
      )
      const expected = Array.from({ length: period }, (_, k) => values.filter((_, at) => at % period === k))
      expect(seen).toEqual(expected.map((column) => column.sort((a, b) => a - b)))
    }),
  )
})
