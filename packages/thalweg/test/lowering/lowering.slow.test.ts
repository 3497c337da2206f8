import fc from 'fast-check'
import { wasmBackend } from 'thalweg/backend'
import { describe, expect, test } from 'vitest'
import { mismatch, ROUNDING } from './compare.ts'
import { interpreterBackend } from './interpreter.ts'
import { randomStep } from './random-graph.ts'

describe('random steps', () => {
  test('interpreted, many and large ones', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 20, max: 120 }), (seed, size) => {
        expect(mismatch(randomStep(seed, size), interpreterBackend(), ROUNDING.float64)).toBeUndefined()
      }),
      { numRuns: 600 },
    )
  }, 200_000)

  test('on wasm', () => {
    const backend = wasmBackend()
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 5, max: 40 }), (seed, size) => {
        expect(mismatch(randomStep(seed, size), backend, ROUNDING.float32)).toBeUndefined()
      }),
      { numRuns: 150 },
    )
  }, 200_000)
})
