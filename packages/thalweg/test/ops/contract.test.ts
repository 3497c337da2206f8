import { CONTRACT_OPS, contractCase, referenceBackend, wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { describe, expect, test } from 'vitest'
import { DIFFERENTIABLE_OPS, slopeCases, slopeErrors } from './check-slopes.ts'
import { failuresOf } from './run-cases.ts'

/** Of each kind and several sizes. */
const TURNS = [4, 13, 22, 31, 40]

describe('a few cases of every op (all of them: contract.slow.test.ts, slopes.slow.test.ts)', () => {
  const reference = createEngine(referenceBackend())
  const wasm = createEngine(wasmBackend())

  test.each(CONTRACT_OPS)('%s on wasm agrees with the reference', (op) => {
    const cases = TURNS.map((turn) => contractCase(op, turn))
    expect(failuresOf(wasm, reference, cases)).toEqual([])
  })

  test.each(DIFFERENTIABLE_OPS)('the gradient of %s agrees with differences', (op) => {
    for (const graph of slopeCases(op, 1)) expect(slopeErrors(reference, graph).first).toBeLessThan(1e-6)
  })
})
