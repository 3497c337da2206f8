import { describe, expect, test } from 'vitest'
import { referenceBackend, wasmBackend } from '../backend/index.ts'
import { createNode, createVariable, type Node, readVariable } from '../graph/index.ts'
import { assign, recordStep } from './capture.ts'
import { createEngine, type Engine, setDefaultEngine } from './engine.ts'
import { profile } from './profile.ts'
import { measureRoofline } from './roofline.ts'

const SIZE = 24
const w = createVariable({ name: 'w', shape: [SIZE, SIZE] })

/** w <- tanh(x w), and the sum of w: several kernels that need each other. */
function planOn(engine: Engine) {
  const plan = engine.compile(
    recordStep([{ name: 'x', shape: [SIZE, SIZE], dtype: 'float32' }], ([x]) => {
      const old = readVariable(w)
      const product = createNode('matmul', [x, old], { transposeA: false, transposeB: false })
      assign(w, createNode('tanh', [product], {}))
      const total: Node = createNode('sum', [old], { axes: [0, 1] })
      return [createNode('exp', [total], {})]
    }),
  )
  engine.write(w, numbers(1))
  plan.run([numbers(2)])
  return plan
}

function numbers(phase: number): Float32Array {
  return Float32Array.from({ length: SIZE * SIZE }, (_, i) => Math.sin(i * phase))
}

describe('kernels one by one', () => {
  test.each([1, 2])('leave what a whole run leaves, bit for bit, with %d threads', (threads) => {
    const [whole, apart] = [1, 2].map(() => createEngine(wasmBackend({ threads, sharing: 'evenly' })))
    const [plan, parts] = [whole, apart].map(planOn)
    for (let round = 0; round < 2; round++) {
      plan.rerun()
      for (const run of parts.kernelRuns()) run()
    }
    expect(apart.read(w)).toEqual(whole.read(w))
    expect(parts.read(0)).toEqual(plan.read(0))
  })

  test('are refused where the backend has none', () => {
    const plan = createEngine(referenceBackend()).compile({ inputs: [], outputs: [readVariable(w)], updates: [] })
    expect(() => plan.kernelRuns()).toThrow(expect.objectContaining({ code: 'compile/no-kernels' }))
  })
})

describe('a profile', () => {
  test('has a time for each kernel and what the roofline allows it', () => {
    const plan = planOn(createEngine(wasmBackend({ threads: 1 })))
    const roofline = { operationsPerSecond: 2e9, bytesPerSecond: 1e9 }
    const { kernels, stepMilliseconds, kernelsMilliseconds, rounds } = profile(plan, {
      roofline,
      seconds: 0,
      warmUpSeconds: 0,
    })
    expect(kernels.map(({ label }) => label)).toEqual(plan.lowered.kernels.map(({ label }) => label))
    expect(kernels.every(({ milliseconds }) => milliseconds >= 0)).toBe(true)
    expect(stepMilliseconds).toBeGreaterThan(0)
    expect(kernelsMilliseconds).toBeGreaterThanOrEqual(Math.max(...kernels.map(({ milliseconds }) => milliseconds)))
    expect(rounds).toBeGreaterThanOrEqual(5)
    for (const { operations, bytesRead, bytesWritten, leastMilliseconds } of kernels)
      expect(leastMilliseconds).toBe(Math.max(operations / 2e6, (bytesRead + bytesWritten) / 1e6))
  })

  test('is refused where it has nothing to go by, in three lines', () => {
    const engine = createEngine(wasmBackend({ threads: 1 }))
    const plan = planOn(engine)
    const roofline = { operationsPerSecond: 2e9, bytesPerSecond: 1e9 }
    const half = { operationsPerSecond: 2e9 }
    // As programs without types may call them.
    for (const [code, act, given] of [
      ['compile/bad-roofline', profile, [plan, {}]],
      ['compile/bad-roofline', profile, [plan, { roofline: { ...roofline, bytesPerSecond: 0 } }]],
      ['compile/bad-option', profile, [plan, { roofline, seconds: -1 }]],
      ['compile/bad-option', profile, [plan, { roofline, warmUpSeconds: Number.NaN }]],
      ['compile/unknown-option', profile, [plan, { roofline, second: 1 }]],
      ['compile/not-a-plan', profile, [engine, { roofline }]],
      ['compile/bad-roofline', plan.toString, [half]],
      ['compile/bad-roofline', plan.toString, [{ ...roofline, operationsPerSecond: 0 }]],
      ['compile/not-an-engine', measureRoofline, []],
      ['compile/bad-option', measureRoofline, [engine, { seconds: -1 }]],
      ['compile/not-an-engine', setDefaultEngine, []],
      ['compile/not-a-backend', createEngine, ['wasm']],
      ['compile/not-a-backend', createEngine, []],
    ] as const) {
      const refused = expect.objectContaining({ code, message: expect.stringMatching(/^.+\nreceived: .+\ntry: .+$/) })
      expect(() => Reflect.apply(act, undefined, [...given])).toThrow(refused)
    }
  })

  test('takes a roofline that was measured, which leaves no variables behind', () => {
    const engine = createEngine(wasmBackend({ threads: 1 }))
    const { operationsPerSecond, bytesPerSecond } = measureRoofline(engine, { bytes: 1e5, seconds: 0 })
    expect(operationsPerSecond).toBeGreaterThan(1e6)
    expect(bytesPerSecond).toBeGreaterThan(1e6)
    expect(operationsPerSecond).toBeLessThan(1e14)
  })
})
