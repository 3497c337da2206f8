import fc from 'fast-check'
import { type Shape, sizeOf } from 'thalweg/base'
import { recordStep } from 'thalweg/compile'
import { constant, createNode, type Node } from 'thalweg/graph'
import { describe, expect, test } from 'vitest'
import { mismatch, ROUNDING } from './compare.ts'
import { interpreterBackend } from './interpreter.ts'
import { randomStep } from './random-graph.ts'

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
  'a constant that is an operand, and an output that a later kernel writes': (x) => {
    const two = createNode('reshape', [constant(2)], { shape: [1, 1] })
    const all = createNode('reshape', [total(x, 0, 1)], { shape: [1, 1] })
    return [two, product(two, all), apply('neg', product(all, all))]
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
    const step = { graph, inputs, variables: [], exact: graph.outputs.map(() => false) }
    expect(mismatch(step, interpreterBackend(), ROUNDING.float64)).toBeUndefined()
  })

  test('a lowered step computes what the recorded one does', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), (seed, size) => {
        expect(mismatch(randomStep(seed, size), interpreterBackend(), ROUNDING.float64)).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })
})
