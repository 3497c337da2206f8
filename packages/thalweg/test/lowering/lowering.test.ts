import fc from 'fast-check'
import { type Backend, referenceBackend } from 'thalweg/backend'
import type { TypedArray } from 'thalweg/base'
import { createEngine } from 'thalweg/compile'
import { printGraph } from 'thalweg/graph'
import { describe, expect, test } from 'vitest'
import { interpreterBackend } from './interpreter.ts'
import { type RandomStep, randomStep } from './random-graph.ts'

/** Outputs of two runs in a row, then the variables as they were left. */
function results(backend: Backend, { graph, inputs, variables }: RandomStep): TypedArray[] {
  const engine = createEngine(backend)
  for (const { variable, value } of variables) engine.write(variable, value)
  const plan = engine.compile(graph)
  const outputs: TypedArray[] = []
  for (let run = 0; run < 2; run++) {
    plan.run(inputs)
    outputs.push(...graph.outputs.map((_, i) => plan.read(i)))
  }
  return [...outputs, ...variables.map(({ variable }) => engine.read(variable))]
}

function close(a: number, b: number, exact: boolean): boolean {
  if (exact) return Object.is(a, b)
  return (
    a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))
  )
}

function mismatch(step: RandomStep): string | undefined {
  const expected = results(referenceBackend(), step)
  const actual = results(interpreterBackend(), step)
  for (const [i, values] of expected.entries()) {
    // The second run sees variables that are no longer exact.
    const exact = i < step.graph.outputs.length && step.exact[i]
    const wrong = values.findIndex((value: number, at: number) => !close(value, actual[i][at], exact))
    if (wrong >= 0)
      return `result ${i} [${wrong}]: ${actual[i][wrong]} instead of ${values[wrong]}\n${printGraph([
        ...step.graph.outputs,
        ...step.graph.updates.map(({ value }) => value),
      ])}`
  }
  return undefined
}

describe('lowering', () => {
  test('a lowered step computes what the recorded one does', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), (seed, size) => {
        expect(mismatch(randomStep(seed, size))).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })
})
