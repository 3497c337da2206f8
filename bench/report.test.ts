import { expect, test } from 'vitest'
import { median, quantile, workloadTable } from './report.ts'

test('median and quantiles of known lists', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(quantile([5, 1, 4, 2, 3], 0)).toBe(1)
  expect(quantile([5, 1, 4, 2, 3], 0.9)).toBe(5)
})

test('a row has its time over the subject of the same thread count, and its shares of the machine', () => {
  const row = { workload: 'mlp', about: 'as it is', threads: 1, operations: 1e8 }
  const kernels = [
    { operations: 1e8, bytes: 0 }, // 1 ms at the peak
    { operations: 0, bytes: 5e6 }, // half a millisecond
  ]
  const text = workloadTable(
    [
      { ...row, contender: 'thalweg', median: 2, fastest: 1.9, slowest: 2.1, compileMs: 9.6, kernels },
      { ...row, contender: 'peer', median: 5, fastest: 4, slowest: 6, memory: { idle: 3 << 20, peak: 7 << 20 } },
      { ...row, contender: 'peer', threads: 2, median: 5, fastest: 4, slowest: 6, differs: 'half of it' },
      { ...row, contender: 'other', unsupported: 'cannot' },
    ],
    [{ threads: 1, operationsPerSecond: 1e11, bytesPerSecond: 1e10 }],
  )
  expect(text).toContain('| thalweg: as it is | 1 | 2.00 | 1.90-2.10 | 1.00 | 50.0 | 50% | 75% | 10 |  |')
  expect(text).toContain('| peer: as it is | 1 | 5.00 | 4.00-6.00 | 2.50 | 20.0 | 20% |  |  | 7 (3) |')
  expect(text).toContain('| peer: as it is (half of it) | 2 | 5.00 | 4.00-6.00 |  | 20.0 |  |')
  expect(text).toContain('| other | 1 | cannot |')
})
