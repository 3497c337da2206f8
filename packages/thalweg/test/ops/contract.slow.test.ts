import { CONTRACT_OPS, contractCases, referenceBackend, wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { describe, expect, test } from 'vitest'
import { failuresOf } from './run-cases.ts'

const CASES = 100

describe('the wasm backend agrees with the reference', () => {
  const reference = createEngine(referenceBackend())
  const wasm = createEngine(wasmBackend())
  test.each(CONTRACT_OPS)('%s', (op) => {
    expect(failuresOf(wasm, reference, contractCases(op, CASES)).slice(0, 5)).toEqual([])
  })
})
