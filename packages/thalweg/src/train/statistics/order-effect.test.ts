import { expect, it } from 'vitest'
import { random } from '../../base/index.ts'
import { betweenBatches, orderFindings, pairOf } from './order-effect.ts'

/** Batches of `values`, which has one list of `channels` numbers for each place of each example, example by example. */
function effectOf(values: Float64Array, channels: number, places: number, batchSize: number) {
  const width = channels * places
  const pairs = []
  for (let from = 0; from < values.length; from += batchSize * width) {
    const batch = values.subarray(from, from + batchSize * width)
    pairs.push(pairOf({ examples: batch.length / width, channels, values: batch }))
  }
  return { path: 'batchNorm1', ...betweenBatches(pairs) }
}

/** Normal numbers, 100 examples of 2 channels, the second half of the examples further up by `step`. */
function halves(seed: number, step: number): Float64Array {
  const stream = random(seed, 'order-effect')
  return Float64Array.from({ length: 200 }, (_, i) => stream.normal() + (i < 100 ? 0 : step))
}

it('warns of sorted data and not of random data', () => {
  for (let seed = 0; seed < 40; seed++) {
    expect(orderFindings([effectOf(halves(seed, 0), 2, 1, 10)])).toEqual([])
    const [finding] = orderFindings([effectOf(halves(seed, 3), 2, 1, 10)])
    expect(finding).toMatchObject({ code: 'batches-not-random', layer: 'batchNorm1', severity: 'warning' })
    expect(finding.evidence.measured).toBeGreaterThan(finding.evidence.threshold)
  }
})

it('knows what lies between batches: all of it where each is of one value', () => {
  const { ratio, lost } = effectOf(
    Float64Array.from({ length: 80 }, (_, i) => Math.floor(i / 20)),
    1,
    1,
    20,
  )
  // S^2 = 80/79 * 1.25; between = 80 * 1.25 over 3 degrees of freedom.
  expect(ratio).toBeCloseTo(79 / 3, 10)
  expect(lost).toBeCloseTo(1 - 3 / 79, 10)
})

it('does not take what the places of an example have in common for what a batch has', () => {
  const stream = random(1, 'order-effect/places')
  const values = Float64Array.from({ length: 60 * 9 })
  for (let example = 0; example < 60; example++) values.fill(stream.normal(), example * 9, example * 9 + 9)
  expect(effectOf(values, 1, 9, 6).ratio).toBeLessThan(2.5)
})

it('has nothing to say about channels that never vary', () => {
  expect(effectOf(new Float64Array(64).fill(2), 2, 1, 8)).toMatchObject({ ratio: 1, lost: 0 })
})

it('leaves alone what is significant and harmless', () => {
  const effect = { path: 'batchNorm1', ratio: 1.5, threshold: 1.2, lost: 0.005 }
  expect(orderFindings([effect])).toEqual([])
  expect(orderFindings([effect, { ...effect, path: 'batchNorm2', lost: 0.2 }])[0].layer).toBe('batchNorm2')
})
