import fc from 'fast-check'
import { type Backend, firstMismatch, referenceBackend, VALUE_TOLERANCE, wasmBackend } from 'thalweg/backend'
import type { TypedArray } from 'thalweg/base'
import { createEngine } from 'thalweg/compile'
import { expect, test } from 'vitest'
import { buildProgram, type Instruction, KINDS, type RandomProgram, startingValues } from './random-program.ts'

/** Beyond it a float32 may round; programs that grow so far say nothing. */
const LARGEST = 2 ** 20
const RUNS = 3

const instruction: fc.Arbitrary<Instruction> = fc.record({
  kind: fc.nat(KINDS - 1),
  choices: fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30), fc.nat(30)),
})

/** Outputs of each run, then what the variables are left with. */
function trace({ step, variables }: RandomProgram, backend: Backend): TypedArray[] {
  const engine = createEngine(backend)
  variables.forEach((variable, i) => {
    engine.write(variable, startingValues(variable.shape, i))
  })
  const plan = engine.compile(step)
  const results: TypedArray[] = []
  for (let run = 0; run < RUNS; run++) {
    plan.run(step.inputs.map(({ shape }, i) => startingValues(shape, i + run)))
    results.push(...step.outputs.map((_, output) => plan.read(output)))
  }
  return [...results, ...variables.map((variable) => engine.read(variable))]
}

function isExact(program: RandomProgram): boolean {
  const outputs = program.all.filter(({ dtype }) => dtype === 'float32')
  return trace({ ...program, step: { ...program.step, outputs } }, referenceBackend()).every((values) =>
    values.every((value) => Math.abs(value) <= LARGEST && Number.isInteger(value * 16)),
  )
}

test('random programs compute the same on wasm', () => {
  let checked = 0
  fc.assert(
    fc.property(fc.array(instruction, { minLength: 5, maxLength: 60, size: 'max' }), (instructions) => {
      const program = buildProgram(instructions)
      fc.pre(isExact(program))
      checked++
      const expected = trace(program, referenceBackend())
      const actual = trace(program, wasmBackend())
      expected.forEach((values, i) => {
        expect(firstMismatch(values, actual[i], VALUE_TOLERANCE.sum), `result ${i}`).toBeUndefined()
      })
    }),
    { seed: 1, numRuns: 100 },
  )
  expect(checked).toBeGreaterThan(60)
})
