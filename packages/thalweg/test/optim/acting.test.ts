/** What the article says of optimizers, seen to happen: each with the best of several rates, so that no rate decides. */
import { referenceBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { arrays, type Dataset } from 'thalweg/data'
import { dense, meanSquaredError, sequential } from 'thalweg/nn'
import { createOptimizer, type Optimizer } from 'thalweg/optim'
import { mul, square, sum, tensor } from 'thalweg/tensor'
import { fit } from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { createDescent, type Surface } from '../descent.ts'

const engine = createEngine(referenceBackend())

function path(optimizer: Optimizer, height: Surface, start: readonly number[], updates: number): number[][] {
  const descent = createDescent(engine, optimizer, height, start)
  const points = Array.from({ length: updates }, () => Array.from(descent.update(), Number))
  descent.release()
  return points
}

describe('in a long valley', () => {
  // Its sides are a hundred times as steep as its floor, along which the way is long.
  const valley: Surface = (point) => sum(mul(square(point), tensor([0.01, 1])))
  const height = ([x, y]: readonly number[]) => 0.01 * x * x + y * y

  function lowest(name: string, rates: readonly number[], more: Record<string, unknown> = {}): number {
    const heights = rates.map((learningRate) => {
      const end = path(createOptimizer(name, { ...more, learningRate }), valley, [10, 1], 100).at(-1)
      return height(end ?? [])
    })
    return Math.min(...heights)
  }

  it.each([
    ['sgd', { momentum: 0.9 }],
    ['sgd', { momentum: 0.9, nesterov: true }],
    ['momentum', {}],
    ['nesterov', {}],
  ])('%s with momentum %j gets much further than plain descent at its best rate', (name, more) => {
    // Above a rate of 1 plain descent climbs out of the valley.
    const plain = lowest('sgd', [0.1, 0.3, 0.6, 0.9, 0.99])
    expect(plain).toBeGreaterThan(0.01)
    expect(lowest(name, [0.1, 0.3], more)).toBeLessThan(plain / 20)
  })
})

describe('at a saddle', () => {
  const saddle: Surface = (point) => sum(mul(square(point), tensor([1, -1])))

  /** Updates until the way down is taken for good. */
  function leaves(optimizer: Optimizer): number {
    const index = path(optimizer, saddle, [0.5, 1e-7], 1000).findIndex(([, y]) => Math.abs(y) > 0.5)
    return index < 0 ? Number.POSITIVE_INFINITY : index + 1
  }

  const plain = leaves(createOptimizer('sgd', { learningRate: 0.01 }))
  const adaptive = ['adagrad', 'adadelta', 'rmsprop', 'adam', 'adamw', 'adamax', 'nadam', 'radam', 'lion', 'rprop']

  it.each(adaptive)('%s leaves long before plain descent at the same rate', (name) => {
    // AdaDelta has no rate: 1 is its unit.
    const optimizer = createOptimizer(name, name === 'adadelta' ? {} : { learningRate: 0.01 })
    expect(plain).toBeLessThan(1000)
    expect(leaves(optimizer)).toBeLessThan(plain / 2)
  })
})

describe('on sparse data', () => {
  const [examples, common, rare] = [240, 4, 40]

  /** Four features that every example has, and of forty others one in each; every weight is 1 or -1. */
  function sparse(): Dataset {
    const width = common + rare
    const inputs = new Float32Array(examples * width)
    const numbers = new Float32Array(examples)
    const weight = (feature: number) => (feature % 2 === 0 ? 1 : -1)
    for (let row = 0; row < examples; row++) {
      const present = [0, 1, 2, 3, common + (row % rare)]
      for (const feature of present) {
        const value = feature < common ? 1 + Math.sin(row * (feature + 1)) : 1
        inputs[row * width + feature] = value
        numbers[row] += value * weight(feature)
      }
    }
    return arrays({ inputs, inputShape: [width], numbers })
  }

  it('AdaGrad and Adam end far below plain descent, whose rate the common features hold down', async () => {
    const data = sparse()
    async function best(name: string, rates: readonly number[]): Promise<number> {
      const losses = await Promise.all(
        rates.map(async (learningRate) => {
          const optimizer = createOptimizer(name, { learningRate })
          const options = { train: data, loss: meanSquaredError(), optimizer, epochs: 15, batchSize: 24 }
          const run = await fit(sequential(dense(1)), options).catch(() => undefined)
          return run?.history.at(-1)?.trainLoss ?? Number.POSITIVE_INFINITY
        }),
      )
      return Math.min(...losses)
    }
    const plain = await best('sgd', [0.03, 0.1, 0.2, 0.4])
    // It does learn, the common features that is.
    expect(plain).toBeLessThan(0.5)
    expect(await best('adagrad', [0.3, 1])).toBeLessThan(plain / 50)
    expect(await best('adam', [0.03, 0.1])).toBeLessThan(plain / 50)
  })
})
