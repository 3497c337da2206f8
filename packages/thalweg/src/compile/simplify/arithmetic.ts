/**
 * Rules for ops that compute element by element. Each holds for every value, NaN, infinities and -0 included; for floats
 * `x + 0` is therefore not here (-0 + 0 is 0) and neither is `x * 0`.
 */

import { ELEMENTWISE, type Evaluate } from '../../backend/index.ts'
import { sameShape, sizeOf } from '../../base/index.ts'
import { ELEMENTWISE_OPS, type ElementwiseOp, type Node, type NodeOf } from '../../graph/index.ts'
import { filled, type Make, type Rule, type Rules, repeatedScalar, spread, uniformValue } from './rewrite.ts'

/** Whether `node` is `value` everywhere; 0 and -0 differ. */
function is(node: Node, value: number): boolean {
  return Object.is(uniformValue(node), value)
}

function isPowerOfTwo(value: number): boolean {
  return Math.abs(value) > 2 ** -64 && Math.abs(value) < 2 ** 64 && Number.isInteger(Math.log2(Math.abs(value)))
}

const OWN: Rules = {
  neg: [({ inputs: [x] }) => (x.op === 'neg' ? x.inputs[0] : undefined)],
  abs: [({ inputs: [x] }, make) => (x.op === 'neg' || x.op === 'abs' ? make('abs', [x.inputs[0]], {}) : undefined)],

  add: [
    ({ inputs: [a, b] }) => (is(b, -0) || (is(b, 0) && b.dtype === 'int32') ? a : undefined),
    ({ inputs: [a, b] }) => (is(a, -0) || (is(a, 0) && a.dtype === 'int32') ? b : undefined),
    ({ inputs: [a, b] }, make) => (b.op === 'neg' ? make('sub', [a, b.inputs[0]], {}) : undefined),
    ({ inputs: [a, b] }, make) => (a.op === 'neg' ? make('sub', [b, a.inputs[0]], {}) : undefined),
  ],
  sub: [
    ({ inputs: [a, b] }) => (is(b, 0) ? a : undefined),
    ({ inputs: [a, b] }, make) => (b.op === 'neg' ? make('add', [a, b.inputs[0]], {}) : undefined),
  ],
  mul: [
    ({ inputs: [a, b] }) => (is(b, 1) ? a : undefined),
    ({ inputs: [a, b] }) => (is(a, 1) ? b : undefined),
    ({ inputs: [a, b] }, make) => (is(b, -1) ? make('neg', [a], {}) : undefined),
    ({ inputs: [a, b] }, make) => (is(a, -1) ? make('neg', [b], {}) : undefined),
    ({ inputs: [a, b] }, make) =>
      a.op === 'neg' && b.op === 'neg' ? make('mul', [a.inputs[0], b.inputs[0]], {}) : undefined,
  ],
  div: [
    ({ inputs: [a, b] }) => (is(b, 1) ? a : undefined),
    ({ inputs: [a, b] }, make) => {
      const divisor = uniformValue(b)
      if (divisor === undefined || !isPowerOfTwo(divisor)) return undefined
      return make('mul', [a, filled(make, a.shape, 1 / divisor, 'float32')], {})
    },
  ],
  pow: [
    ({ inputs: [, b], shape }, make) => (is(b, 0) || is(b, -0) ? filled(make, shape, 1, 'float32') : undefined),
    ({ inputs: [a, b] }) => (is(b, 1) ? a : undefined),
    ({ inputs: [a, b] }, make) => (is(b, 2) ? make('mul', [a, a], {}) : undefined),
    ({ inputs: [a, b], shape }, make) =>
      is(b, -1) ? make('div', [filled(make, shape, 1, 'float32'), a], {}) : undefined,
  ],
  max: [({ inputs: [a, b] }) => (a === b ? a : undefined)],
  min: [({ inputs: [a, b] }) => (a === b ? a : undefined)],

  and: [
    ({ inputs: [a, b] }) => (a === b || is(b, 1) ? a : undefined),
    ({ inputs: [a, b] }) => (is(a, 1) || is(b, 0) ? b : undefined),
    ({ inputs: [a] }) => (is(a, 0) ? a : undefined),
  ],
  or: [
    ({ inputs: [a, b] }) => (a === b || is(b, 0) ? a : undefined),
    ({ inputs: [a, b] }) => (is(a, 0) || is(b, 1) ? b : undefined),
    ({ inputs: [a] }) => (is(a, 1) ? a : undefined),
  ],
  not: [({ inputs: [x] }) => (x.op === 'not' ? x.inputs[0] : undefined)],

  select: [
    ({ inputs: [condition, then, otherwise] }) => {
      if (then === otherwise) return then
      const known = uniformValue(condition)
      return known === undefined ? undefined : known === 0 ? otherwise : then
    },
    ({ inputs: [condition, then, otherwise] }, make) =>
      condition.op === 'not' ? make('select', [condition.inputs[0], otherwise, then], {}) : undefined,
  ],
  cast: [
    ({ inputs: [x], dtype }) => (x.dtype === dtype ? x : undefined),
    // A bool is 0 or 1 in every dtype, so whatever it was cast to in between does not matter.
    ({ inputs: [x], attributes }, make) =>
      x.op === 'cast' && x.inputs[0].dtype === 'bool' ? make('cast', x.inputs, attributes) : undefined,
  ],
  stopGradient: [({ inputs: [x] }) => x],
}

/** An op on known numbers is a known number. The reference says which. */
function foldConstants(node: NodeOf<ElementwiseOp>, make: Make): Node | undefined {
  const values = node.inputs.map(uniformValue)
  if (values.includes(undefined)) return undefined
  const operands = node.inputs.map(({ dtype }, i) =>
    dtype === 'float32' ? Float64Array.of(values[i] ?? 0) : Int32Array.of(values[i] ?? 0),
  )
  // One op and its own evaluator: a pairing that TypeScript cannot follow through the union.
  const evaluate = ELEMENTWISE[node.op] as Evaluate<ElementwiseOp>
  return filled(make, node.shape, evaluate({ ...node, shape: [] }, operands)[0], node.dtype)
}

/** Computes before repeating: where all operands repeat values of one smaller shape, so does the result. */
function hoistBroadcasts(node: NodeOf<ElementwiseOp>, make: Make): Node | undefined {
  if (node.shape.length === 0) return undefined
  const large = node.inputs.filter((input) => repeatedScalar(input) === undefined)
  const [first] = large
  const shape = first === undefined ? [] : first.op === 'broadcast' ? first.inputs[0].shape : undefined
  if (shape === undefined || sizeOf(shape) >= sizeOf(node.shape)) return undefined
  if (!large.every((input) => input.op === 'broadcast' && sameShape(input.inputs[0].shape, shape))) return undefined
  const inputs = node.inputs.map((input) => {
    const scalar = repeatedScalar(input)
    return scalar === undefined ? input.inputs[0] : spread(make, scalar, shape)
  })
  return spread(make, make(node.op, inputs, node.attributes), node.shape)
}

/** Every elementwise op: first what holds for all, then its own rules. */
export const ARITHMETIC: Rules = Object.fromEntries(
  ELEMENTWISE_OPS.map((op) => [op, [foldConstants, ...((OWN[op] ?? []) as Rule<ElementwiseOp>[]), hoistBroadcasts]]),
)
