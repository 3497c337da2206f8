import { describe, expect, test } from 'vitest'
import type { BinaryOp, UnaryOp } from '../../graph/index.ts'
import { erf } from '../reference/erf.ts'
import { ModuleBuilder } from './assembler.ts'
import { elementwise } from './math.ts'
import { keep, push, Registers } from './terms.ts'

/**
 * Samples of float32 by their bits, one from each of equal ranges of bit patterns, so that every exponent, both signs,
 * subnormals and NaN are met. All 2^32 are too many for a unit test.
 */
const SAMPLES = 1 << 18
const BATCH = 1 << 14

type Kernel = (out: number, x: number, y: number, bytes: number) => void

function compile(op: UnaryOp | BinaryOp): (x: Float32Array, y?: Float32Array) => Float32Array {
  const module = new ModuleBuilder({ module: 'env', name: 'memory', initialPages: 1 })
  const body = module.function(op, ['i32', 'i32', 'i32', 'i32'], (code) => {
    const [out, x, y, bytes] = code.parameters
    const at = code.local('i32')
    const registers = new Registers(code)
    code.for(at, 0, bytes, 16, () => {
      registers.scope(() => {
        const operands = [x, y].map((from) =>
          keep(registers, (c) => {
            c.get(from).get(at).op('i32.add').load('v128.load')
          }),
        )
        const term = elementwise(registers, op, operands.slice(0, op === 'pow' ? 2 : 1), 'float32', 'float32')
        code.get(out).get(at).op('i32.add')
        push(code, term)
        code.store('v128.store')
      })
    })
  })
  module.export('run', body)
  const memory = new WebAssembly.Memory({ initial: 4 })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory } })
  const run = instance.exports.run as Kernel
  const floats = new Float32Array(memory.buffer)
  return (x, y) => {
    floats.set(x, BATCH)
    if (y !== undefined) floats.set(y, 2 * BATCH)
    run(0, BATCH * 4, BATCH * 8, x.length * 4)
    return floats.slice(0, x.length)
  }
}

/** Distance in units in the last place of the exact value, as float32 spaces its numbers there (2^128 for Infinity). */
function ulps(got: number, exact: number): number {
  if (Number.isNaN(exact) || Number.isNaN(got)) return Number.isNaN(exact) && Number.isNaN(got) ? 0 : Infinity
  const finite = (value: number): number => Math.max(-(2 ** 128), Math.min(2 ** 128, value))
  const exponent = Math.max(-126, Math.min(127, Math.floor(Math.log2(Math.abs(exact)))))
  return Math.abs(finite(got) - finite(exact)) / 2 ** (exponent - 23)
}

function stratified(batch: number): Float32Array {
  const bits = new Uint32Array(BATCH)
  const width = 2 ** 32 / SAMPLES
  for (let i = 0; i < BATCH; i++) bits[i] = (batch * BATCH + i) * width + (Math.imul(i + batch, 2654435761) % width)
  return new Float32Array(bits.buffer)
}

function sigmoid(x: number): number {
  const small = Math.exp(-Math.abs(x))
  return (x >= 0 ? 1 : small) / (1 + small)
}

const EDGES = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2,
  Infinity,
  -Infinity,
  NaN,
  2 ** -149,
  -(2 ** -149),
  2 ** -127,
  3e38,
  -3e38,
  88.73,
  -103.5,
]

/** The bounds that the docstrings of math/ state, and the exact functions. */
const UNARY: readonly [op: UnaryOp, bound: number, exact: (x: number) => number][] = [
  ['exp', 1, Math.exp],
  ['expm1', 1.6, Math.expm1],
  ['log', 0.9, Math.log],
  ['log1p', 0.9, Math.log1p],
  ['sin', 1.6, Math.sin],
  ['cos', 1.6, Math.cos],
  ['tanh', 1.4, Math.tanh],
  ['sigmoid', 2, sigmoid],
  ['erf', 1.4, erf],
]

describe.each(UNARY)('%s', (op, bound, exact) => {
  const run = compile(op)

  test(`is within ${bound} units in the last place over all of float32`, () => {
    let worst = 0
    let at = 0
    for (let batch = 0; batch < SAMPLES / BATCH; batch++) {
      const x = stratified(batch)
      run(x).forEach((got, i) => {
        const error = ulps(got, exact(x[i]))
        if (error > worst) [worst, at] = [error, x[i]]
      })
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(bound)
  })

  test('is right at the edges, and in the sign of zero', () => {
    run(Float32Array.from(EDGES)).forEach((got, i) => {
      const rounded = Math.fround(exact(Math.fround(EDGES[i])))
      if (rounded === 0) expect(got, `at ${EDGES[i]}`).toBe(rounded)
      else expect(ulps(got, rounded), `at ${EDGES[i]}`).toBeLessThanOrEqual(bound + 0.5)
    })
  })
})

test('sin and cos keep their digits for the largest arguments', () => {
  const x = Float32Array.from({ length: 4096 }, (_, i) => 2 ** (20 + (i % 107)) * (1 + i / 4096) * (i % 2 ? 1 : -1))
  compile('sin')(x).forEach((got, i) => {
    expect(ulps(got, Math.sin(x[i])), `sin(${x[i]})`).toBeLessThan(1.6)
  })
})

describe('pow', () => {
  const run = compile('pow')

  test('is within 0.6 units in the last place', () => {
    let worst = 0
    let at: unknown
    for (let batch = 0; batch < SAMPLES / BATCH; batch++) {
      const x = stratified(batch)
      // Exponents that keep the result in range, whole ones, and halves for the bases whose sign allows it.
      const y = x.map((base, i) => {
        if (i % 3 === 0) return ((i % 299) - 149) / Math.log2(Math.abs(base))
        return i % 3 === 1 ? (i % 21) - 10 : (i % 41) / 2 - 10
      })
      run(x, y).forEach((got, i) => {
        const error = ulps(got, x[i] ** y[i])
        if (error > worst) [worst, at] = [error, `${x[i]} ** ${y[i]}`]
      })
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(0.6)
  })

  test("has the edges of ECMAScript's **", () => {
    const edges = [...EDGES, 2, 3, -3, 1.5, 1e30, 16777215, -16777215, 16777216]
    const pairs = edges.flatMap((x) => edges.map((y) => [x, y] as const))
    const x = Float32Array.from({ length: Math.ceil(pairs.length / 4) * 4 }, (_, i) => pairs[i]?.[0] ?? 0)
    const y = Float32Array.from(x, (_, i) => pairs[i]?.[1] ?? 0)
    run(x, y).forEach((got, i) => {
      const exact = x[i] ** y[i]
      const rounded = Math.fround(exact)
      if (rounded === 0 || !Number.isFinite(rounded)) expect(got, `${x[i]} ** ${y[i]}`).toBe(rounded)
      else expect(ulps(got, exact), `${x[i]} ** ${y[i]}`).toBeLessThanOrEqual(0.6)
    })
  })
})
