import { referenceBackend, wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { arrays, type Dataset, inOrder, moons, spiral, split, xor } from 'thalweg/data'
import { batchNorm, crossEntropy, dense, type Model, meanSquaredError, relu, sequential, tanh } from 'thalweg/nn'
import { adam, momentum, oneCycle, sgd } from 'thalweg/optim'
import { decodeCheckpoint, evaluate, type FitOptions, fit, type Run, type TrainEvent } from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { digest, noisyModel, noisyOptions, reference, withoutTime } from './runs.ts'

describe('fit', () => {
  it('learns xor', async () => {
    const { train, test } = split(xor({ size: 300 }), { seed: 1, valid: 0 })
    const model = sequential(dense(8), tanh(), dense(2))
    const optimizer = adam({ learningRate: 0.05 })
    const options = { train, test, loss: crossEntropy(), optimizer, epochs: 12, batchSize: 32, engine: reference() }
    const run = await fit(model, options)
    expect(run.test).toMatchObject({ task: 'class', examples: test.size })
    expect(run.test?.task === 'class' && run.test.accuracy).toBeGreaterThan(0.9)
    expect(run.history.at(-1)?.trainLoss).toBeLessThan((run.history[0]?.trainLoss ?? 0) / 2)
  })

  it('learns a spiral under a schedule', async () => {
    const data = spiral({ size: 300 })
    const schedule = oneCycle({ maxLearningRate: 0.05, totalSteps: 40 * 10 })
    const model = sequential(dense(16), tanh(), dense(3))
    const optimizer = adam()
    const options = { train: data, loss: crossEntropy(), optimizer, schedule, epochs: 40, batchSize: 32 }
    const run = await fit(model, { ...options, engine: reference() })
    expect(run.history.at(-1)?.trainAccuracy).toBeGreaterThan(0.9)
    expect(run.history.map(({ learningRate }) => learningRate)).toEqual(
      Array.from({ length: 40 }, (_, epoch) => schedule(epoch * 10 + 9)),
    )
  })

  it('trains a model that is a function of tensors', async () => {
    const data = xor({ size: 60 })
    const model: Model = (x, scope) => scope.call(dense(2), scope.call(dense(4), x).tanh())
    const options = { train: data, loss: crossEntropy(), optimizer: sgd({ learningRate: 0.1 }), epochs: 2 }
    const run = await fit(model, { ...options, engine: reference() })
    expect([...run.store.entries.keys()]).toEqual(['dense1.weight', 'dense1.bias', 'dense2.weight', 'dense2.bias'])
    expect(run.parameters).toBe(2 * 4 + 4 + 4 * 2 + 2)
  })

  it.each([
    ['reference', referenceBackend],
    ['wasm', wasmBackend],
  ])('compiles once per shape of batch: a full one and the last short one (%s)', async (_, backend) => {
    const engine = createEngine(backend())
    let before = { plans: 0, allocations: 0 }
    const events: TrainEvent[] = []
    const data = moons({ size: 50 })
    await fit(sequential(dense(4), relu(), dense(2)), {
      ...{ train: data, valid: data, loss: crossEntropy(), optimizer: momentum(), epochs: 3, batchSize: 16, engine },
      onEvent: (event) => {
        events.push(event)
        if (event.type === 'epoch' && event.epoch === 1) before = { ...engine.counts }
      },
    })
    expect(before.plans).toBe(3)
    expect(engine.counts).toEqual(before)
    const compiled = events.flatMap((event) => (event.type === 'compile' ? [[event.purpose, event.shape]] : []))
    expect(compiled).toEqual([
      ['train', [16, 2]],
      ['train', [2, 2]],
      ['evaluate', [50, 2]],
    ])
  })

  it('gives the same bits for the same seed, others for another', async () => {
    const digests = [3, 3, 4].map(async (seed) => digest(await fit(noisyModel(), { ...noisyOptions(), seed })))
    const [first, again, other] = await Promise.all(digests)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  it('tells what happens in order', async () => {
    const types: string[] = []
    const data = xor({ size: 40 })
    const options = { train: data, valid: data, test: data, loss: crossEntropy(), optimizer: sgd(), epochs: 2 }
    const onEvent = (event: TrainEvent) => types.push(event.type)
    const checkpoint = { save: async () => 'there' }
    await fit(sequential(dense(2)), {
      ...options,
      batchSize: 20,
      stepEvents: 2,
      engine: reference(),
      onEvent,
      checkpoint,
    })
    const epoch = ['step', 'epoch', 'checkpoint']
    expect(types.filter((type) => type !== 'compile')).toEqual(['start', ...epoch, ...epoch, 'end'])
  })
})

describe('exactness', () => {
  /** Five rows in batches of two: the last one has a single row. */
  const rows = [
    [0.5, -1, 0.3],
    [1.5, 0.25, -0.7],
    [-0.75, 2, 1.1],
    [0.1, 0.6, 0.9],
    [-1.2, -0.4, 2.3],
  ]
  const data = arrays({
    inputs: Float32Array.from(rows.flatMap((row) => row.slice(0, 2))),
    inputShape: [2],
    numbers: Float32Array.from(rows.map(([, , y]) => y)),
  })
  const values = rows.map((row) => row.map(Math.fround))

  it.each<[name: string, batchSize: number | 'all', batches: number[][][]]>([
    ['batch', 'all', [values]],
    ['stochastic', 1, values.map((row) => [row])],
    ['mini-batch, the last one short,', 2, [values.slice(0, 2), values.slice(2, 4), values.slice(4)]],
  ])('%s gradient descent is what one works out by hand', async (_, batchSize, batches) => {
    const rate = 0.1
    const model = sequential(dense(1))
    const shared = { train: data, loss: meanSquaredError(), optimizer: sgd({ learningRate: rate }), batchSize }
    const options = { ...shared, order: inOrder(), seed: 5, engine: reference() }
    const run = await fit(model, { ...options, epochs: 3 })
    expect(run.steps).toBe(3 * batches.length)

    let [w0, w1, b] = initial(run)
    let lossSum = 0
    for (let epoch = 0; epoch < 3; epoch++) {
      lossSum = 0
      for (const batch of batches) {
        const errors = batch.map(([x0, x1, y]) => w0 * x0 + w1 * x1 + b - y)
        const slope = (factor: (row: number[]) => number) =>
          batch.reduce((sum, row, i) => sum + (2 * errors[i] * factor(row)) / batch.length, 0)
        const [g0, g1, gb] = [slope(([x]) => x), slope(([, x]) => x), slope(() => 1)]
        lossSum += errors.reduce((sum, error) => sum + error ** 2, 0)
        w0 -= Math.fround(rate) * g0
        w1 -= Math.fround(rate) * g1
        b -= Math.fround(rate) * gb
      }
    }
    const saved = run.store.save()
    expect(saved['dense1.weight'].data[0]).toBeCloseTo(w0, 12)
    expect(saved['dense1.weight'].data[1]).toBeCloseTo(w1, 12)
    expect(saved['dense1.bias'].data[0]).toBeCloseTo(b, 12)
    expect(run.history[2].trainLoss).toBeCloseTo(lossSum / 5, 12)
  })

  /** The weights that a run with this seed began with. */
  function initial(run: Run): number[] {
    const entries = [...run.store.entries.values()]
    return entries.flatMap((entry) => Array.from(entry.initial(), Number))
  }

  it('measures a dataset in batches of any size', async () => {
    const engine = reference()
    const options = { train: data, loss: meanSquaredError(), optimizer: sgd(), epochs: 1, engine }
    const run = await fit(sequential(dense(1)), options)
    const saved = run.store.save()
    const [w0, w1] = saved['dense1.weight'].data
    const [b] = saved['dense1.bias'].data
    const residual = values.reduce((sum, [x0, x1, y]) => sum + (w0 * x0 + w1 * x1 + b - y) ** 2, 0)
    const mean = values.reduce((sum, [, , y]) => sum + y / 5, 0)
    const deviation = values.reduce((sum, [, , y]) => sum + (y - mean) ** 2, 0)
    for (const batchSize of [1, 2, 3, 5, 100]) {
      const metrics = await evaluate(run.model, data, { store: run.store, loss: meanSquaredError(), batchSize, engine })
      expect(metrics.examples).toBe(5)
      expect(metrics.loss).toBeCloseTo(residual / 5, 12)
      expect(metrics.task === 'number' && metrics.r2).toBeCloseTo(1 - residual / deviation, 6)
    }
  })

  it('predicts what the formula says', async () => {
    const options = { train: data, loss: meanSquaredError(), optimizer: sgd(), epochs: 1, engine: reference() }
    const run = await fit(sequential(dense(1)), options)
    const { 'dense1.weight': weight, 'dense1.bias': bias } = run.store.save()
    const prediction = run.predict([0.5, 2, -1, 1])
    expect(prediction.kind === 'number' && prediction.numbers[1]).toBeCloseTo(
      -weight.data[0] + weight.data[1] + bias.data[0],
      5,
    )
  })
})

describe('resuming', () => {
  it('gives the same bits from every position', async () => {
    const saved: Uint8Array[] = []
    const save = async ({ bytes }: { bytes: Uint8Array }) => {
      saved.push(bytes)
      return undefined
    }
    const whole = await fit(noisyModel(), { ...noisyOptions(), checkpoint: { save, everySteps: 1 } })
    expect(saved).toHaveLength(whole.steps)
    for (const bytes of saved) {
      const resume = await decodeCheckpoint(bytes, 'checkpoint')
      const run = await fit(noisyModel(), { ...noisyOptions(), resume })
      expect(digest(run)).toBe(digest(whole))
      expect(withoutTime(run)).toEqual(withoutTime(whole))
    }
  })

  it('goes on after a signal', async () => {
    const whole = await fit(noisyModel(), noisyOptions())
    const controller = new AbortController()
    let saved = new Uint8Array(0)
    const run = await fit(noisyModel(), {
      ...noisyOptions(),
      signal: controller.signal,
      stepEvents: 1,
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 7) controller.abort()
      },
      checkpoint: {
        async save({ bytes, position }) {
          saved = bytes as Uint8Array<ArrayBuffer>
          return `step ${position.step}`
        },
      },
    })
    expect(run).toMatchObject({ interrupted: true, steps: 7, test: undefined })
    const resumed = await fit(noisyModel(), { ...noisyOptions(), resume: await decodeCheckpoint(saved, 'checkpoint') })
    expect(resumed.interrupted).toBe(false)
    expect(digest(resumed)).toBe(digest(whole))
  })

  it('saves no position twice, so that the best stays the best', async () => {
    const controller = new AbortController()
    const saved: [step: number, best: boolean][] = []
    await fit(noisyModel(), {
      ...noisyOptions(),
      signal: controller.signal,
      onEvent: (event) => event.type === 'checkpoint' && controller.abort(),
      checkpoint: {
        async save({ position, best }) {
          saved.push([position.step, best])
          return undefined
        },
      },
    })
    expect(saved).toEqual([[5, true]])
  })

  it('refuses another seed, other data, another optimizer, another model', async () => {
    let saved = new Uint8Array(0)
    const checkpoint = {
      async save({ bytes }: { bytes: Uint8Array }) {
        saved = bytes as Uint8Array<ArrayBuffer>
        return undefined
      },
    }
    await fit(noisyModel(), { ...noisyOptions(), checkpoint })
    const resume = await decodeCheckpoint(saved, 'checkpoint')
    const options = { ...noisyOptions(), resume }
    const other: Dataset = xor({ size: options.train.size, noise: 0.3 })
    await expect(fit(noisyModel(), { ...options, seed: 8 })).rejects.toThrow(/resume: seed must be what it was/)
    await expect(fit(noisyModel(), { ...options, train: other })).rejects.toThrow(/resume: data must be/)
    await expect(fit(noisyModel(), { ...options, optimizer: sgd() })).rejects.toThrow(/resume: optimizer must be/)
    await expect(fit(sequential(dense(2)), options)).rejects.toMatchObject({ code: 'train/resume-mismatch' })
  })
})

describe('refusals', () => {
  const data = xor({ size: 40 })
  const good = { train: data, loss: crossEntropy(), optimizer: sgd(), epochs: 1 }

  it.each<[string, Partial<FitOptions>, RegExp]>([
    ['batch size 0', { batchSize: 0 }, /batchSize must be an integer of at least 1/],
    ['a broken number of epochs', { epochs: 1.5 }, /epochs must be an integer/],
    ['a negative seed', { seed: -1 }, /seed must be/],
    ['an optimizer without its parentheses', { optimizer: adam as never }, /received: the function adam\n/],
    ['no loss', { loss: undefined as never }, /loss must be an object/],
    ['a loss for numbers', { loss: meanSquaredError() }, /the loss must suit the target/],
    ['a rate below zero', { schedule: () => -1 }, /learning rate must be a finite number/],
    ['a schedule by its name', { schedule: 'cosine' as never }, /schedule must be an object that has next/],
    [
      'a schedule of momentum that is a number',
      { momentumSchedule: 0.9 as never },
      /momentumSchedule must be a function/,
    ],
    ['groups that are no list', { groups: {} as never }, /groups must be a list/],
    ['a listener that is none', { onEvent: 3 as never }, /onEvent must be a function/],
    ['a store that is none', { store: 3 as never }, /store must be an object that has entries/],
    ['validation data that are none', { valid: 3 as never }, /valid must be an object that has fill/],
    ['unlike validation data', { valid: spiral({ size: 30 }) }, /must have the inputs and the target/],
  ])('refuses %s', async (_, wrong, message) => {
    const fitting = fit(sequential(dense(2)), { ...good, ...wrong, engine: reference() })
    await expect(fitting).rejects.toThrow(message)
    await expect(fitting).rejects.toThrow(/^.+\nreceived: .+\ntry: .+$/)
  })

  const norm = batchNorm({ gamma: false, beta: false })
  it.each<[string, Model, RegExp]>([
    ['no weights', sequential(tanh()), /something to train\nreceived: a model without parameters/],
    ['running statistics alone', sequential(norm), /received: 2 values that are kept, and none that is learned/],
  ])('refuses a model that has %s', async (_, model, message) => {
    await expect(fit(model, { ...good, engine: reference() })).rejects.toThrow(message)
  })

  it('names the layer where shapes do not fit', async () => {
    const model = sequential(dense(4), (x) => x.reshape([40, 3]), dense(2))
    await expect(fit(model, { ...good, engine: reference() })).rejects.toThrow(/^lambda1: /)
  })

  it('says when the outputs are not as many as the classes', async () => {
    const fitting = fit(sequential(dense(5)), { ...good, engine: reference() })
    await expect(fitting).rejects.toThrow(/2 classes/)
  })

  it('fails clearly when the loss is no number any more, and keeps the checkpoint from before', async () => {
    const saved: number[] = []
    const fitting = fit(sequential(dense(2)), {
      ...good,
      ...{ epochs: 50, batchSize: 10, engine: reference(), schedule: (step: number) => (step < 10 ? 0.1 : 1e308) },
      checkpoint: {
        async save({ bytes, position }) {
          const { arrays: kept } = await decodeCheckpoint(bytes, 'checkpoint')
          for (const { data } of kept.values()) expect(data.every(Number.isFinite)).toBe(true)
          saved.push(position.step)
          return undefined
        },
      },
    })
    await expect(fitting).rejects.toMatchObject({ code: 'train/non-finite-loss' })
    await expect(fitting).rejects.toThrow(/step 1[1-4], epoch [34]/)
    expect(saved[0]).toBe(4)
  })
})
