/**
 * Activations far out, at signed zero, at infinity and for NaN, held to PyTorch 1.13 in float64. Inside of that range
 * test/vectors holds them to it; here a formula that is right on paper gives NaN, or a slope that is lost.
 */
import { describe, expect, it } from 'vitest'
import { referenceBackend, wasmBackend } from '../../backend/index.ts'
import { createEngine, evaluate } from '../../compile/index.ts'
import { gradients, sum, tensor } from '../../tensor/index.ts'
import { forward } from '../forward.ts'
import type { Layer } from '../layer.ts'
import { createStore } from '../store.ts'
import { gelu } from './gelu.ts'
import { createActivation } from './registry.ts'

type Values = readonly [number, number, number, number, number]

const { NaN: none, POSITIVE_INFINITY: inf } = Number
const points: Values = [-inf, -100, -0, 100, inf]

/**
 * Values, then slopes. Where PyTorch writes 1/6 in float32 it stands in full. Infinity times 0 is none in PyTorch, too.
 */
const torch: Readonly<Record<string, readonly [Values, Values]>> = {
  sigmoid: [
    [0, 3.7200759760208356e-44, 0.5, 1, 1],
    [0, 3.7200759760208356e-44, 0.25, 0, 0],
  ],
  tanh: [
    [-1, -1, -0, 1, 1],
    [0, 0, 1, 0, 0],
  ],
  relu: [
    [0, 0, 0, 100, inf],
    [0, 0, 0, 1, 1],
  ],
  leakyRelu: [
    [-inf, -1, -0, 100, inf],
    [0.01, 0.01, 0.01, 1, 1],
  ],
  prelu: [
    [-inf, -25, -0, 100, inf],
    [0.25, 0.25, 0.25, 1, 1],
  ],
  elu: [
    [-1, -1, -0, 100, inf],
    [0, 3.720075976020836e-44, 1, 1, 1],
  ],
  selu: [
    [-1.7580993408473766, -1.7580993408473766, -0, 105.07009873554804, inf],
    [0, 6.540263121344393e-44, 1.7580993408473766, 1.0507009873554805, 1.0507009873554805],
  ],
  celu: [
    [-1, -1, -0, 100, inf],
    [0, 3.720075976020836e-44, 1, 1, 1],
  ],
  gelu: [
    [none, -0, -0, 100, inf],
    [none, 0, 0.5, 1, none],
  ],
  silu: [
    [none, -3.720075976020836e-42, -0, 100, inf],
    [none, -3.682875216260627e-42, 0.5, 1, none],
  ],
  mish: [
    [none, -3.720075976020836e-42, -0, 100, inf],
    [none, -3.682875216260627e-42, 0.6, 1, none],
  ],
  softplus: [
    [0, 3.720075976020836e-44, Math.LN2, 100, inf],
    [0, 3.720075976020836e-44, 0.5, 1, 1],
  ],
  softsign: [
    [none, -0.9900990099009901, -0, 0.9900990099009901, none],
    [none, 9.80296049406925e-5, 1, 9.80296049406925e-5, none],
  ],
  hardSigmoid: [
    [0, 0, 0.5, 1, 1],
    [0, 0, 1 / 6, 0, 0],
  ],
  hardSwish: [
    [none, -0, -0, 100, inf],
    [0, 0, 0.5, 1, 1],
  ],
  hardTanh: [
    [-1, -1, -0, 1, 1],
    [0, 0, 1, 0, 0],
  ],
  relu6: [
    [0, 0, 0, 6, 6],
    [0, 0, 0, 0, 0],
  ],
  logSigmoid: [
    [-inf, -100, -Math.LN2, -3.720075976020836e-44, 0],
    [1, 1, 0.5, 3.720075976020836e-44, 0],
  ],
}

const arenas = [
  { name: 'reference', engine: createEngine(referenceBackend()), relative: 1e-12, absolute: 1e-43 },
  // Numbers below 1e-38 are not float32's; the slope of softsign is a small difference of large numbers.
  { name: 'wasm', engine: createEngine(wasmBackend()), relative: 1e-5, absolute: 1e-37 },
]

describe.each(arenas)('on $name', ({ engine, relative, absolute }) => {
  function valuesAndSlopes(layer: Layer, at: readonly number[]): readonly ArrayLike<number>[] {
    const x = tensor([...at], [1, at.length])
    const y = forward(layer, x, { store: createStore({ engine }), training: false })
    return evaluate([y.node, gradients(sum(y), [x])[0].node], engine)
  }

  function expectNear(what: string, actual: number, expected: number): void {
    // Equal where there is nothing to measure, the sign of 0 aside: PyTorch itself gives either.
    if (actual === expected || (Number.isNaN(actual) && Number.isNaN(expected))) return
    expect(Math.abs(actual - expected), `${what}: ${actual} for ${expected}`).toBeLessThanOrEqual(
      absolute + relative * Math.abs(expected),
    )
  }

  it.each(Object.entries(torch))('%s', (name, expected) => {
    const actual = valuesAndSlopes(createActivation(name), points)
    points.forEach((x, i) => {
      expectNear(`value at ${x}`, actual[0][i], expected[0][i])
      expectNear(`slope at ${x}`, actual[1][i], expected[1][i])
    })
    expect(valuesAndSlopes(createActivation(name), [none])[0][0]).toBeNaN()
  })

  it('gelu by tanh', () => {
    const [values, slopes] = valuesAndSlopes(gelu({ approximate: 'tanh' }), [-100, -0, 100])
    expect([Math.abs(values[0]), Math.abs(values[1]), values[2]]).toEqual([0, 0, 100])
    expect([Math.abs(slopes[0]), slopes[1], slopes[2]]).toEqual([0, 0.5, 1])
  })

  it.each([
    ['hardTanh', [-1, 1], [0, 0]],
    ['relu6', [0, 6], [0, 0]],
    ['hardSigmoid', [-3, 3], [0, 0]],
  ])('%s has slope 0 where it levels off', (name, at, slopes) => {
    expect([...Array.from(valuesAndSlopes(createActivation(name), at)[1])]).toEqual(slopes)
  })
})
