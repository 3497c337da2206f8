import fc from 'fast-check'
import { batchCount, batchRows, epochOrder, sequentialOrder, splitRows } from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'

const size = fc.integer({ min: 0, max: 300 })
const seed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const epoch = fc.integer({ min: 0, max: 10_000 })

describe('epochOrder', () => {
  it('is a permutation, and the same one whenever it is asked for', () => {
    fc.assert(
      fc.property(size, seed, epoch, (n, s, e) => {
        const order = epochOrder(n, s, e)
        expect([...order].sort((a, b) => a - b)).toEqual([...sequentialOrder(n)])
        expect(epochOrder(n, s, e)).toEqual(order)
      }),
    )
  })

  it('differs from epoch to epoch and from seed to seed', () => {
    const orders = [epochOrder(50, 1, 0), epochOrder(50, 1, 1), epochOrder(50, 2, 0), epochOrder(50, 2 ** 32 + 1, 0)]
    expect(new Set(orders.map(String)).size).toBe(4)
  })

  it('puts every row in every place about equally often', () => {
    const counts = new Int32Array(25)
    for (let e = 0; e < 5000; e++) {
      epochOrder(5, 7, e).forEach((row, place) => {
        counts[5 * place + row]++
      })
    }
    // Each count is binomial(5000, 1/5): deviation 28.3; five deviations never happen by chance to one of 25.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(142)
  })

  it('keeps its bits: a checkpoint of today resumes tomorrow', () => {
    expect([...epochOrder(10, 1, 0)]).toEqual([7, 0, 1, 6, 3, 4, 8, 5, 2, 9])
    expect([...epochOrder(10, 1, 1)]).toEqual([7, 5, 2, 3, 4, 1, 0, 8, 6, 9])
  })

  it('refuses counts and seeds that are none', async () => {
    await fails('data/bad-count', () => epochOrder(-1, 1, 0))
    await fails('data/bad-count', () => epochOrder(5, 1, 0.5))
    await fails('data/bad-seed', () => epochOrder(5, -1, 0))
    await fails('data/bad-count', () => batchCount(5, 0))
    await fails('data/bad-count', () => batchRows(sequentialOrder(5), 0, 0))
  })
})

describe('batchRows', () => {
  it('cuts the order into batches of which only the last is short', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 64 }), (n, batchSize) => {
        const order = epochOrder(n, 1, 0)
        const batches = Array.from({ length: batchCount(n, batchSize) }, (_, b) => batchRows(order, batchSize, b))
        expect(batches.flatMap((rows) => [...rows])).toEqual([...order])
        for (const rows of batches.slice(0, -1)) expect(rows).toHaveLength(batchSize)
        if (n > 0) expect(batches.at(-1)).toHaveLength(n % batchSize || batchSize)
      }),
    )
  })
})

const labels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 40, maxLength: 300 })

describe('splitRows', () => {
  it('puts every row in exactly one part, at the asked shares, and every class in train', () => {
    fc.assert(
      fc.property(labels, seed, (classes, s) => {
        const parts = splitRows('rows', classes, { seed: s, valid: 0.2, test: 0.1 })
        const all = [...parts.train, ...parts.valid, ...parts.test]
        expect(all.sort((a, b) => a - b)).toEqual([...sequentialOrder(classes.length)])
        expect(parts.valid.length).toBe(Math.round(0.2 * classes.length))
        expect(parts.test.length).toBe(Math.round(0.1 * classes.length))
        expect(new Set([...parts.train].map((row) => classes[row]))).toEqual(new Set(classes))
        expect(splitRows('rows', classes, { seed: s, valid: 0.2, test: 0.1 })).toEqual(parts)
      }),
    )
  })

  it('takes from large classes what the last ones are too small for', () => {
    const classes = [...new Array<number>(45).fill(0), 1, 2, 3, 4]
    const { train, valid, test } = splitRows('rows', classes, { seed: 1, valid: 0.2, test: 0.1 })
    expect([train.length, valid.length, test.length]).toEqual([34, 10, 5])
    expect([...train].slice(-4)).toEqual([45, 46, 47, 48])
  })

  it('keeps the classes in proportion', () => {
    const classes = Array.from({ length: 1000 }, (_, row) => (row < 700 ? 0 : row < 900 ? 1 : 2))
    const { train, valid, test } = splitRows('rows', classes, { seed: 3, valid: 0.1, test: 0.2 })
    const counts = (rows: Int32Array): number[] =>
      [0, 1, 2].map((k) => [...rows].filter((r) => classes[r] === k).length)
    expect([train, valid, test].map(counts)).toEqual([
      [490, 140, 70],
      [70, 20, 10],
      [140, 40, 20],
    ])
  })

  it('depends on the seed', () => {
    const test = (s: number): string => String(splitRows('rows', 100, { seed: s }).test)
    expect(test(1)).not.toBe(test(2))
  })

  it('leaves a part empty when asked, and refuses to leave one empty otherwise', async () => {
    expect(splitRows('rows', 10, { seed: 1, valid: 0, test: 0 }).train).toHaveLength(10)
    const error = await fails('data/too-few-rows', () => splitRows('rows', 3, { seed: 1 }))
    expect(error.received).toContain('3 examples into train')
    await fails('data/too-few-rows', () => splitRows('rows', 0, { seed: 1, valid: 0, test: 0 }))
    await fails('data/too-few-rows', () => splitRows('rows', [0, 1, 2, 3, 4], { seed: 1 }))
  })

  it.each([
    [-0.1, 0.2],
    [0.5, 0.5],
    [Number.NaN, 0.1],
  ])('refuses shares %d and %d', async (valid, test) => {
    await fails('data/bad-fraction', () => splitRows('rows', 100, { seed: 1, valid, test }))
  })
})
