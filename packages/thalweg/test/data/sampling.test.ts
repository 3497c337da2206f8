import fc from 'fast-check'
import {
  arrays,
  balanced,
  classWeights,
  createOrder,
  type Dataset,
  type EpochOrders,
  epochOrder,
  inOrder,
  sequentialOrder,
  shuffled,
  stratified,
  type WeightedOptions,
  weighted,
} from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'

function labelled(labels: readonly number[], classes = 5): Dataset {
  return arrays({
    name: 'labelled',
    inputs: new Float32Array(labels.length),
    inputShape: [1],
    labels,
    classes: Array.from({ length: classes }, (_, k) => String(k)),
  })
}

const numbers = arrays({ inputs: new Float32Array(3), inputShape: [1], numbers: new Float32Array(3) })
const anyLabels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 120 })
const seed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

function countsOf(rows: Int32Array, size: number): Int32Array {
  const counts = new Int32Array(size)
  for (const row of rows) counts[row]++
  return counts
}

describe('every order', () => {
  const data = labelled([0, 1, 1, 2, 2, 2, 2, 4])
  const orders = [shuffled(), stratified(), balanced(), weighted({ weights: [1, 2, 3, 4, 5, 6, 7, 8] })]

  it.each(orders)('$name: pure in seed and epoch, of its length, with rows of the dataset', async (order) => {
    const make = (s: number): EpochOrders => order.over(data, s)
    fc.assert(
      fc.property(seed, fc.nat(1e6), (s, epoch) => {
        const rows = make(s).epochOrder(epoch)
        expect(make(s).epochOrder(epoch)).toEqual(rows)
        expect(rows).toHaveLength(make(s).length(epoch))
        expect(rows.every((row) => row >= 0 && row < 8)).toBe(true)
      }),
      { numRuns: 30 },
    )
    expect(new Set([0, 1, 2, 3].map((epoch) => String(make(1).epochOrder(epoch)))).size).toBeGreaterThan(1)
    expect(await make(1).fingerprint()).toBe(await make(1).fingerprint())
    expect(await make(1).fingerprint()).not.toBe(await make(2).fingerprint())
    await fails('data/bad-seed', () => make(-1))
    await fails('data/bad-count', () => make(1).epochOrder(-1))
  })

  it('shuffled is the order that training has by default; inOrder is none', () => {
    expect(shuffled().over(data, 3).epochOrder(5)).toEqual(epochOrder(8, 3, 5))
    expect(inOrder().over(data, 3).epochOrder(5)).toEqual(sequentialOrder(8))
  })

  it('can be made by hand', async () => {
    const evens = createOrder('evens', () => ({ length: 4, rows: () => Int32Array.of(0, 2, 4, 6) })).over(data, 0)
    expect([...evens.epochOrder(1)]).toEqual([0, 2, 4, 6])
    expect(await evens.fingerprint()).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each([
    ['a row that is not there', 2, [0, 8], 'row 8'],
    ['a row below 0', 1, [-1], 'row -1'],
    ['fewer rows than said', 3, [0, 1], '2 rows, length 3'],
    ['an epoch of none', 0, [], '0 rows, length 0'],
  ])('refuses %s', async (_, length, rows, received) => {
    const order = createOrder('own', () => ({ length, rows: () => Int32Array.from(rows) })).over(data, 0)
    expect((await fails('data/bad-order', () => order.epochOrder(0))).received).toBe(received)
  })
})

describe('stratified', () => {
  it('holds every class in its share in every stretch, to within less than two', () => {
    fc.assert(
      fc.property(anyLabels, seed, fc.integer({ min: 1, max: 50 }), (labels, s, batch) => {
        const rows = stratified().over(labelled(labels), s).epochOrder(3)
        expect([...rows].sort((a, b) => a - b)).toEqual([...sequentialOrder(labels.length)])
        for (let at = 0; at < rows.length; at += batch) {
          const part = [...rows.subarray(at, at + batch)]
          for (let k = 0; k < 5; k++) {
            const share = labels.filter((label) => label === k).length / labels.length
            const count = part.filter((row) => labels[row] === k).length
            expect(Math.abs(count - share * part.length)).toBeLessThan(2)
          }
        }
      }),
    )
  })

  it('does not always begin with the same class, and needs classes', async () => {
    const order = stratified().over(labelled([0, 0, 0, 0, 1, 1, 2, 2]), 0)
    const firsts = Array.from({ length: 40 }, (_, epoch) => order.epochOrder(epoch)[0])
    expect(new Set(firsts).size).toBe(8)
    await fails('data/no-classes', () => stratified().over(numbers, 0))
  })
})

describe('balanced', () => {
  it('gives every class equally often, every example of a class to within one', () => {
    fc.assert(
      fc.property(anyLabels, fc.constantFrom('largest' as const, 'smallest' as const, 7), (labels, perClass) => {
        const order = balanced({ perClass }).over(labelled(labels), 0)
        const counts = countsOf(order.epochOrder(2), labels.length)
        const sizes = [0, 1, 2, 3, 4].map((k) => labels.filter((label) => label === k).length).filter((n) => n > 0)
        const each =
          perClass === 'largest' ? Math.max(...sizes) : perClass === 'smallest' ? Math.min(...sizes) : perClass
        expect(order.length(2)).toBe(each * sizes.length)
        for (const k of new Set(labels)) {
          const own = [...counts].filter((_, row) => labels[row] === k)
          expect(own.reduce((a, b) => a + b)).toBe(each)
          expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('leaves others out in each epoch, and mixes the classes', () => {
    const labels = [...new Array(5).fill(0), ...new Array(50).fill(1)]
    const order = balanced({ perClass: 'smallest' }).over(labelled(labels), 0)
    const seen = new Set(Array.from({ length: 120 }, (_, epoch) => [...order.epochOrder(epoch)]).flat())
    expect(seen.size).toBe(55)
    const sides = Array.from({ length: 20 }, (_, epoch) =>
      String([...order.epochOrder(epoch)].map((row) => labels[row])),
    )
    expect(new Set(sides).size).toBeGreaterThan(10)
  })

  it('refuses numbers that are none, and targets that are no classes', async () => {
    await fails('data/bad-count', () => balanced({ perClass: 0 }))
    await fails('data/bad-count', () => balanced({ perClass: 1.5 }))
    await fails('data/no-classes', () => balanced().over(numbers, 0))
  })

  it('weighs classes as scikit-learn does', async () => {
    // compute_class_weight("balanced", ...): n_samples / (n_classes * bincount(y)), classes that occur.
    expect(classWeights(labelled([0, 0, 0, 1, 3, 3], 4))).toEqual([6 / 9, 2, 0, 1])
    await fails('data/no-classes', () => classWeights(numbers))
  })
})

describe('weighted', () => {
  it('draws examples as often as they weigh', () => {
    const weights = [0, 1, 2, 0, 5, 0]
    const six = labelled([0, 0, 0, 0, 0, 0])
    const order = weighted({ weights, length: 8000 }).over(six, 2)
    const counts = countsOf(order.epochOrder(0), 6)
    weights.forEach((weight, row) => {
      const share = weight / 8
      // Five standard deviations of a binomial.
      expect(Math.abs(counts[row] - 8000 * share)).toBeLessThanOrEqual(5 * Math.sqrt(8000 * share * (1 - share)))
    })
    expect(weighted({ weights }).over(six, 2).length(0)).toBe(6)
  })

  it('refuses weights that are none', async () => {
    const over = (options: WeightedOptions): unknown => weighted(options).over(numbers, 0)
    await fails('data/score-count', () => over({ weights: [1, 2] }))
    await fails('data/bad-score', () => over({ weights: [1, Number.NaN, 2] }))
    await fails('data/bad-weight', () => over({ weights: [1, -1, 2] }))
    await fails('data/bad-weight', () => over({ weights: [0, 0, 0] }))
    await fails('data/bad-count', () => over({ weights: [1, 1, 1], length: 0 }))
  })
})
