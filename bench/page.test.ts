import { expect, test } from 'vitest'
import { describeMachine, type Figures } from './figures.ts'
import { speedPage } from './page.ts'

const row = (contender: string, threads: number, median: number) => {
  return { workload: 'tiny', contender, threads, about: contender, median, fastest: median, slowest: 1.5 * median }
}
const figures: Figures = {
  commands: ['npm run bench'],
  date: '2026-11-23',
  machine: describeMachine(),
  peaks: [{ threads: 1, operationsPerSecond: 8e10, productPerSecond: 6e10, bytesPerSecond: 1e10 }],
  measurements: [row('thalweg', 1, 2), row('thalweg', 2, 1), row('pytorch', 1, 6), row('pytorch', 2, 50)],
  scaling: [],
}

test('nobody is held to threads that slow it down, and the page says that they do', () => {
  const page = speedPage(figures)
  expect(page).toContain('| tiny | 2 | 1.00 | 50.0 |')
  expect(page).toContain('| tiny | the best | 1.00 | 6.00 |')
  expect(page).toContain('- More threads made **pytorch** slower: tiny 6.00 ms on one thread, 50.0 ms on 2.')
})

test('the peak is said to be what it was measured by', () => {
  expect(speedPage(figures)).toContain('| 1 | 80.0 | 60.0 (75%) | 10.0 |')
  const earlier = { ...figures, peaks: [{ threads: 1, operationsPerSecond: 8e10, bytesPerSecond: 1e10 }] }
  expect(speedPage(earlier)).toContain("by Thalweg's matrix product")
  expect(speedPage(earlier)).toContain('| threads | GFLOP/s | GB/s |')
})

test('curves have their exponents beside those of their work', () => {
  const points = [1, 2, 4, 8].map((value) => ({ value, milliseconds: value ** 2, operations: value }))
  const page = speedPage({ ...figures, scaling: [{ name: 'mlp', axis: 'batch', contender: 'thalweg', points }] })
  expect(page).toContain('| mlp: batch | 1 to 8 | 2.00 | 1.00 | 2 (2.0 times), 4 (4.0 times), 8 (8.0 times) |')
  expect(page).toContain('![Time against sizes](images/scaling.svg)')
})
