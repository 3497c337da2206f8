/** Threads must not be seen in any result: the same bits for any number of them. */
import { CONTRACT_OPS, contractCase, wasmBackend } from 'thalweg/backend'
import { createEngine, type Engine } from 'thalweg/compile'
import { describe, expect, test } from 'vitest'
import { digestOfTraining } from './digests.ts'
import { bitsOf } from './ops/run-cases.ts'

/** Shares even the smallest kernels, and waits until all threads are there. */
const shared = (threads: number): Engine => createEngine(wasmBackend({ threads, sharing: 'evenly' }))
const alone = createEngine(wasmBackend({ threads: 1 }))

describe('the same bits', () => {
  test('of a whole training run on one, two and three threads', async () => {
    const digests = [alone, shared(2), shared(3)].map((engine) => digestOfTraining(engine, 'small'))
    const [one, two, three] = await Promise.all(digests)
    expect(two).toBe(one)
    expect(three).toBe(one)
  })

  const three = shared(3)
  test.each(CONTRACT_OPS)('of %s and its gradient', (op) => {
    const cases = [5, 14, 23, 32].map((turn) => contractCase(op, turn))
    expect(bitsOf(three, cases)).toEqual(bitsOf(alone, cases))
  })
})

describe('the number of threads', () => {
  test.each([0, 1.5, Number.NaN, 1000])('%d is refused', (threads) => {
    expect(() => wasmBackend({ threads })).toThrow('wasmBackend: the number of threads must be a whole number')
  })

  test('is among the features', () => {
    expect(wasmBackend({ threads: 1 }).features).toContain('1 thread')
    expect(wasmBackend({ threads: 2 }).features).toContain('2 threads')
  })
})
