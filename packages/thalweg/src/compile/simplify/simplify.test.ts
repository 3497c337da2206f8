import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { referenceBackend } from '../../backend/index.ts'
import type { Shape } from '../../base/index.ts'
import {
  type Attributes,
  BINARY_OPS,
  COMPARE_OPS,
  constant,
  createNode,
  createVariable,
  type Node,
  type OpName,
  readVariable,
  topologicalOrder,
  UNARY_OPS,
  withScope,
} from '../../graph/index.ts'
import { createEngine, evaluate } from '../engine.ts'
import { simplify } from './simplify.ts'

const engine = createEngine(referenceBackend())

function simplified(output: Node): Node {
  return simplify({ inputs: [], outputs: [output], updates: [] }).outputs[0]
}

/** Ops of the simplified graph, inputs before users. */
function opsOf(output: Node): string[] {
  return topologicalOrder([simplified(output)]).map(({ op }) => op)
}

function make<Op extends OpName>(op: Op, inputs: Node[], attributes: Attributes[Op]): Node {
  return createNode(op, inputs, attributes)
}

const variable = (shape: Shape) => readVariable(createVariable({ name: 'x', shape }))
const filled = (value: number, shape: Shape) => make('broadcast', [constant(value)], { shape })

const x = variable([2, 3])
const y = variable([2, 3])
const row = variable([3])

describe('what vanishes', () => {
  const over = (value: number) => filled(value, [2, 3])
  const same: [string, Node][] = [
    ['x * 1', make('mul', [x, over(1)], {})],
    ['1 * x', make('mul', [over(1), x], {})],
    ['x / 1', make('div', [x, over(1)], {})],
    ['x - 0', make('sub', [x, over(0)], {})],
    ['x + -0', make('add', [x, over(-0)], {})],
    ['-(-x)', make('neg', [make('neg', [x], {})], {})],
    ['x ** 1', make('pow', [x, over(1)], {})],
    ['max(x, x)', make('max', [x, x], {})],
    ['select(c, x, x)', make('select', [make('less', [x, y], {}), x, x], {})],
    ['select(true, x, y)', make('select', [make('broadcast', [constant(1, 'bool')], { shape: [2, 3] }), x, y], {})],
    ['stopGradient(x)', make('stopGradient', [x], {})],
    ['cast to its own dtype', make('cast', [x], { dtype: 'float32' })],
    ['reshape there and back', make('reshape', [make('reshape', [x], { shape: [6] })], { shape: [2, 3] })],
    [
      'transpose there and back',
      make('transpose', [make('transpose', [x], { permutation: [1, 0] })], { permutation: [1, 0] }),
    ],
    ['flip there and back', make('flip', [make('flip', [x], { axes: [1] })], { axes: [1] })],
    ['a slice of everything', make('slice', [x], { start: [0, 0], size: [2, 3], step: [1, 1] })],
    ['a pad with nothing', make('pad', [x], { low: [0, 0], high: [0, 0], interior: [0, 0], value: 3 })],
    ['a concat of one', make('concat', [x], { axis: 1 })],
    ['reduceMax over one', make('reduceMax', [make('reshape', [x], { shape: [2, 3, 1] })], { axes: [2] })],
  ]
  test.each(same)('%s', (_, node) => {
    expect(simplified(node).op).toBe('variable')
  })

  const different: [string, Node][] = [
    ['x + 0, for -0', make('add', [x, over(0)], {})],
    ['0 - x, for 0', make('sub', [over(0), x], {})],
    ['x * 0, for NaN and infinities', make('mul', [x, over(0)], {})],
    ['x - x, for NaN and infinities', make('sub', [x, x], {})],
    ['x / x', make('div', [x, x], {})],
    ['sum over one, for -0', make('sum', [make('reshape', [x], { shape: [2, 3, 1] })], { axes: [2] })],
    ['sum over nothing, for -0', make('sum', [x], { axes: [] })],
  ]
  test.each(different)('but not %s', (_, node) => {
    expect(simplified(node).op).not.toMatch(/variable|constant|broadcast/)
  })
})

describe('what becomes another op', () => {
  const cases: [string, Node, string[]][] = [
    ['x ** 2 is x * x', make('pow', [x, filled(2, [2, 3])], {}), ['variable', 'mul']],
    ['x / 4 is x * 0.25', make('div', [x, filled(4, [2, 3])], {}), ['variable', 'constant', 'broadcast', 'mul']],
    ['a + -b is a - b', make('add', [x, make('neg', [y], {})], {}), ['variable', 'variable', 'sub']],
    [
      'a transpose goes into the product',
      make('matmul', [make('transpose', [x], { permutation: [1, 0] }), y], { transposeA: false, transposeB: false }),
      ['variable', 'variable', 'matmul'],
    ],
    [
      'what is computed on repeated values is repeated afterwards',
      make('exp', [make('broadcast', [row], { shape: [2, 3] })], {}),
      ['variable', 'exp', 'broadcast'],
    ],
    [
      'a sum over repetitions counts them',
      make('sum', [make('broadcast', [row], { shape: [4, 3] })], { axes: [0] }),
      ['variable', 'constant', 'broadcast', 'add', 'constant', 'broadcast', 'mul'],
    ],
    [
      'a sum of a sum is one sum',
      make('sum', [make('sum', [variable([2, 3, 4])], { axes: [1] })], { axes: [0] }),
      ['variable', 'sum'],
    ],
    [
      'a factor that is the same all along a sum comes after it',
      make('sum', [make('mul', [x, make('broadcast', [row], { shape: [2, 3] })], {})], { axes: [0] }),
      ['variable', 'sum', 'variable', 'mul', 'constant', 'broadcast', 'add'],
    ],
    ['numbers are computed', make('add', [constant(2), make('exp', [constant(0)], {})], {}), ['constant']],
    ['a literal of one element is a number', make('literal', [], literal([3], [1])), ['constant', 'reshape']],
  ]
  test.each(cases)('%s', (_, node, ops) => {
    expect(opsOf(node).toSorted()).toEqual(ops.toSorted())
  })
})

describe('common subexpressions', () => {
  test('equal nodes become one, whatever the order of their operands', () => {
    const twice = make('sub', [make('mul', [x, y], {}), make('mul', [y, x], {})], {})
    expect(opsOf(twice).filter((op) => op === 'mul')).toHaveLength(1)
  })
  test('reads of one variable are one node; 0 and -0 are two', () => {
    const w = createVariable({ name: 'w', shape: [] })
    const both = make(
      'add',
      [make('div', [readVariable(w), constant(0)], {}), make('div', [readVariable(w), constant(-0)], {})],
      {},
    )
    expect(opsOf(both)).toEqual(['variable', 'constant', 'div', 'constant', 'div', 'add'])
  })
  test('attributes tell nodes apart', () => {
    const sums = [0, 1].map((axis) => make('sum', [variable([3, 3])], { axes: [axis] }))
    expect(opsOf(make('add', sums, {})).filter((op) => op === 'sum')).toHaveLength(2)
  })
  test('nodes keep the layer they were made in', () => {
    const node = withScope('dense1', () => make('mul', [x, filled(3, [2, 3])], {}))
    expect(simplified(node).scope).toBe('dense1')
  })
})

function literal(values: readonly number[], shape: Shape): Attributes['literal'] {
  return { data: Float64Array.from(values), shape, dtype: 'float32' }
}

const SPECIAL = [0, -0, 1, -1, 2, 0.5, -3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e-310]

/** Random elementwise graphs over special values, mixed with known numbers. */
const graphs = fc
  .array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 14 })
  .map((steps) => {
    const all = SPECIAL.flatMap((a) => SPECIAL.map((b): [number, number] => [a, b]))
    const shape = [all.length]
    const pool: Node[] = [
      make(
        'literal',
        [],
        literal(
          all.map(([a]) => a),
          shape,
        ),
      ),
      make(
        'literal',
        [],
        literal(
          all.map(([, b]) => b),
          shape,
        ),
      ),
      ...SPECIAL.map((value) => filled(value, shape)),
    ]
    const bools: Node[] = [make('less', [pool[0], pool[1]], {})]
    for (const [kind, which, first, second] of steps) {
      const [a, b] = [pool[first % pool.length], pool[second % pool.length]]
      const [p, q] = [bools[first % bools.length], bools[second % bools.length]]
      if (kind % 8 < 2) pool.push(make(UNARY_OPS[which % UNARY_OPS.length], [a], {}))
      else if (kind % 8 < 5) pool.push(make(BINARY_OPS[which % BINARY_OPS.length], [a, b], {}))
      else if (kind % 8 === 5) bools.push(make(COMPARE_OPS[which % COMPARE_OPS.length], [a, b], {}))
      else if (kind % 8 === 6) pool.push(make('select', [p, a, b], {}))
      else if (which % 4 === 0) bools.push(make('not', [p], {}))
      else if (which % 4 === 1) pool.push(make('cast', [p], { dtype: 'float32' }))
      else bools.push(make(which % 4 === 2 ? 'and' : 'or', [p, q], {}))
    }
    return [pool[pool.length - 1], make('cast', [bools[bools.length - 1]], { dtype: 'float32' })]
  })

describe('values', () => {
  test('stay what they were, to the last bit and the sign of zero', () => {
    fc.assert(
      fc.property(graphs, (outputs) => {
        const step = simplify({ inputs: [], outputs, updates: [] })
        const [raw, simple] = [evaluate(outputs, engine), evaluate(step.outputs, engine)]
        // Math.pow need not agree with a product in the last digit; everything else must agree in all.
        const powers = topologicalOrder(outputs).some(({ op }) => op === 'pow')
        raw.forEach((values, output) => {
          const same = (value: number, i: number): boolean => {
            const other = simple[output][i]
            return Object.is(value, other) || (powers && Math.abs(value - other) <= 1e-12 * Math.abs(value))
          }
          expect(values.findIndex((value: number, i: number) => !same(value, i))).toBe(-1)
        })
      }),
      { numRuns: 300 },
    )
  })
})
