import { arrays, moons } from 'thalweg/data'
import { createStore, crossEntropy, dense, type Model, relu, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { fit, type RangeTestOptions, rangeTest } from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { digestOf, reference } from './runs.ts'

const model = sequential(dense(16), relu(), dense(2))
const train = moons({ size: 300 })
const options = { train, loss: crossEntropy(), optimizer: sgd(), batchSize: 32, seed: 3 }

describe('rangeTest', () => {
  it('gives an interval whose rates train, the same each time', async () => {
    const { verdict, rates, curves } = await rangeTest(model, options)
    if (verdict.kind !== 'interval') throw new Error(verdict.message)
    const { low, high, suggestion } = verdict
    expect(low < suggestion && suggestion <= high && high < 10 && low > 1e-5).toBe(true)
    expect(rates.at(0)).toBe(1e-7)
    expect(rates.at(-1)).toBeCloseTo(10, 12)
    expect(curves.map(({ seed, losses, smooth }) => [seed, losses.length, smooth.length])).toEqual([
      [3, 100, 100],
      [4, 100, 100],
      [5, 100, 100],
    ])
    expect(await rangeTest(model, options)).toEqual({ verdict, rates, curves })

    const lossAt = async (learningRate: number): Promise<number> => {
      const run = await fit(model, { ...options, optimizer: sgd({ learningRate }), epochs: 10, batchSize: 32 })
      return run.history[9].trainLoss
    }
    const [slow, good] = [await lossAt(low / 100), await lossAt(suggestion)]
    expect(good).toBeLessThan(0.8 * slow)
  })

  it('measures what each rate does: the first losses are those of fresh weights', async () => {
    const { curves } = await rangeTest(model, { ...options, seeds: 1, from: 1e-12, to: 1e-11, steps: 20 })
    const store = createStore({ seed: 3 })
    const run = await fit(model, { ...options, store, optimizer: sgd({ learningRate: 0 }), epochs: 3, stepEvents: 1 })
    const mean = curves[0].losses.reduce((sum, loss) => sum + loss / 20, 0)
    expect(mean).toBeCloseTo(run.history[0].trainLoss, 1)
  })

  it('begins with weights that are given, and leaves them as they are', async () => {
    const { store } = await fit(model, { ...options, optimizer: sgd({ learningRate: 0.1 }), epochs: 30, batchSize: 32 })
    const before = digestOf(store.save())
    const { curves } = await rangeTest(model, { ...options, store, seeds: 1 })
    expect(digestOf(store.save())).toBe(before)
    const [fresh] = (await rangeTest(model, { ...options, seeds: 1 })).curves
    expect(curves[0].losses[0]).toBeLessThan(0.8 * fresh.losses[0])
  })

  it('abstains, and says why, where there is nothing to be found', async () => {
    const inputs = { inputs: Float32Array.from({ length: 90 }, (_, i) => Math.sin(i)), inputShape: [3] }
    const constant = arrays({ ...inputs, labels: new Int32Array(30), classes: ['a', 'b'] })
    const numbers = arrays({ ...inputs, labels: Int32Array.from({ length: 30 }, (_, i) => i % 2) })
    const dead = sequential(dense(4), (x) => x.mul(0), dense(2, { bias: false }))
    const reason = async (other: Partial<RangeTestOptions>, of: Model = model): Promise<unknown> => {
      const { verdict } = await rangeTest(of, { ...options, train: numbers, steps: 30, seeds: 2, ...other })
      return verdict.kind === 'abstention' && verdict.reason
    }
    expect(await reason({ train: constant })).toBe('constant-target')
    expect(await reason({}, dead)).toBe('flat')
    expect(await reason({ to: 1e-6 })).toBe('flat')
    expect(await reason({ train, to: 0.05, steps: 100 })).toBe('no-rise')
  })

  it.each<[string, Partial<RangeTestOptions>, RegExp]>([
    ['rates that do not rise', { from: 1, to: 0.1 }, /received: from 1 to 0.1\n/],
    ['a rate of 0', { from: 0 }, /rates must go up from one above 0/],
    ['too few steps', { steps: 5 }, /steps must be an integer of at least 20/],
    ['no seeds', { seeds: 0 }, /seeds must be an integer of at least 1/],
  ])('refuses %s', async (_, wrong, message) => {
    const testing = rangeTest(model, { ...options, engine: reference(), ...wrong })
    await expect(testing).rejects.toThrow(message)
    await expect(testing).rejects.toThrow(/^.+\nreceived: .+\ntry: .+$/)
  })

  it('can be called off', async () => {
    const controller = new AbortController()
    const onProgress = (): void => controller.abort()
    const testing = rangeTest(model, {
      ...options,
      engine: reference(),
      seeds: 50,
      signal: controller.signal,
      onProgress,
    })
    await expect(testing).rejects.toMatchObject({ name: 'AbortError' })
  })
})
