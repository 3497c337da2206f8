/** What the article says of training that no other file shows, sentence by sentence, on small seeded problems. */
import { arrays, createOrder, type Dataset, digits, moons, type Order, shuffled, spiral, split } from 'thalweg/data'
import { inspect } from 'thalweg/diagnose'
import {
  batchNorm,
  crossEntropy,
  dense,
  elu,
  flatten,
  forward,
  he,
  type Layer,
  leakyRelu,
  relu,
  sequential,
  sigmoid,
  tanh,
  xavier,
} from 'thalweg/nn'
import { adam, createOptimizer, reduceOnPlateau, sgd, stepDecay } from 'thalweg/optim'
import { compiled, type Tensor } from 'thalweg/tensor'
import { fit, populationStatistics, type TrainEvent } from 'thalweg/train'
import { describe, expect, it } from 'vitest'

const loss = crossEntropy()
const { train, test } = split(digits({ size: 1200, seed: 1 }), { seed: 1 })

/** What a classifier of ten classes loses that knows nothing. */
const IGNORANT = Math.log(10)

describe('1: learning is learning the distribution of the data', () => {
  it('where new examples are distributed in another way accuracy falls, and comes back with their own statistics', async () => {
    const parts = split(moons({ size: 1000, seed: 1 }), { seed: 1, test: 0.3 })
    const moved = changed(parts.test, (value, column) => (column === 0 ? 3 * value + 2 : 0.5 * value - 1))
    const model = sequential(batchNorm(), dense(32), relu(), dense(2))
    const run = await fit(model, { train: parts.train, loss, optimizer: adam({ learningRate: 0.02 }), epochs: 20 })
    const accuracy = async (data: Dataset) => {
      const result = await run.evaluate(data)
      return result.task === 'class' ? result.accuracy : Number.NaN
    }
    expect(await accuracy(parts.test)).toBeGreaterThan(0.95)
    expect(await accuracy(moved)).toBeLessThan(0.75)
    await populationStatistics(run, moved)
    expect(await accuracy(moved)).toBeGreaterThan(0.95)
  })
})

describe('2: activation functions', () => {
  it('ReLU at a large rate: units die, more of them the larger it is; those of Leaky ReLU and ELU cannot', async () => {
    /** Of the first hidden layer: the share of units that give 0 for every example, after three epochs. */
    const dead = async (activation: () => Layer, learningRate: number) => {
      const model = sequential(flatten(), dense(64), activation(), dense(64), activation(), dense(10))
      const optimizer = sgd({ learningRate, momentum: 0.9 })
      const { store } = await fit(model, { train, loss, optimizer, epochs: 3, seed: 1 })
      const { layers } = await inspect(model, train, { store, batchSize: train.size })
      return layers[2].silent
    }
    expect(await dead(relu, 0.01)).toBeLessThan(0.05)
    expect(await dead(relu, 0.6)).toBeGreaterThan(0.3)
    expect(await dead(leakyRelu, 0.6)).toBe(0)
    expect(await dead(elu, 0.3)).toBe(0)
  })

  it('no sigmoid: six layers of it learn nothing in the time in which ReLU and tanh learn', async () => {
    const best = async (activation: () => Layer, initializer = xavier()) => {
      const hidden = Array.from({ length: 6 }, () => [dense(48, { initializer }), activation()])
      const losses = [0.03, 0.1, 0.3].map(async (learningRate) => {
        const model = sequential(flatten(), ...hidden.flat(), dense(10, { initializer }))
        const run = await fit(model, { train, loss, optimizer: sgd({ learningRate }), epochs: 8, seed: 1 })
        return run.history[7].trainLoss
      })
      return Math.min(...(await Promise.all(losses)))
    }
    expect(await best(sigmoid)).toBeGreaterThan(0.95 * IGNORANT)
    expect(await best(tanh)).toBeLessThan(0.6 * IGNORANT)
    expect(await best(relu, he())).toBeLessThan(0.7 * IGNORANT)
  })
})

describe('3: why data is preprocessed', () => {
  it('a small shift of the inputs is amplified layer by layer', async () => {
    const arms = spiral({ size: 1000 })
    const model = sequential(...Array.from({ length: 5 }, () => [dense(32), relu()]).flat(), dense(3))
    const run = await fit(model, { train: arms, loss, optimizer: adam({ learningRate: 0.01 }), epochs: 40, seed: 1 })
    const outputsOf = compiled((x) => {
      const seen: Tensor[] = []
      const observe = ({ path, output }: { path: string; output: Tensor }) => {
        if (path.startsWith('dense')) seen.push(output)
      }
      forward(model, x, { store: run.store, training: false, observe })
      return seen
    })
    const { inputs } = rowsOf(arms)
    const shift = 0.01
    const [here, there] = [inputs, inputs.map((value) => value + shift)].map((data) =>
      outputsOf({ data, shape: [arms.size, 2] }),
    )
    const growth = here.map((values, layer) => {
      const squares = Array.from(values, (value, i) => ((there[layer][i] - value) / shift) ** 2)
      return Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length)
    })
    for (let layer = 1; layer < growth.length; layer++) expect(growth[layer]).toBeGreaterThan(growth[layer - 1])
    expect(growth[5]).toBeGreaterThan(8)
  })

  it('where each batch has another distribution the network chases it: it knows the class that came last', async () => {
    const { labels } = rowsOf(train)
    const rows = Int32Array.from([...labels.keys()].sort((a, b) => labels[a] - labels[b]))
    const byClass = createOrder('by class', () => ({ length: rows.length, rows: () => rows }))
    const accuracy = async (order: Order) => {
      const options = { train, valid: test, loss, optimizer: sgd({ learningRate: 0.1 }), epochs: 6, order }
      const run = await fit(sequential(flatten(), dense(64), relu(), dense(10)), options)
      return run.history[5].validAccuracy ?? Number.NaN
    }
    expect(await accuracy(shuffled())).toBeGreaterThan(0.5)
    expect(await accuracy(byClass)).toBeLessThan(0.3)
  })
})

describe('6: learning rates', () => {
  /** The loss of every step. */
  async function curve(learningRate: number): Promise<number[]> {
    const losses: number[] = []
    await fit(sequential(flatten(), dense(64), relu(), dense(10)), {
      ...{ train, loss, optimizer: sgd({ learningRate }), epochs: 6, seed: 1, stepEvents: 1 },
      onEvent: (event: TrainEvent) => {
        if (event.type === 'step') losses.push(event.loss)
      },
    })
    return losses
  }

  it('too small a rate, 1e-6: the cost barely falls; a good one brings it down', async () => {
    const fall = (losses: number[]) => mean(losses.slice(0, 5)) - mean(losses.slice(-5))
    const good = fall(await curve(0.3))
    expect(good).toBeGreaterThan(1)
    expect(fall(await curve(1e-6))).toBeLessThan(0.1 * good)
  })

  it('too large a rate: the cost explodes, past three times the original', async () => {
    const [first, ...later] = await curve(10)
    expect(Math.max(...later)).toBeGreaterThan(3 * first)
    expect(Math.max(...(await curve(0.3)))).toBeLessThan(3 * first)
  })
})

describe('7: parameter updates', () => {
  it('a schedule fixed in advance cannot adapt: it drops when it must, another one when learning has stalled', async () => {
    /** The first epoch with a lower rate; 0 where there is none. */
    const firstDrop = async (
      schedule: ReturnType<typeof reduceOnPlateau> | ReturnType<typeof stepDecay>,
      noise: number,
    ) => {
      const data = split(moons({ size: 400, noise, seed: 1 }), { seed: 1 })
      const run = await fit(sequential(dense(16), relu(), dense(2)), {
        ...{ ...data, loss, optimizer: sgd(), schedule, epochs: 60, batchSize: 28, seed: 1 },
      })
      const rates = run.history.map(({ learningRate }) => learningRate)
      return rates.findIndex((rate) => rate < rates[0]) + 1
    }
    const fixed = () => stepDecay({ learningRate: 0.5, stepSize: 205 })
    const adapting = () => reduceOnPlateau({ learningRate: 0.5, patience: 4 })
    // Clean moons are learned better and better, noisy ones soon as well as they can be.
    expect(await firstDrop(fixed(), 0.4)).toBe(await firstDrop(fixed(), 0.1))
    expect(await firstDrop(adapting(), 0.4)).toBeLessThan(30)
    expect(await firstDrop(adapting(), 0.1)).toBe(0)
  })

  it('RMSprop, AdaDelta and Adam behave alike, Adam ends best, and all of them are fast', async () => {
    const losses = async (name: string, learningRate: number) => {
      const model = sequential(flatten(), dense(64), relu(), dense(64), relu(), dense(10))
      const optimizer = createOptimizer(name, { learningRate })
      return (await fit(model, { train, loss, optimizer, epochs: 8, seed: 1 })).history.map((epoch) => epoch.trainLoss)
    }
    const plain = await Promise.all([0.03, 0.1, 0.3].map((rate) => losses('sgd', rate)))
    const [rmsprop, adadelta, best] = await Promise.all([
      losses('rmsprop', 0.003),
      losses('adadelta', 1),
      losses('adam', 0.003),
    ])
    for (let epoch = 2; epoch < 8; epoch++) {
      const three = [rmsprop[epoch], adadelta[epoch], best[epoch]]
      expect(Math.max(...three)).toBeLessThan(2.5 * Math.min(...three))
    }
    expect(best[7]).toBeLessThan(Math.min(rmsprop[7], adadelta[7]))
    // After three epochs each is ahead of plain descent at the best of its rates.
    for (const { 2: third } of [rmsprop, adadelta, best]) {
      expect(third).toBeLessThan(0.9 * Math.min(...plain.map((epochs) => epochs[2])))
    }
  })
})

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}

function rowsOf(data: Dataset): { inputs: Float32Array; labels: Int32Array } {
  const inputs = new Float32Array(data.size * data.inputShape.reduce((a, b) => a * b, 1))
  const labels = new Int32Array(data.size)
  data.fill(
    Int32Array.from({ length: data.size }, (_, row) => row),
    inputs,
    labels,
  )
  return { inputs, labels }
}

/** The same examples with other values. */
function changed(data: Dataset, change: (value: number, column: number) => number): Dataset {
  const { inputs, labels } = rowsOf(data)
  const [width] = data.inputShape
  return arrays({ inputs: inputs.map((value, i) => change(value, i % width)), inputShape: [width], labels })
}
