import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine, evaluate } from '../compile/index.ts'
import {
  type Attributes,
  constant,
  createNode,
  type Node,
  type OpName,
  topologicalOrder,
  withScope,
} from '../graph/index.ts'
import { gradients } from './backward.ts'

const engine = createEngine(referenceBackend())
const inf = Infinity
const nan = Number.NaN

function apply<Op extends OpName>(op: Op, inputs: readonly Node[], attributes: Attributes[Op]): Node {
  return createNode(op, inputs, attributes)
}

function floats(values: readonly number[], shape: readonly number[] = [values.length]): Node {
  return apply('literal', [], { data: Float64Array.from(values), shape, dtype: 'float32' })
}

function total(x: Node): Node {
  return apply('sum', [x], { axes: x.shape.map((_, axis) => axis) })
}

function valuesOf(node: Node): number[] {
  return Array.from(evaluate([node], engine)[0])
}

/** The gradients of the sum of all elements of `result`. */
function slopes(result: Node, ...wrt: Node[]): number[][] {
  return gradients(total(result), wrt).map(valuesOf)
}

describe('where there is no derivative', () => {
  test('max and min share a tie evenly, and let NaN through', () => {
    const [a, b] = [floats([1, 2, 3, nan]), floats([1, 3, 2, 0])]
    expect(slopes(apply('max', [a, b], {}), a, b)).toEqual([
      [0.5, 0, 1, 1],
      [0.5, 1, 0, 1],
    ])
    expect(slopes(apply('min', [a, b], {}), a, b)).toEqual([
      [0.5, 1, 0, 1],
      [0.5, 0, 1, 1],
    ])
  })

  test('reduceMax and reduceMin share ties evenly', () => {
    const x = floats([4, 4, 1, 2, 2, 2], [2, 3])
    expect(slopes(apply('reduceMax', [x], { axes: [1] }), x)).toEqual([[1 / 2, 1 / 2, 0, 1 / 3, 1 / 3, 1 / 3]])
    expect(slopes(apply('reduceMin', [x], { axes: [0, 1] }), x)).toEqual([[0, 0, 1, 0, 0, 0]])
  })

  test('the gradient of a maximum over NaN is NaN', () => {
    const x = floats([1, nan, 2])
    expect(slopes(apply('reduceMax', [x], { axes: [0] }), x)).toEqual([[nan, nan, nan]])
  })

  test('abs has slope 0 at 0; sign, floor and ceil have slope 0', () => {
    const x = floats([-2, 0, 3])
    expect(slopes(apply('abs', [x], {}), x)).toEqual([[-1, 0, 1]])
    for (const op of ['sign', 'floor', 'ceil'] as const) expect(slopes(apply(op, [x], {}), x)).toEqual([[0, 0, 0]])
  })

  test('the first largest of a window takes all', () => {
    const x = floats([5, 5, 1, 5], [1, 2, 2, 1])
    const pool = apply('maxPool', [x], { window: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] })
    expect(slopes(pool, x)).toEqual([[1, 0, 0, 0]])
  })

  test('sqrt is infinitely steep at 0', () => {
    const x = floats([0, 4])
    expect(slopes(apply('sqrt', [x], {}), x)).toEqual([[inf, 0.25]])
  })
})

describe('pow', () => {
  test('at base 0', () => {
    const [base, exponent] = [floats([0, 0, 0, 0]), floats([0, 1, 2, 0.5])]
    expect(slopes(apply('pow', [base, exponent], {}), base, exponent)).toEqual([
      [0, 1, 0, inf],
      [0, 0, 0, 0],
    ])
  })

  test('of a negative base with a whole exponent', () => {
    const [base, exponent] = [floats([-2]), floats([3])]
    expect(slopes(apply('pow', [base, exponent], {}), base)).toEqual([[12]])
  })

  test('the slope in the base changes with the exponent, at exponent 0 too', () => {
    const [base, exponent] = [floats([4]), floats([0])]
    const [inBase] = gradients(total(apply('pow', [base, exponent], {})), [base])
    expect(slopes(inBase, exponent)).toEqual([[1 / 4]])
  })

  test('second and third derivatives of x^2 at 0', () => {
    const x = floats([0])
    const first = gradients(total(apply('pow', [x, floats([2])], {})), [x])[0]
    const second = gradients(total(first), [x])[0]
    const third = gradients(total(second), [x])[0]
    expect([first, second, third].map(valuesOf)).toEqual([[0], [2], [0]])
  })
})

describe('the walk back', () => {
  test('adds up what comes along several paths', () => {
    const x = floats([3])
    const square = apply('mul', [x, x], {})
    expect(slopes(apply('add', [square, apply('mul', [square, x], {})], {}), x)).toEqual([[6 + 27]])
  })

  test('gives zeros where the loss does not depend on the value, and stops where it is told to', () => {
    const [x, other] = [floats([1, 2]), floats([3, 4, 5])]
    const stopped = apply('stopGradient', [apply('exp', [x], {})], {})
    expect(slopes(apply('mul', [stopped, x], {}), x, other)).toEqual([
      [Math.E, Math.exp(2)],
      [0, 0, 0],
    ])
  })

  test('no gradient passes through integers', () => {
    const x = floats([1.5, 2.5])
    const there = apply('cast', [apply('cast', [x], { dtype: 'int32' })], { dtype: 'float32' })
    expect(slopes(apply('mul', [there, x], {}), x)).toEqual([[1, 2]])
  })

  test('with respect to a value in the middle', () => {
    const x = floats([2])
    const middle = apply('mul', [x, x], {})
    expect(slopes(apply('mul', [middle, middle], {}), middle, x)).toEqual([[8], [32]])
  })

  test('does not visit what leads nowhere', () => {
    const [x, w] = [floats([1, 2], [1, 2]), floats([3, 4], [2, 1])]
    const product = apply('matmul', [apply('exp', [x], {}), w], { transposeA: false, transposeB: false })
    const [slope] = gradients(total(product), [w])
    const made = topologicalOrder([slope]).filter((node) => node.op === 'matmul')
    expect(made).toHaveLength(1)
  })

  test('needs no transposed copy for any matmul', () => {
    for (const transposeA of [false, true])
      for (const transposeB of [false, true]) {
        const a = floats([1, 2, 3, 4, 5, 6], transposeA ? [3, 2] : [2, 3])
        const b = floats([1, 2, 3], transposeB ? [1, 3] : [3, 1])
        const found = gradients(total(apply('matmul', [a, b], { transposeA, transposeB })), [a, b])
        expect(topologicalOrder(found).some((node) => node.op === 'transpose')).toBe(false)
      }
  })

  test('sums over the axes that were broadcast, and no others', () => {
    const x = floats([1, 2], [2, 1, 1])
    const [slope] = gradients(total(apply('broadcast', [x], { shape: [3, 2, 4, 1] })), [x])
    const sums = topologicalOrder([slope]).filter((node) => node.op === 'sum')
    expect(sums.map(({ attributes }) => attributes)).toEqual([{ axes: [0, 2] }])
  })

  test('puts gradient nodes in the layer of what they are the gradient of', () => {
    const x = floats([1, 2])
    const y = withScope('block', () => withScope('dense1', () => apply('exp', [x], {})))
    const [slope] = gradients(total(y), [x])
    expect(slope).toMatchObject({ op: 'mul', scope: 'block.dense1' })
  })

  test.each([
    ['a loss that is no scalar', floats([1, 2]), floats([1])],
    ['an integer loss', constant(1, 'int32'), floats([1])],
    ['an integer to differentiate by', constant(1), constant(1, 'int32')],
  ])('refuses %s', (_, loss, wrt) => {
    expect(() => gradients(loss, [wrt])).toThrow(/gradients: .*\nreceived: .*\ntry: /)
  })
})

/** An op that is linear in its operand, with the shape of the operand. */
const linear: readonly [string, readonly number[], (x: Node) => Node][] = [
  ['broadcast', [3, 1], (x) => apply('broadcast', [x], { shape: [2, 3, 4] })],
  ['reshape', [2, 6], (x) => apply('reshape', [x], { shape: [3, 4] })],
  ['transpose', [2, 3, 2], (x) => apply('transpose', [x], { permutation: [2, 0, 1] })],
  ['slice', [3, 4], (x) => apply('slice', [x], { start: [0, 1], size: [2, 2], step: [2, 2] })],
  ['flip', [3, 4], (x) => apply('flip', [x], { axes: [0] })],
  ['pad', [2, 3], (x) => apply('pad', [x], { low: [1, 0], high: [0, 2], interior: [2, 1], value: 0 })],
  ['concat', [2, 3], (x) => apply('concat', [x, x], { axis: 1 })],
  ['sum', [2, 3, 2], (x) => apply('sum', [x], { axes: [0, 2] })],
  ['gather', [4, 3], (x) => apply('gather', [x, indices], { axis: 0 })],
  ['scatterAdd', [5, 2], (x) => apply('scatterAdd', [x, indices], { axis: 0, size: 4 })],
  [
    'averagePool',
    [1, 4, 5, 2],
    (x) => apply('averagePool', [x], { window: [2, 3], strides: [1, 2], padding: [1, 0, 0, 2], countPadding: false }),
  ],
]
const indices = apply('literal', [], { data: Int32Array.of(3, 0, 3, 1, 3), shape: [5], dtype: 'int32' })

describe('a linear op and its gradient are adjoint: <op(x), y> = <x, gradient(y)>', () => {
  const numbers = (count: number) => fc.array(fc.integer({ min: -99, max: 99 }), { minLength: count, maxLength: count })

  test.each(linear)('%s', (_, shape, build) => {
    const size = (of: readonly number[]) => of.reduce((product, n) => product * n, 1)
    const outputSize = size(
      build(
        floats(
          Array.from({ length: size(shape) }, () => 0),
          shape,
        ),
      ).shape,
    )
    fc.assert(
      fc.property(numbers(size(shape)), numbers(outputSize), (from, to) => {
        const x = floats(from, shape)
        const result = build(x)
        const y = floats(to, result.shape)
        const left = total(apply('mul', [result, y], {}))
        const [slope] = gradients(left, [x])
        const [[one], [other]] = evaluate([left, total(apply('mul', [x, slope], {}))], engine)
        expect(one).toBeCloseTo(other, 8)
      }),
      { seed: 1, numRuns: 20 },
    )
  })
})
