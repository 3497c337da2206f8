/** Outputs that only look on: they have their values, and everything else has the bits that it has without them. */
import fc from 'fast-check'
import { wasmBackend } from 'thalweg/backend'
import { random, type TypedArray } from 'thalweg/base'
import { assign, createEngine, lower, recordStep } from 'thalweg/compile'
import { createNode, createVariable, type Node, readVariable, stepNodes } from 'thalweg/graph'
import { describe, expect, test } from 'vitest'
import { mismatch, ROUNDING } from './compare.ts'
import { interpreterBackend } from './interpreter.ts'
import { type RandomStep, randomStep } from './random-graph.ts'

/** The step with some of its values as asides, whatever they are. */
function watched({ graph, exact, ...others }: RandomStep, seed: number): RandomStep {
  const draw = random(seed, 'asides')
  const seen: readonly Node[] = stepNodes(graph).filter(() => draw.uniform() < 0.3)
  const outputs = [...graph.outputs, ...seen]
  return {
    graph: { ...graph, outputs, asides: seen.length },
    exact: outputs.map((_, i) => exact[i] ?? false),
    ...others,
  }
}

/** Outputs and variables after two runs. */
function left({ graph, inputs, variables }: RandomStep, outputs: number): TypedArray[] {
  const engine = createEngine(wasmBackend({ threads: 1 }))
  for (const { variable, value } of variables) engine.write(variable, value)
  const plan = engine.compile(graph)
  plan.run(inputs)
  plan.run(inputs)
  const values = Array.from({ length: outputs }, (_, i) => plan.read(i))
  plan.release()
  return [...values, ...variables.map(({ variable }) => engine.read(variable))]
}

const wide = (node: Node): Node => createNode('broadcast', [node], { shape: [2, 3] })
const total = (node: Node): Node => createNode('sum', [node], { axes: [0, 1] })
const steps = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 }), fc.nat())

describe('asides', () => {
  test('have the values that the recorded step gives them', () => {
    fc.assert(
      fc.property(steps, ([seed, size, pick]) => {
        expect(mismatch(watched(randomStep(seed, size), pick), interpreterBackend(), ROUNDING.float64)).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })

  test('read a variable before and after it is set', () => {
    const weight = createVariable({ name: 'w', shape: [2, 3] })
    const graph = recordStep([{ name: 'x', shape: [2, 3], dtype: 'float32' }], ([x]) => {
      const old = readVariable(weight)
      const early = createNode('sum', [createNode('exp', [old], {})], { axes: [0] })
      // Two sums, one after the other, stand between the early reader and what sets the variable.
      const once = total(createNode('mul', [x, old], {}))
      const twice = total(createNode('mul', [x, wide(createNode('exp', [once], {}))], {}))
      const next = createNode('add', [old, wide(twice)], {})
      assign(weight, next)
      return [early, total(createNode('sub', [next, old], {})), total(createNode('mul', [next, next], {}))]
    })
    const step = {
      graph: { ...graph, asides: 3 },
      inputs: [Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6)],
      exact: [false, false, false],
    }
    const variables = [{ variable: weight, value: Float64Array.of(0.5, -1, 0.25, 1, -0.5, 0.75) }]
    expect(mismatch({ ...step, variables }, interpreterBackend(), ROUNDING.float64)).toBeUndefined()
  })

  test('change no bit of the rest', () => {
    fc.assert(
      fc.property(steps, ([seed, size, pick]) => {
        const step = randomStep(seed, size)
        const outputs = step.graph.outputs.length
        expect(left(watched(step, pick), outputs)).toEqual(left(step, outputs))
      }),
      { numRuns: 25 },
    )
  })

  test('leave the kernels of the rest as they are: some store a value more', () => {
    const step = randomStep(7, 40)
    const kinds = (graph: RandomStep['graph']): string[] =>
      lower(graph).kernels.map(({ label, kind }) => `${kind} ${label}`)
    const [alone, both] = [kinds(step.graph), kinds(watched(step, 7).graph)]
    expect(both.length).toBeGreaterThan(alone.length)
    let at = 0
    for (const kernel of both) if (kernel === alone[at]) at++
    expect(at).toBe(alone.length)
  })
})
