/** The article's section 4, acting: ten layers of one activation, and what the first weights make of their numbers. */
import { arrays } from 'thalweg/data'
import { inspect, type LayerInspection } from 'thalweg/diagnose'
import {
  createStore,
  dense,
  he,
  type Initializer,
  relu,
  sequential,
  smallRandom,
  tanh,
  unitRandom,
  xavier,
} from 'thalweg/nn'
import { lsuv } from 'thalweg/train'
import { describe, expect, it } from 'vitest'

const WIDTH = 100
const DEPTH = 10

/** Seeded standard normal inputs; the targets do not matter much. */
const noise = (() => {
  let state = 1
  const uniform = () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  return arrays({
    inputs: Float32Array.from({ length: 100 * WIDTH }, normal),
    inputShape: [WIDTH],
    labels: Array.from({ length: 100 }, (_, i) => i % 10),
  })
})()

const deep = (activation: typeof tanh) =>
  sequential(...Array.from({ length: DEPTH }, () => [dense(WIDTH), activation()]).flat(), dense(10))

async function hidden(activation: typeof tanh, initializer: Initializer): Promise<readonly LayerInspection[]> {
  const store = createStore({ seed: 1, initializer })
  const { layers } = await inspect(deep(activation), noise, { store, seed: 1 })
  return layers.filter(({ kind }) => kind === 'tanh' || kind === 'relu')
}

const spreads = (layers: readonly LayerInspection[]) => layers.map(({ activations }) => activations.deviation)
const backward = (layers: readonly LayerInspection[]) => layers.map(({ gradients }) => gradients.deviation)

describe('ten layers of tanh', () => {
  it('fade away with small random numbers, forward and backward', async () => {
    const layers = await hidden(tanh, smallRandom())
    // 0.01 * sqrt(100) = 0.1 a layer.
    expect(spreads(layers)[0]).toBeGreaterThan(0.05)
    expect(spreads(layers)[9]).toBeLessThan(1e-8)
    expect(backward(layers)[0]).toBeLessThan(1e-8 * backward(layers)[9])
  })

  it('saturate with unit random numbers', async () => {
    for (const { saturated } of await hidden(tanh, unitRandom())) expect(saturated).toBeGreaterThan(0.7)
  })

  it.each([
    ['xavier', xavier()],
    ["the article's form", xavier({ distribution: 'normal', fan: 'in' })],
  ])('keep their spread with %s, forward and backward', async (_, initializer) => {
    const layers = await hidden(tanh, initializer)
    for (const { activations, saturated } of layers) {
      expect(activations.deviation).toBeGreaterThan(0.15)
      expect(saturated).toBeLessThan(0.1)
    }
    const [first, last] = [backward(layers)[0], backward(layers)[9]]
    expect(first / last).toBeGreaterThan(0.05)
    expect(first / last).toBeLessThan(20)
  })
})

describe('ten layers of rectifiers', () => {
  it('fade away with 0.01, explode with 1, lose half of their mean square a layer with xavier', async () => {
    const [small, unit, halved] = await Promise.all(
      [smallRandom(), unitRandom(), xavier()].map(async (initializer) => spreads(await hidden(relu, initializer))),
    )
    expect(small[9]).toBeLessThan(1e-8)
    expect(unit[9]).toBeGreaterThan(1e6)
    // 2^(-9/2) is 0.044.
    expect(halved[9] / halved[0]).toBeLessThan(0.15)
  })

  it('keep their spread with he, forward and backward', async () => {
    const layers = await hidden(relu, he())
    const ratios = [spreads(layers)[9] / spreads(layers)[0], backward(layers)[0] / backward(layers)[9]]
    for (const ratio of ratios) {
      expect(ratio).toBeGreaterThan(0.25)
      expect(ratio).toBeLessThan(4)
    }
  })
})

it('lsuv brings the output of every layer to unit variance where xavier does not', async () => {
  const model = deep(relu)
  const before = await inspect(model, noise, { store: createStore({ seed: 1, initializer: xavier() }), seed: 1 })
  const { store, layers } = await lsuv(model, noise, { seed: 1 })
  const after = await inspect(model, noise, { store, seed: 1, batchSize: 256 })
  const variances = (layers: readonly LayerInspection[]) =>
    layers.filter(({ kind }) => kind === 'dense').map(({ activations }) => activations.deviation ** 2)
  expect(layers.every(({ converged }) => converged)).toBe(true)
  expect(Math.min(...variances(before.layers))).toBeLessThan(0.05)
  for (const variance of variances(after.layers)) expect(Math.abs(variance - 1)).toBeLessThan(0.11)
})
