import { describe, expect, test } from 'vitest'
import { ACCURACY } from '../../packages/thalweg/src/backend/wasm/math/accuracy.ts'
import { readRecord } from './record.ts'
import { sweepSample } from './sweep.ts'

const record = readRecord()

test.each(['exp', 'log', 'tanh', 'sigmoid', 'erf'])('%s has been tried with every float32', (op) => {
  expect(record[op].hash).toMatch(/^[0-9a-f]{64}$/)
})

describe.each(ACCURACY.filter(({ op }) => op in record))('$op', (accuracy) => {
  const { op, bound } = accuracy

  test('was within its bound for every float32', () => {
    expect(record[op].worst).toBeLessThanOrEqual(bound)
  })

  test('still gives the results that were recorded: else run `npm run ulp`', () => {
    const finding = sweepSample(accuracy)
    expect(finding.worst).toBeLessThanOrEqual(record[op].worst)
    expect(finding.hash).toBe(record[op].sample)
  })
})
