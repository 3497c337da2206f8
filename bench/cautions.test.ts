import { expect, test } from 'vitest'
import { cautions } from './cautions.ts'
import type { Measurement } from './report.ts'

const row = (contender: string, threads: number, median: number, fastest: number, slowest: number): Measurement => {
  return { workload: 'mlp', contender, threads, about: contender, median, fastest, slowest }
}
const peak = (threads: number, operationsPerSecond: number) => ({ threads, operationsPerSecond, bytesPerSecond: 1 })

test('figures that can be taken as they are call for nothing', () => {
  const rows = [row('a', 1, 2, 1.9, 2.2), row('a', 2, 1.1, 1, 1.9), row('a', 4, 2.05, 2, 2.2)]
  expect(cautions(rows, [peak(1, 10), peak(2, 20)])).toEqual([])
  expect(cautions([{ workload: 'mlp', contender: 'b', threads: 1, about: 'b', unsupported: 'no' }], [])).toEqual([])
})

test('threads that slow down, steps of all lengths, a noisy peak and single figures are said', () => {
  const rows = [row('a', 1, 2, 1.9, 2.2), row('a', 2, 20, 3, 25), row('b', 1, 7, 7, 7)]
  const said = cautions(rows, [peak(1, 10), peak(2, 25)])
  expect(said).toEqual([
    expect.stringMatching(/^More threads made \*\*a\*\* slower: mlp 2.00 ms on one thread, 20.0 ms on 2[.]/),
    expect.stringMatching(/^Steps of \*\*a\*\* took very different times .*: mlp on 2 threads 3.00 to 25.0 ms[.]$/),
    expect.stringMatching(/^The peak of 2 threads is 2.5 times that of one:/),
    expect.stringMatching(/: b on mlp[.]$/),
  ])
})
