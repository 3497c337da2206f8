/** Many seeds of the test for random batches: how often it warns, in both directions. */
import { describe, expect, it } from 'vitest'
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

const shapes = [
  { examples: 640, channels: 8, places: 1, batchSize: 64 },
  { examples: 200, channels: 1, places: 1, batchSize: 10 },
  { examples: 90, channels: 3, places: 4, batchSize: 32 },
  { examples: 128, channels: 16, places: 1, batchSize: 64 },
]

describe.each(shapes)('of $examples examples of $channels channels and $places places', (shape) => {
  const { examples, channels, places, batchSize } = shape
  const size = examples * channels * places

  it('random order does not warn, whatever the values are', () => {
    const kinds = [
      (draw: () => number) => draw(),
      (draw: () => number) => Math.exp(2 * draw()), // heavy tails
      (draw: () => number) => (draw() > 2 ? 1 : 0), // seldom anything but 0
    ]
    for (const kind of kinds) {
      let ratios = 0
      for (let seed = 0; seed < 60; seed++) {
        const stream = random(seed, 'order-effect')
        // What the places of an example have in common must not be taken for what a batch has.
        const values = new Float64Array(size)
        for (let example = 0; example < examples; example++) {
          const common = Float64Array.from({ length: channels }, () => kind(() => stream.normal()))
          for (let i = 0; i < channels * places; i++) {
            values[example * channels * places + i] = common[i % channels] + 0.1 * kind(() => stream.normal())
          }
        }
        const effect = effectOf(values, channels, places, batchSize)
        expect(orderFindings([effect])).toEqual([])
        ratios += effect.ratio / 60
      }
      // The expectation is 1; the mean of 60 draws is nearer than four deviations of the widest case here.
      expect(Math.abs(ratios - 1)).toBeLessThan(4 * Math.sqrt(2 / (Math.ceil(examples / batchSize) - 1) / 60))
    }
  })

  it('sorted order warns, with the share that is lost', () => {
    for (let seed = 0; seed < 30; seed++) {
      const stream = random(seed, 'order-effect/sorted')
      const values = new Float64Array(size)
      for (let i = 0; i < size; i++) {
        const example = Math.floor(i / (channels * places))
        const half = example < examples / 2 ? -1.5 : 1.5
        values[i] = half + stream.normal()
      }
      const effect = effectOf(values, channels, places, batchSize)
      const [finding] = orderFindings([effect])
      // Of two batches of one channel no order can be sure; everything here has more of one or the other.
      expect(finding?.code).toBe('batches-not-random')
      expect(finding.evidence.measured).toBeGreaterThan(finding.evidence.threshold)
      // Class means at +-1.5 and variance 1 within: 2.25 of 3.25 lie between, less where a batch has both classes.
      expect(effect.lost).toBeGreaterThan(0.35)
      expect(effect.lost).toBeLessThan(0.75)
    }
  })
})
