import { describeCase, referenceBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { describe, expect, test } from 'vitest'
import { DIFFERENTIABLE_OPS, slopeCases, slopeErrors } from './check-slopes.ts'

describe('every gradient agrees with central differences in float64', () => {
  test.each(DIFFERENTIABLE_OPS)('%s', (op) => {
    const engine = createEngine(referenceBackend())
    const graphs = slopeCases(op, 40)
    expect(graphs.length).toBeGreaterThan(9)
    for (const graph of graphs) {
      const { first, second } = slopeErrors(engine, graph)
      expect(first, describeCase(graph.contractCase)).toBeLessThan(1e-6)
      expect(second, `second derivative, ${describeCase(graph.contractCase)}`).toBeLessThan(1e-6)
    }
  })
})
