import fc from 'fast-check'
import { type Backend, referenceBackend } from 'thalweg/backend'
import { type Shape, sizeOf, type TypedArray } from 'thalweg/base'
import { createEngine, recordStep } from 'thalweg/compile'
import { createNode, type Node, printGraph } from 'thalweg/graph'
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

const apply = (op: 'add' | 'mul' | 'sub' | 'exp' | 'sin' | 'neg' | 'tanh', ...inputs: Node[]) =>
  createNode(op, inputs, {})
const turned = (x: Node) => createNode('transpose', [x], { permutation: [1, 0] })
const spread = (x: Node, shape: Shape) => createNode('broadcast', [x], { shape })
const total = (x: Node, ...axes: number[]) => createNode('sum', [x], { axes })
const product = (a: Node, b: Node) => createNode('matmul', [a, b], { transposeA: false, transposeB: false })

/** Steps on a square x and a row, each with something that a random step seldom has. */
const corners: Record<string, (x: Node, row: Node) => Node[]> = {
  'a value read straight and turned by its last reader': (x) => {
    const a = product(x, x)
    return [product(apply('add', a, turned(a)), x)]
  },
  'a value read straight in the loops and again after them': (x) => {
    const a = spread(total(x, 0), [5, 5])
    return [apply('sub', apply('exp', total(apply('mul', x, a), 1)), total(x, 0))]
  },
  'two results that could both take the place of one operand': (x) => {
    const a = product(x, x)
    const scaled = apply('mul', a, spread(total(a, 0), [5, 5]))
    return [product(apply('tanh', scaled), apply('sin', scaled))]
  },
  'a sum of differences of products with what is repeated': (x, row) => {
    const wide = spread(row, [5, 5])
    const first = apply('neg', apply('mul', x, wide))
    return [total(first, 0), total(apply('sub', first, apply('mul', wide, apply('exp', x))), 0)]
  },
  'a value worth storing for those who need it later': (x, row) => {
    const a = apply('tanh', apply('add', product(x, x), spread(row, [5, 5])))
    const centred = apply('sub', a, spread(total(a, 0), [5, 5]))
    return [total(apply('mul', centred, centred), 0), apply('mul', centred, spread(total(centred, 1), [5, 5]))]
  },
  'a sum beside a loop that stores into what it reads': (x) => {
    const a = product(x, x)
    const b = apply('exp', a)
    return [total(b, 1), product(b, x), total(a, 0)]
  },
}

describe('lowering', () => {
  test.each(Object.entries(corners))('%s', (_, record) => {
    const slots = [
      { name: 'x', shape: [5, 5], dtype: 'float32' },
      { name: 'row', shape: [5], dtype: 'float32' },
    ] as const
    const inputs = slots.map(({ shape }, i) =>
      Float64Array.from({ length: sizeOf(shape) }, (_, at) => Math.sin(at + i)),
    )
    const graph = recordStep(slots, ([x, row]) => record(x, row))
    expect(mismatch({ graph, inputs, variables: [], exact: graph.outputs.map(() => false) })).toBeUndefined()
  })

  test('a lowered step computes what the recorded one does', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), (seed, size) => {
        expect(mismatch(randomStep(seed, size))).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })
})
