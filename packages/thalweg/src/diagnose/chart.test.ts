import { expect, test } from 'vitest'
import { type Chart, learned } from './chart.ts'
import { createLossCurve } from './loss-curve.ts'

function chartOf(losses: readonly number[], batchSize: number): Chart {
  const curve = createLossCurve()
  for (const loss of losses) curve.add(loss)
  const parts: Partial<Chart> = {
    losses: curve,
    blindLoss: 1,
    leastLoss: 0,
    settings: { batchSize } as Chart['settings'],
  }
  return parts as Chart
}

const now = new Array<number>(40).fill(0.5)

test('where a run began is not told by one example that happened to be right', () => {
  const first = Array.from({ length: 32 }, (_, i) => (i === 0 ? 0.01 : 1.5))
  expect(learned(chartOf([...first, ...now], 1))).toBeCloseTo(0.5)
})

test('weights that are trained already begin low, and what is left of that counts', () => {
  expect(learned(chartOf([0.8, ...now], 64))).toBeCloseTo(1 - 0.5 / 0.8)
})
