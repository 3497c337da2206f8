import { CONTRACT_OPS, contractCases, referenceBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { describe, expect, test } from 'vitest'
import { failuresOf } from './run-cases.ts'

const CASES = 120

describe('reference backend against itself', () => {
  const reference = createEngine(referenceBackend())
  test.each(CONTRACT_OPS)('%s', (op) => {
    expect(failuresOf(reference, reference, contractCases(op, CASES)).slice(0, 5)).toEqual([])
  })
})
