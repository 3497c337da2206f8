/** Runs a step on a backend and on the reference, and says where they differ. */

import { type Backend, referenceBackend } from 'thalweg/backend'
import type { TypedArray } from 'thalweg/base'
import { createEngine } from 'thalweg/compile'
import { printGraph } from 'thalweg/graph'
import type { RandomStep } from './random-graph.ts'

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
  plan.release()
  const left = variables.map(({ variable }) => engine.read(variable))
  for (const { variable } of variables) engine.free(variable)
  return [...outputs, ...left]
}

type Close = (actual: number, expected: number, exact: boolean) => boolean

function near(actual: number, expected: number, tolerance: number): boolean {
  const scale = Math.max(1, Math.abs(actual), Math.abs(expected))
  return Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance * scale
}

/** How far results may be from the reference; `exact` ones are free of rounding in float64. */
export const ROUNDING: Readonly<Record<'float64' | 'float32', Close>> = {
  // Sums in another order may end as NaN instead of an infinity, or the other way round (simplify/linear.ts).
  float64: (actual, expected, exact) =>
    exact
      ? Object.is(actual, expected)
      : near(actual, expected, 1e-9) || !(Number.isFinite(actual) || Number.isFinite(expected)),
  // Chains of some forty ops, some of them ill-conditioned; beyond float32's range anything may have happened.
  float32: (actual, expected, exact) =>
    near(actual, expected, exact ? 1e-5 : 1e-3) ||
    !(Math.abs(expected) < 1e36) ||
    !Number.isFinite(Math.fround(expected)),
}

/** The first difference between `backend` and the reference, with the graph; undefined where there is none. */
export function mismatch(step: RandomStep, backend: Backend, isClose: Close): string | undefined {
  const expected = results(referenceBackend(), step)
  const actual = results(backend, step)
  for (const [i, values] of expected.entries()) {
    // The second run sees variables that are no longer exact.
    const exact = i < step.graph.outputs.length && step.exact[i]
    const wrong = values.findIndex((value: number, at: number) => !isClose(actual[i][at], value, exact))
    if (wrong >= 0)
      return `result ${i} [${wrong}]: ${actual[i][wrong]} instead of ${values[wrong]}\n${printGraph([
        ...step.graph.outputs,
        ...step.graph.updates.map(({ value }) => value),
      ])}`
  }
  return undefined
}
