import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { referenceBackend, wasmBackend } from '../../backend/index.ts'
import type { Shape } from '../../base/index.ts'
import {
  type Attributes,
  constant,
  createNode,
  createVariable,
  type Node,
  type OpName,
  readVariable,
  topologicalOrder,
} from '../../graph/index.ts'
import { createEngine, type Engine, evaluate } from '../engine.ts'
import { simplify } from './simplify.ts'

function make<Op extends OpName>(op: Op, inputs: Node[], attributes: Attributes[Op]): Node {
  return createNode(op, inputs, attributes)
}

/** The biased variance over the first two axes, as it is written down. */
function variance(x: Node): Node {
  const axes = [0, 1]
  const share = make('broadcast', [constant(1 / (x.shape[0] * x.shape[1]))], { shape: x.shape.slice(2) })
  const mean = make('mul', [make('sum', [x], { axes }), share], {})
  const distance = make('sub', [x, make('broadcast', [mean], { shape: x.shape })], {})
  return make('mul', [make('sum', [make('mul', [distance, distance], {})], { axes }), share], {})
}

function simplified(node: Node): Node {
  return simplify({ inputs: [], outputs: [node], updates: [] }).outputs[0]
}

const shape: Shape = [4, 6, 3]
const x = createVariable({ name: 'x', shape })
const size = 72

/** Values on an engine, in float32 as they are written. */
function on(engine: Engine, data: Float32Array, node: Node): number[] {
  engine.write(x, data)
  return Array.from(evaluate([node], engine)[0])
}

describe('a variance in one pass', () => {
  const engine = createEngine(referenceBackend())
  const written = variance(readVariable(x))

  test('waits for no mean on its way through the values', () => {
    const order = topologicalOrder([simplified(written)])
    const large = order.filter((node) => node.shape.length === 3 && node.op === 'broadcast')
    expect(large.map(({ inputs }) => topologicalOrder(inputs).map(({ op }) => op))).toEqual([
      ['variable', 'slice', 'reshape'],
    ])
  })

  test('is the variance, wherever the values lie', () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: size, maxLength: size })
    const offset = fc.constantFrom(0, 1, -30, 1000)
    fc.assert(
      fc.property(values, offset, (spread, middle) => {
        const data = Float32Array.from(spread, (value) => value + middle)
        const plain = on(engine, data, written)
        // In double precision; what is lost is a few digits of sixteen.
        on(engine, data, simplified(written)).forEach((value, i) => {
          expect(Math.abs(value - plain[i])).toBeLessThanOrEqual(1e-12 * (plain[i] + 1))
        })
      }),
    )
  })

  test('keeps five digits in single precision even where the value in the middle is the only one of its kind', () => {
    const wasm = createEngine(wasmBackend({ threads: 1 }))
    const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i) + (i >= 45 && i < 48 ? 1000 : 0))
    const plain = on(engine, data, written)
    on(wasm, data, written).forEach((value, i) => {
      expect(Math.abs(value / plain[i] - 1)).toBeLessThan(1e-5)
    })
  })

  test('of equal values is 0 and not below', () => {
    const wasm = createEngine(wasmBackend({ threads: 1 }))
    expect(on(wasm, new Float32Array(size).fill(0.1), written)).toEqual([0, 0, 0])
  })

  test('is left as it is where the values are computed on the way', () => {
    const computed = variance(make('exp', [readVariable(x)], {}))
    expect(topologicalOrder([simplified(computed)]).some(({ op }) => op === 'slice')).toBe(false)
  })
})
