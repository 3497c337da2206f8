import fc from 'fast-check'
import {
  arrays,
  type CurriculumOptions,
  columnScores,
  curriculum,
  type Dataset,
  exponentialPacing,
  linearPacing,
  lossScores,
  type Pacing,
  rootPacing,
  scoresOf,
  sequentialOrder,
  stepPacing,
  table,
} from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'

/** One input, which is the row's number; `classes` classes in turn. */
function rowsOf(size: number, classes = 1): Dataset {
  const inputs = Float32Array.from({ length: size }, (_, row) => row)
  const labels = Array.from({ length: size }, (_, row) => row % classes)
  return arrays({ name: 'rows', inputs, inputShape: [1], labels })
}

/** `share` of the examples, always. */
function constant(share: number): Pacing {
  return { name: 'constant', options: { share }, share: () => share }
}

const start = fc.double({ min: 0.01, max: 1, noNaN: true })
const positive = fc.double({ min: 0.1, max: 20, noNaN: true })
const anyPacing: fc.Arbitrary<Pacing> = fc.oneof(
  fc.tuple(start, positive).map(([s, epochs]) => linearPacing({ start: s, epochs })),
  fc.tuple(start, positive, positive).map(([s, epochs, degree]) => rootPacing({ start: s, epochs, degree })),
  fc.tuple(start, positive).map(([s, epochs]) => stepPacing({ start: s, epochs })),
  fc.tuple(start, positive).map(([s, every]) => exponentialPacing({ start: s, every })),
)

describe('pacing', () => {
  it('begins at its start, never falls, and ends with everything', () => {
    fc.assert(
      fc.property(
        anyPacing,
        fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 2 }),
        (pacing, times) => {
          expect(pacing.share(0)).toBeCloseTo(pacing.options.start, 12)
          const shares = times.sort((a, b) => a - b).map((time) => pacing.share(time))
          for (let i = 1; i < shares.length; i++) expect(shares[i]).toBeGreaterThanOrEqual(shares[i - 1])
          for (const share of shares) expect(share > 0 && share <= 1).toBe(true)
          expect(pacing.share(1e6)).toBe(1)
        },
      ),
    )
  })

  // By the formulas of the papers, in Python.
  it.each<[Pacing, number[]]>([
    [linearPacing({ start: 0.2, epochs: 4 }), [0.2, 0.4, 0.6, 0.8, 1, 1]],
    [rootPacing({ start: 0.2, epochs: 4 }), [0.2, 0.5291502622, 0.7211102551, 0.8717797887, 1, 1]],
    [rootPacing({ start: 0.2, epochs: 4, degree: 1 }), [0.2, 0.4, 0.6, 0.8, 1, 1]],
    [stepPacing({ start: 0.3, epochs: 2 }), [0.3, 0.3, 1, 1, 1, 1]],
    [exponentialPacing({ start: 0.04, every: 1 }), [0.04, 0.076, 0.1444, 0.27436, 0.521284, 0.9904396]],
    [exponentialPacing({ start: 0.5, increase: 1.5, every: 2 }), [0.5, 0.5, 0.75, 0.75, 1, 1]],
  ])('%o', (pacing, shares) => {
    shares.forEach((share, epoch) => {
      expect(pacing.share(epoch)).toBeCloseTo(share, 9)
    })
  })

  it.each<() => unknown>([
    () => linearPacing({ start: 0, epochs: 4 }),
    () => linearPacing({ start: 1.5, epochs: 4 }),
    () => rootPacing({ start: 0.1, epochs: 0 }),
    () => rootPacing({ start: 0.1, epochs: 2, degree: Number.NaN }),
    () => stepPacing({ start: Number.NaN, epochs: 2 }),
    () => exponentialPacing({ start: 0.1, every: 0 }),
    () => exponentialPacing({ start: 0.1, every: 1, increase: 1 }),
  ])('refuses bad options', async (act) => {
    await fails('data/bad-pacing', act)
  })
})

describe('curriculum', () => {
  it('draws from the easiest alone, each about equally often, and fills every epoch', () => {
    const scores = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(scores, start, fc.nat(99), fc.nat(99), (values, share, seed, epoch) => {
        const size = values.length
        const order = curriculum({ scores: values, pacing: constant(share) }).over(rowsOf(size), seed)
        const rows = order.epochOrder(epoch)
        const letIn = Math.max(1, Math.round(share * size))
        const limit = [...values].sort((a, b) => a - b)[letIn - 1]
        expect(rows).toHaveLength(size)
        const counts = new Map<number, number>()
        for (const row of rows) {
          expect(values[row]).toBeLessThanOrEqual(limit)
          counts.set(row, (counts.get(row) ?? 0) + 1)
        }
        expect(counts.size).toBe(letIn)
        expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1)
        expect(order.epochOrder(epoch)).toEqual(rows)
      }),
    )
  })

  it('is a full shuffle once everything is let in', () => {
    const order = curriculum({
      scores: sequentialOrder(50),
      pacing: linearPacing({ start: 0.1, epochs: 3 }),
    }).over(rowsOf(50), 0)
    for (const epoch of [3, 4]) {
      expect([...order.epochOrder(epoch)].sort((a, b) => a - b)).toEqual([...sequentialOrder(50)])
    }
    expect(order.epochOrder(3)).not.toEqual(order.epochOrder(4))
  })

  it('lets more in within an epoch, as often as asked', () => {
    const hardest = (updates: number): number[] => {
      const pacing = linearPacing({ start: 0.1, epochs: 1 })
      const order = curriculum({ scores: sequentialOrder(1000), pacing, updates })
      const rows = order.over(rowsOf(1000), 0).epochOrder(0)
      return [0, 1, 2, 3].map((quarter) => Math.max(...rows.subarray(quarter * 250, (quarter + 1) * 250)))
    }
    expect(hardest(1)).toEqual([99, 99, 99, 99])
    const bounds = [324, 549, 774, 999]
    hardest(100).forEach((value, quarter) => {
      expect(value).toBeLessThan(bounds[quarter])
      expect(value).toBeGreaterThan(bounds[quarter] - 100)
    })
  })

  it('can give each example once, in epochs that grow', () => {
    const pacing = linearPacing({ start: 0.2, epochs: 4 })
    const order = curriculum({ scores: sequentialOrder(10), pacing, repeat: false }).over(rowsOf(10), 3)
    const epochs = [0, 1, 2, 3, 4, 5].map((epoch) => [...order.epochOrder(epoch)])
    expect(epochs.map((rows) => rows.length)).toEqual([2, 4, 6, 8, 10, 10])
    expect(epochs.map((_, epoch) => order.length(epoch))).toEqual([2, 4, 6, 8, 10, 10])
    for (const rows of epochs) expect(rows.sort((a, b) => a - b)).toEqual([...sequentialOrder(rows.length)])
  })

  it('keeps the proportions of the classes, unless told not to', () => {
    // Class 0 is easy as a whole, class 1 hard.
    const data = rowsOf(100, 2)
    const scores = Array.from({ length: 100 }, (_, row) => (row % 2) * 1000 + row)
    const classes = (keepClasses: boolean): number => {
      const rows = curriculum({ scores, pacing: constant(0.2), keepClasses })
        .over(data, 0)
        .epochOrder(0)
      return new Set([...rows].map((row) => row % 2)).size
    }
    expect(classes(true)).toBe(2)
    expect(classes(false)).toBe(1)
    const rows = curriculum({ scores, pacing: constant(0.2) })
      .over(data, 0)
      .epochOrder(0)
    expect([...new Set(rows)].sort((a, b) => a - b)).toEqual([...sequentialOrder(20)])
  })

  it('can begin at the hard end, and breaks ties at random', () => {
    const hard = curriculum({ scores: sequentialOrder(10), pacing: constant(0.3), first: 'hard' })
    expect([...new Set(hard.over(rowsOf(10), 0).epochOrder(0))].sort()).toEqual([7, 8, 9])
    const order = curriculum({ scores: new Array<number>(10).fill(1), pacing: constant(0.3) })
    const easiest = (seed: number): string =>
      String([...new Set(order.over(rowsOf(10), seed).epochOrder(0))].sort((a, b) => a - b))
    expect(new Set([1, 2, 3, 4, 5].map(easiest)).size).toBeGreaterThan(1)
  })

  it('has a fingerprint of scores, pacing and seed', async () => {
    const print = (options: Partial<CurriculumOptions>, seed = 0): Promise<string> => {
      const usual = { scores: [3, 1, 2, 5, 4], pacing: linearPacing({ start: 0.2, epochs: 2 }) }
      return curriculum({ ...usual, ...options })
        .over(rowsOf(5), seed)
        .fingerprint()
    }
    const prints = [
      await print({}),
      await print({ scores: [3, 1, 2, 4, 5] }),
      await print({ pacing: linearPacing({ start: 0.2, epochs: 3 }) }),
      await print({}, 1),
      await print({ updates: 5 }),
      await print({ repeat: false }),
    ]
    expect(new Set(prints).size).toBe(6)
    expect(await print({})).toBe(prints[0])
  })

  it('says what is wrong with scores, in three lines', async () => {
    const pacing = constant(1)
    const error = await fails('data/score-count', () => curriculum({ scores: [1, 2, 3], pacing }).over(rowsOf(5), 0))
    expect(error.message).toBe(
      'curriculum of rows: there must be one score for each example\n' +
        'received: 3 scores for 5 examples\n' +
        'try: give 5 scores, of the training examples alone and in their order',
    )
    await fails('data/bad-score', () => curriculum({ scores: [1, Number.NaN], pacing }).over(rowsOf(2), 0))
    await fails('data/bad-score', () =>
      curriculum({ scores: () => Number.POSITIVE_INFINITY, pacing }).over(rowsOf(2), 0),
    )
    await fails('data/bad-pacing', () =>
      curriculum({ scores: [1, 2], pacing: constant(0) })
        .over(rowsOf(2), 0)
        .epochOrder(0),
    )
    await fails('data/bad-count', () => curriculum({ scores: [1, 2], pacing, updates: 0 }))
    await fails('data/bad-count', () => curriculum({ scores: [1, 2], pacing, repeat: false, updates: 2 }))
    await fails('data/bad-seed', () => curriculum({ scores: [1, 2], pacing }).over(rowsOf(2), -1))
  })
})

describe('scores', () => {
  it('of a function see inputs, target and row', () => {
    const seen = scoresOf(rowsOf(600, 3), ([x], [label], row) => x + 1000 * label + row)
    expect(seen[5]).toBe(5 + 2000 + 5)
    expect(seen[599]).toBe(599 + 2000 + 599)
    const numbers = arrays({
      inputs: Float32Array.of(1, 2),
      inputShape: [1],
      numbers: Float32Array.of(3, 4, 5, 6),
      names: ['u', 'v'],
    })
    expect([...scoresOf(numbers, ([x], [u, v]) => x + 10 * u + 100 * v)]).toEqual([431, 652])
  })

  it('of a column are its numbers', async () => {
    const found = table(
      [
        ['length', 'word', 'y'],
        ['3', 'a', 'p'],
        ['1', 'b', 'q'],
        ['2', 'a', 'p'],
      ],
      { target: 'y' },
    )
    expect([...columnScores(found, 'length', Int32Array.of(2, 0))]).toEqual([2, 3])
    const missing = await fails('data/missing-column', () => columnScores(found, 'lenght', Int32Array.of(0)))
    expect(missing.try).toContain('length')
    await fails('data/bad-score', () => columnScores(found, 'word', Int32Array.of(0)))
  })

  it('of predictions are the losses, finite even where a probability is 0', async () => {
    const scores = lossScores([0.5, 0.5, 0.25, 0.75, 1, 0], [0, 1, 1])
    expect(scores[0]).toBeCloseTo(Math.LN2, 12)
    expect(scores[1]).toBeCloseTo(-Math.log(0.75), 12)
    expect(scores[2]).toBeGreaterThan(80)
    expect(Number.isFinite(scores[2])).toBe(true)
    await fails('data/unequal-count', () => lossScores([1, 2, 3], [0, 1]))
  })
})
