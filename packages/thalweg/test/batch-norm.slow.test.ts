/** What the article's section 5 says of batch normalization, sentence by sentence, shown acting on small seeded problems. */
import { referenceBackend } from 'thalweg/backend'
import { random } from 'thalweg/base'
import { createEngine } from 'thalweg/compile'
import { digits, epochOrder, split } from 'thalweg/data'
import {
  batchNorm,
  createStore,
  crossEntropy,
  dense,
  flatten,
  forward,
  type Initializer,
  type Layer,
  localResponseNorm,
  type Model,
  relu,
  sequential,
  sigmoid,
  smallRandom,
} from 'thalweg/nn'
import { exponentialDecay, sgd } from 'thalweg/optim'
import { compiled, gradients, mul, square, sum, type Tensor, tensor } from 'thalweg/tensor'
import { fit, type Run } from 'thalweg/train'
import { describe, expect, it } from 'vitest'

const reference = createEngine(referenceBackend())
const { train, test } = split(digits({ size: 1200, seed: 1 }), { seed: 1, test: 0.25 })

interface Net {
  readonly normalized: boolean
  readonly depth?: number
  readonly activation?: () => Layer
  readonly initializer?: Initializer
}

function net({ normalized, depth = 4, activation = relu, initializer }: Net): Model {
  const options = initializer ? { initializer } : {}
  const hidden = Array.from({ length: depth }, () => [
    dense(48, options),
    ...(normalized ? [batchNorm()] : []),
    activation(),
  ])
  return sequential(flatten(), ...hidden.flat(), dense(10, options))
}

function trained(model: Model, learningRate: number, more: { epochs?: number; decay?: number } = {}): Promise<Run> {
  const { epochs = 4, decay } = more
  return fit(model, {
    train,
    test,
    loss: crossEntropy(),
    optimizer: sgd({ learningRate }),
    ...(decay && { schedule: exponentialDecay({ learningRate, gamma: decay }) }),
    epochs,
    batchSize: 50,
    seed: 1,
  })
}

/** Training loss of the last epoch; NaN where it was no number any more. */
async function finalLoss(run: Promise<Run>): Promise<number> {
  try {
    return (await run).history.at(-1)?.trainLoss ?? Number.NaN
  } catch (error) {
    expect(String(error)).toMatch(/the loss must stay a finite number/)
    return Number.NaN
  }
}

/** What a classifier of ten classes loses that knows nothing. */
const IGNORANT = Math.log(10)

describe('claims about training', () => {
  it('much larger rates: it trains at one at which the plain net diverges', async () => {
    const plain = await finalLoss(trained(net({ normalized: false }), 3))
    expect(plain < IGNORANT).toBe(false)
    expect(await finalLoss(trained(net({ normalized: true }), 3))).toBeLessThan(1.6)
  })

  it('faster training: at one rate it gets more than twice as far', async () => {
    const plain = await finalLoss(trained(net({ normalized: false }), 0.03))
    const normalized = await finalLoss(trained(net({ normalized: true }), 0.03))
    expect(IGNORANT - normalized).toBeGreaterThan(2 * (IGNORANT - plain))
  })

  it('faster decay: it stands a rate that falls six times as fast', async () => {
    const plain = await finalLoss(trained(net({ normalized: false }), 0.03, { epochs: 6, decay: 0.99 }))
    const normalized = await finalLoss(trained(net({ normalized: true }), 0.2, { epochs: 6, decay: 0.99 ** 6 }))
    expect(normalized).toBeLessThan(0.75 * plain)
  })

  it.each([0.003, 0.5])('less dependence on first weights: it trains from a deviation of %d', async (scale) => {
    const initializer = smallRandom({ scale })
    const lossOf = (normalized: boolean) => finalLoss(trained(net({ normalized, initializer }), 0.1, { epochs: 8 }))
    expect(await lossOf(true)).toBeLessThan(1.9)
    expect((await lossOf(false)) < 2.2).toBe(false)
  })

  it('no local response normalization: it does without, and better than the net that has it', async () => {
    const responses = await finalLoss(trained(net({ normalized: false, activation: respondingRelu }), 0.1))
    expect(await finalLoss(trained(net({ normalized: true }), 0.1))).toBeLessThan(0.8 * responses)
  })

  it('better gradient flow: through ten layers of sigmoids', () => {
    const ratioOf = (normalized: boolean) => {
      const initializer = smallRandom({ scale: 0.1 })
      const norms = gradientNorms(net({ normalized, depth: 10, activation: sigmoid, initializer }))
      return norms[0] / norms[norms.length - 1]
    }
    expect(ratioOf(false)).toBeLessThan(1e-6)
    expect(ratioOf(true)).toBeGreaterThan(1e-2)
  })

  it('no use for a bias before it: the losses are the same with and without', async () => {
    const withBias = sequential(flatten(), dense(24, { bias: true }), batchNorm(), relu(), dense(10))
    const without = sequential(flatten(), dense(24), batchNorm(), relu(), dense(10))
    const [kept, dropped] = [await trained(withBias, 0.1), await trained(without, 0.1)]
    expect(kept.parameters - dropped.parameters).toBe(24)
    for (const [i, { trainLoss }] of kept.history.entries()) {
      expect(Math.abs(trainLoss - dropped.history[i].trainLoss)).toBeLessThan(1e-3)
    }
  })
})

describe('claims about what it computes', () => {
  it('gamma and beta could undo it: the square root of the variance, and the mean', () => {
    const store = createStore({ engine: reference })
    const draw = random(1, 'undo')
    const x = tensor(
      Float64Array.from({ length: 60 }, () => 4 + 3 * draw.normal()),
      [20, 3],
    )
    const values = x.read(reference)
    const columns = [0, 1, 2].map((c) => Array.from(values).filter((_, i) => i % 3 === c))
    const means = columns.map((column) => column.reduce((a, b) => a + b, 0) / 20)
    const variances = columns.map((column, c) => column.reduce((total, v) => total + (v - means[c]) ** 2, 0) / 20)
    const row = (data: number[]) => ({ shape: [3], dtype: 'float32' as const, data: Float64Array.from(data) })
    const epsilon = 1e-5
    store.load({ gamma: row(variances.map((v) => Math.sqrt(v + epsilon))), beta: row(means) })
    const options = { store, training: true, assign: () => undefined }
    const restored = forward(batchNorm({ epsilon }), x, options).read(reference)
    for (const [i, value] of values.entries()) expect(restored[i]).toBeCloseTo(value, 10)
  })

  it('the gradient goes through mu and var: what it passes on can move neither of them', () => {
    const draw = random(2, 'gradient')
    const numbers = (count: number) =>
      tensor(
        Float64Array.from({ length: count }, () => draw.normal()),
        [count / 2, 2],
      )
    const [x, upstream] = [numbers(40), numbers(40)]
    const store = createStore({ engine: reference })
    const y = forward(batchNorm({ epsilon: 1e-12 }), x, { store, training: true, assign: () => undefined })
    const [slope] = gradients(sum(mul(y, upstream)), [x])
    const down = sum(slope, { axes: [0] }).read(reference)
    const along = sum(mul(slope, y), { axes: [0] }).read(reference)
    for (const value of [...down, ...along]) expect(Math.abs(value)).toBeLessThan(1e-9)
    // Taken as constants they would let the sum of the upstream through.
    expect(Math.max(...Array.from(sum(upstream, { axes: [0] }).read(reference), Math.abs))).toBeGreaterThan(0.5)
  })

  it('the linear layer is more symmetric and less sparse than what comes after the rectifier', async () => {
    const run = await trained(net({ normalized: false, depth: 2 }), 0.1)
    const inputs = new Float32Array(200 * 784)
    train.fill(
      Int32Array.from({ length: 200 }, (_, i) => i),
      inputs,
      new Int32Array(200),
    )
    const layers = compiled((x) => {
      const seen: Tensor[] = []
      const observe = ({ path, output }: { path: string; output: Tensor }) => {
        if (path === 'dense2' || path === 'relu2') seen.push(output)
      }
      forward(run.model, x, { store: run.store, training: false, observe })
      return seen
    })({ data: inputs, shape: [200, 28, 28, 1] })
    const [linear, rectified] = layers.map((values) => shapeOf(values))
    expect(Math.abs(linear.skewness)).toBeLessThan(0.6 * Math.abs(rectified.skewness))
    expect(linear.zeros).toBe(0)
    expect(rectified.zeros).toBeGreaterThan(0.2)
  })

  it('regularizes: an example is seen in the light of its companions, the more so in small batches', () => {
    const model = net({ normalized: true, depth: 2 })
    const store = createStore({ seed: 4 })
    const draw = random(3, 'companions')
    const first = (size: number) => {
      const logits = compiled((x) => forward(model, x, { store, training: true, assign: () => undefined }))
      return Array.from({ length: 40 }, () => {
        const rows = Int32Array.from({ length: size }, (_, i) => (i === 0 ? 0 : 1 + draw.integer(train.size - 1)))
        const inputs = new Float32Array(size * 784)
        train.fill(rows, inputs, new Int32Array(size))
        return logits({ data: inputs, shape: [size, 28, 28, 1] })[0]
      })
    }
    const spread = (values: number[]) => {
      const middle = values.reduce((a, b) => a + b, 0) / values.length
      return values.reduce((total, value) => total + (value - middle) ** 2, 0) / values.length
    }
    // The variance of a batch's statistics goes with 1 / m: sixteen times, here asked to be three.
    expect(spread(first(8))).toBeGreaterThan(3 * spread(first(128)))
  })

  it('full shuffling: two examples that shared a batch meet again only by chance', () => {
    const [size, batchSize] = [1000, 50]
    const batchOf = (epoch: number) => {
      const batches = new Int32Array(size)
      for (const [place, row] of epochOrder(size, 1, epoch).entries()) batches[row] = Math.floor(place / batchSize)
      return batches
    }
    const [now, next] = [batchOf(0), batchOf(1)]
    let [pairs, again] = [0, 0]
    for (let a = 0; a < size; a++) {
      for (let b = a + 1; b < size; b++) {
        if (now[a] !== now[b]) continue
        pairs++
        if (next[a] === next[b]) again++
      }
    }
    // (m - 1) / (N - 1) = 4.9%.
    expect(again / pairs).toBeGreaterThan(0.035)
    expect(again / pairs).toBeLessThan(0.065)
  })
})

function respondingRelu(): Layer {
  return sequential(relu(), localResponseNorm({ size: 5, alpha: 5e-4, beta: 0.75, k: 2 }))
}

function shapeOf(values: ArrayLike<number>): { skewness: number; zeros: number } {
  const all = Array.from(values)
  const middle = all.reduce((a, b) => a + b, 0) / all.length
  const moment = (power: number) => all.reduce((total, value) => total + (value - middle) ** power, 0) / all.length
  return { skewness: moment(3) / moment(2) ** 1.5, zeros: all.filter((value) => value === 0).length / all.length }
}

/** Norm of the loss's gradient by each dense layer's weights, the first layer first, at the first weights. */
function gradientNorms(model: Model): number[] {
  const store = createStore({ seed: 2, engine: reference })
  const inputs = new Float32Array(50 * 784)
  const labels = new Int32Array(50)
  train.fill(
    Int32Array.from({ length: 50 }, (_, i) => i),
    inputs,
    labels,
  )
  const norms = compiled(
    (x, y) => {
      const weights: Tensor[] = []
      const logits = forward(model, x, {
        store,
        training: true,
        assign: () => undefined,
        substitute(variable, value) {
          if (variable.name.endsWith('.weight')) weights.push(value)
          return value
        },
      })
      return gradients(crossEntropy().forward(logits, y), weights).map((slope) => sum(square(slope)))
    },
    { engine: reference },
  )({ data: inputs, shape: [50, 28, 28, 1] }, { data: labels, shape: [50] })
  return norms.map(([squares]) => Math.sqrt(squares))
}
