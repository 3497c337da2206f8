import { expect, test } from 'vitest'
import { markdown, median, quantile } from './report.ts'

test('median and quantiles of known lists', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(quantile([5, 1, 4, 2, 3], 0)).toBe(1)
  expect(quantile([5, 1, 4, 2, 3], 0.9)).toBe(5)
})

test('the table gives each contender its time over the subject of the same thread count', () => {
  const row = { workload: 'mlp', about: 'as it is', threads: 1 }
  const text = markdown([
    { ...row, contender: 'thalweg', median: 2, fastest: 1.9, slowest: 2.1 },
    { ...row, contender: 'peer', median: 5, fastest: 4, slowest: 6 },
    { ...row, contender: 'peer', threads: 2, median: 5, fastest: 4, slowest: 6 },
    { ...row, contender: 'other', unsupported: 'cannot' },
  ])
  expect(text).toContain('| peer: as it is | 1 | 5.00 | 4.00-6.00 | 2.50 |')
  expect(text).toContain('| peer: as it is | 2 | 5.00 | 4.00-6.00 |  |')
  expect(text).toContain('| other | 1 | cannot |')
})
