import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { type Backend, provideKernels, randomKernels, referenceBackend, wasmBackend } from '../backend/index.ts'
import { constant, createNode, createVariable, type Node, readVariable } from '../graph/index.ts'
import { assign, recordStep } from './capture.ts'
import { createEngine, createStep, evaluate } from './engine.ts'

provideKernels(randomKernels)

/** A backend that counts what it is asked for. */
function countingBackend(
  inner: Backend = referenceBackend(),
): Backend & { readonly calls: { allocate: number; prepare: number; write: number } } {
  const calls = { allocate: 0, prepare: 0, write: 0 }
  return {
    ...inner,
    calls,
    allocate: (shape, dtype) => {
      calls.allocate++
      return inner.allocate(shape, dtype)
    },
    write: (storage, data) => {
      calls.write++
      inner.write(storage, data)
    },
    prepare: (program, storageOf) => {
      calls.prepare++
      return inner.prepare(program, storageOf)
    },
  }
}

const float = (shape: readonly number[], name = 'x') => ({ name, shape, dtype: 'float32' }) as const
const multiply = (a: Node, b: Node) => createNode('mul', [a, b], {})

describe('engine', () => {
  test('variables start at zero, keep what is written, and are counted', () => {
    const engine = createEngine(referenceBackend())
    const variable = createVariable({ name: 'w', shape: [2] })
    expect(engine.has(variable)).toBe(false)
    expect(Array.from(engine.read(variable))).toEqual([0, 0])
    engine.write(variable, Float32Array.of(3, 4))
    expect(engine.has(variable)).toBe(true)
    const values = engine.read(variable)
    values[0] = 99
    expect(Array.from(engine.read(variable))).toEqual([3, 4])
    expect(engine.counts.allocations).toBe(1)
    engine.free(variable)
    expect(engine.has(variable)).toBe(false)
  })

  test.each([referenceBackend(), wasmBackend({ threads: 1 })])(
    '$name: reads into an earlier copy, and only that',
    (backend) => {
      const engine = createEngine(backend)
      const variable = createVariable({ name: 'w', shape: [2] })
      const [kept, spare] = [engine.read(variable), engine.read(variable)]
      engine.write(variable, Float32Array.of(3, 4))
      expect(engine.read(variable, spare)).toBe(spare)
      expect([kept, spare].map((values) => Array.from(values))).toEqual([
        [0, 0],
        [3, 4],
      ])
    },
  )

  test.each([referenceBackend(), wasmBackend({ threads: 2 })])('$name: computes on when it was released', (backend) => {
    const engine = createEngine(backend)
    const variable = createVariable({ name: 'w', shape: [2] })
    engine.write(variable, Float32Array.of(3, 4))
    const value = createNode('add', [readVariable(variable), readVariable(variable)], {})
    const plan = engine.compile({ inputs: [], outputs: [value], updates: [{ variable, value }] })
    plan.run([])
    engine.release()
    plan.run([])
    expect(Array.from(engine.read(variable))).toEqual([12, 16])
  })

  test('what was given back is refused, not read or run over what lies there now', () => {
    const engine = createEngine(wasmBackend({ threads: 1 }))
    const [variable, other] = ['w', 'v'].map((name) => createVariable({ name, shape: [2] }))
    engine.write(variable, Float32Array.of(3, 4))
    const value = createNode('add', [readVariable(variable), readVariable(variable)], {})
    const step = { inputs: [], outputs: [value], updates: [{ variable, value }] }
    const plan = engine.compile(step)
    engine.free(other)
    plan.run([])
    engine.free(variable)
    const freed = expect.objectContaining({ code: 'compile/freed-variable', received: 'w [2], which was freed' })
    for (const use of [() => engine.read(variable), () => engine.compile(step), () => plan.run([]), () => plan.rerun()])
      expect(use).toThrow(freed)
    engine.write(variable, Float32Array.of(5, 6))
    expect(Array.from(engine.read(variable))).toEqual([5, 6])
    expect(() => plan.run([])).toThrow(freed)

    plan.release()
    const released = expect.objectContaining({ code: 'compile/released-plan' })
    for (const use of [() => plan.run([]), () => plan.rerun(), () => plan.read(0), () => plan.kernelRuns()])
      expect(use).toThrow(released)
  })

  test('the same variable has a value of its own on every engine', () => {
    const [one, other] = [createEngine(referenceBackend()), createEngine(referenceBackend())]
    const variable = createVariable({ name: 'w', shape: [] })
    one.write(variable, Float32Array.of(5))
    expect(other.read(variable)[0]).toBe(0)
  })

  test('refuses values that do not fill a variable', () => {
    const engine = createEngine(referenceBackend())
    const variable = createVariable({ name: 'w', shape: [2, 3] })
    expect(() => engine.write(variable, new Float32Array(5))).toThrow(
      'write: the values must fill w [2,3]\nreceived: 5 values\ntry: give 6 values',
    )
  })

  test('a step is recorded and compiled once for each list of shapes', () => {
    const backend = countingBackend()
    const engine = createEngine(backend)
    let recorded = 0
    const step = createStep(engine, ([x]) => {
      recorded++
      return [multiply(x, x)]
    })
    const run = (size: number) => {
      const plan = step.plan([float([size])])
      plan.run([Float32Array.from({ length: size }, (_, i) => i)])
      return Array.from(plan.read(0))
    }
    expect(run(3)).toEqual([0, 1, 4])
    expect(run(2)).toEqual([0, 1])
    expect(run(3)).toEqual([0, 1, 4])
    expect(recorded).toBe(2)
    expect(engine.counts.plans).toBe(2)
    expect(step.plan([float([3])])).toBe(step.plan([float([3])]))
  })

  const backends = [referenceBackend, wasmBackend]
  test.each(backends)('a second run on %o compiles and allocates nothing, whatever rate, step and seed', (create) => {
    const backend = countingBackend(create())
    const engine = createEngine(backend)
    const weight = createVariable({ name: 'w', shape: [4] })
    const count = createVariable({ name: 'step', shape: [], dtype: 'int32' })
    const step = createStep(engine, ([rate, seed]) => {
      const number = readVariable(count)
      const noise = createNode('random', [seed, number], { shape: [4], stream: 1 })
      const change = multiply(noise, createNode('broadcast', [rate], { shape: [4] }))
      assign(weight, createNode('sub', [readVariable(weight), change], {}))
      assign(count, createNode('add', [number, constant(1, 'int32')], {}))
      return [readVariable(weight)]
    })
    const slots = [float([], 'rate'), { name: 'seed', shape: [2], dtype: 'int32' } as const]
    step.plan(slots).run([Float32Array.of(0.1), Int32Array.of(1, 2)])
    const before = { ...backend.calls, ...engine.counts }
    const compile = vi.spyOn(WebAssembly, 'Module')
    const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow')
    for (let i = 0; i < 5; i++) step.plan(slots).run([Float32Array.of(0.1 / (i + 1)), Int32Array.of(i, 7)])
    expect({ ...backend.calls, ...engine.counts }).toEqual({ ...before, write: before.write + 10 })
    expect(compile).not.toHaveBeenCalled()
    expect(grow).not.toHaveBeenCalled()
    vi.restoreAllMocks()
    expect(engine.read(count)[0]).toBe(6)
    expect(step.plan(slots).read(0)).not.toEqual(engine.read(weight))
  })

  test('every read in a step sees the old value, before and after the assignment', () => {
    const engine = createEngine(referenceBackend())
    const [a, b] = ['a', 'b'].map((name) => createVariable({ name, shape: [] }))
    engine.write(a, Float32Array.of(1))
    engine.write(b, Float32Array.of(2))
    const plan = engine.compile(
      recordStep([], () => {
        assign(a, readVariable(b))
        assign(b, readVariable(a))
        return [createNode('sub', [readVariable(a), readVariable(b)], {})]
      }),
    )
    plan.run([])
    expect([plan.read(0)[0], engine.read(a)[0], engine.read(b)[0]]).toEqual([-1, 2, 1])
  })

  test('refuses wrong inputs and outputs by name and shape', () => {
    const plan = createEngine(referenceBackend()).compile(recordStep([float([2, 3])], ([x]) => [x]))
    expect(() => plan.run([])).toThrow('run: the step takes 1 inputs: x [2,3]\nreceived: 0 inputs')
    expect(() => plan.run([new Float32Array(5)])).toThrow('received: 5 values for x')
    expect(() => plan.read(1)).toThrow('received: output 1')
    expect(() => plan.read(-1)).toThrow('received: output -1')
  })

  test('refuses inputs of another recording', () => {
    let kept: Node | undefined
    recordStep([float([2])], ([x]) => {
      kept = x
      return [x]
    })
    expect(() => evaluate([kept!], createEngine(referenceBackend()))).toThrow('compile: every input')
  })
})

describe('memory', () => {
  test('what nobody can reach any more is given back', async () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    let freed = 0
    let released = 0
    const inner = referenceBackend()
    const engine = createEngine({
      ...inner,
      free: () => {
        freed++
      },
      prepare: (program, storageOf) => {
        const executable = inner.prepare(program, storageOf)
        return { ...executable, release: () => void released++ }
      },
    })
    for (let i = 0; i < 20; i++) {
      const variable = createVariable({ name: `v${i}`, shape: [] })
      engine.compile(recordStep([], () => [readVariable(variable)])).run([])
    }
    for (let i = 0; i < 100 && (freed === 0 || released === 0); i++) {
      collect()
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    expect(freed).toBeGreaterThan(0)
    expect(released).toBeGreaterThan(0)
  })

  test('a plan is released once', () => {
    let released = 0
    const inner = referenceBackend()
    const engine = createEngine({
      ...inner,
      prepare: (program, storageOf) => ({ ...inner.prepare(program, storageOf), release: () => void released++ }),
    })
    const plan = engine.compile(recordStep([], () => [constant(1)]))
    plan.release()
    plan.release()
    expect(released).toBe(1)
  })
})

describe('assign', () => {
  const variable = createVariable({ name: 'w', shape: [2] })

  test('only while recording, once, and with the right type', () => {
    const value = createNode('literal', [], { data: Float32Array.of(1, 2), shape: [2], dtype: 'float32' })
    expect(() => assign(variable, value)).toThrow('only a step that is being recorded')
    recordStep([], () => {
      expect(() => assign(variable, constant(1))).toThrow('received: float32 [] for float32 [2]')
      assign(variable, value)
      expect(() => assign(variable, value)).toThrow('a step may set each variable once')
      return []
    })
  })

  test('a recording that fails leaves no trace', () => {
    expect(() =>
      recordStep([], () => {
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(() => assign(variable, constant(1))).toThrow('only a step that is being recorded')
  })
})
