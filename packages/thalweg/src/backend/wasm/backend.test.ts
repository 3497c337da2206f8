import { describe, expect, test } from 'vitest'
import { createVariable } from '../../graph/index.ts'
import type { Program } from '../backend.ts'
import type { Buffer, Kernel, LoopKernel } from '../program.ts'
import { referenceBackend } from '../reference/reference.ts'
import { wasmBackend } from './backend.ts'
import { probeFeatures } from './features.ts'
import { assemble, writeModule } from './module.ts'

const SHAPE = [3]
const MEMORY = { module: 'env', name: 'memory', initialPages: 1 }

/** to = from + 1 */
function addOne(from: number, to: number): LoopKernel {
  const view = (buffer: number): { buffer: number; offset: number; strides: number[] } => ({
    buffer,
    offset: 0,
    strides: [1],
  })
  return {
    kind: 'loop',
    label: 'add',
    shape: SHAPE,
    keptAxes: 1,
    values: [
      { kind: 'load', view: view(from), dtype: 'float32' },
      { kind: 'constant', value: 1, dtype: 'float32' },
      { kind: 'apply', op: 'add', operands: [0, 1], dtype: 'float32' },
    ],
    stores: [{ value: 2, view: view(to) }],
    reductions: [],
    epilogue: [],
    epilogueStores: [],
  }
}

function programOf(places: readonly Buffer['place'][], kernels: readonly Kernel[], arenaBytes = 0): Program {
  const buffers = places.map((place, id): Buffer => ({ id, shape: SHAPE, dtype: 'float32', place }))
  return { graph: { inputs: [], outputs: [], updates: [] }, lowered: { buffers, kernels, arenaBytes } }
}

function noVariables(): never {
  throw new Error('there are no variables')
}

describe('values', () => {
  test('begin as zeros, and are kept as they were written', () => {
    const backend = wasmBackend()
    const held = backend.allocate([2, 3], 'float32')
    expect(backend.read(held)).toEqual(new Float32Array(6))
    backend.write(held, Float64Array.of(0.1, -0, 1e40, NaN, 5, 6))
    expect(backend.read(held)).toEqual(Float32Array.of(0.1, -0, Infinity, NaN, 5, 6))
    backend.free(held)
    const next = backend.allocate([6], 'float32')
    expect(backend.read(next)).toEqual(new Float32Array(6))
  })

  test('of int32 wrap, of bool become 0 and 1', () => {
    const backend = wasmBackend()
    const whole = backend.allocate([2], 'int32')
    backend.write(whole, Float64Array.of(-7, 2 ** 31))
    expect(backend.read(whole)).toEqual(Int32Array.of(-7, -(2 ** 31)))
    const bools = backend.allocate([3], 'bool')
    backend.write(bools, Int32Array.of(0, 2, -1))
    expect(backend.read(bools)).toEqual(Int32Array.of(0, 1, 1))
  })

  test('of another size, or of another backend, are refused', () => {
    const backend = wasmBackend()
    const held = backend.allocate([2], 'float32')
    expect(() => backend.write(held, Float32Array.of(1))).toThrow('internal: a value was written with another size')
    expect(() => wasmBackend().read(held)).toThrow('internal: a value of another backend')
    expect(() => backend.read(referenceBackend().allocate([2], 'float32'))).toThrow('internal: a value of another')
  })
})

describe('programs', () => {
  test('find literals, inputs, arena, variables and outputs; growth of the memory does not move them', () => {
    // Of one thread: growth takes the old views of a memory that is not shared.
    const backend = wasmBackend({ threads: 1 })
    const variable = createVariable({ name: 'counter', shape: SHAPE, dtype: 'float32' })
    const counter = backend.allocate(SHAPE, 'float32')
    const program = programOf(
      [
        { kind: 'input', index: 0 },
        { kind: 'arena', offset: 64 },
        { kind: 'output', index: 1 },
        { kind: 'literal', data: Float32Array.of(10, 20, 30) },
        { kind: 'output', index: 0 },
        { kind: 'variable', variable },
      ],
      [addOne(0, 1), addOne(1, 2), addOne(3, 4), addOne(5, 5)],
      128,
    )
    const executable = backend.prepare(program, () => counter)
    backend.write(executable.inputs[0], Float32Array.of(1, 2, 3))
    executable.run()
    const large = backend.allocate([3_000_000], 'float32')
    backend.write(executable.inputs[0], Float32Array.of(3, 4, 5))
    executable.run()
    expect(backend.read(executable.outputs[1])).toEqual(Float32Array.of(5, 6, 7))
    expect(backend.read(executable.outputs[0])).toEqual(Float32Array.of(11, 21, 31))
    expect(backend.read(counter)).toEqual(Float32Array.of(2, 2, 2))
    expect(backend.read(large).every((value) => value === 0)).toBe(true)
  })

  test('give their memory back', () => {
    const backend = wasmBackend()
    const program = programOf(
      [
        { kind: 'input', index: 0 },
        { kind: 'output', index: 0 },
      ],
      [addOne(0, 1)],
      1 << 22,
    )
    const addresses = new Set<unknown>()
    for (let i = 0; i < 5; i++) {
      const executable = backend.prepare(program, noVariables)
      addresses.add(JSON.stringify(executable.inputs[0]))
      executable.release()
    }
    expect(addresses.size).toBe(1)
  })

  test('compile kernels of one structure once', () => {
    const places = Array.from({ length: 6 }, (_, i) => ({ kind: 'arena', offset: 64 * i }) as const)
    const write = (count: number): number => {
      const kernels = Array.from({ length: count }, (_, i) => addOne(i, i + 1))
      const { lowered } = programOf(places, kernels, 64 * 6)
      const assembly = assemble(lowered, probeFeatures())
      return writeModule(assembly, { buffer: (id) => 64 * id, scratch: 0, private: 0, tables: 0 }, MEMORY).length
    }
    const once = write(1)
    expect(write(5) - once).toBeLessThan(4 * 20)
  })
})
