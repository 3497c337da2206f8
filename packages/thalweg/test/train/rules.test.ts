/** The rules of an update in training, through the public door: accumulation, groups, averages, all of them resumed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { referenceBackend, wasmBackend } from 'thalweg/backend'
import { createEngine, type Engine } from 'thalweg/compile'
import { moons, xor } from 'thalweg/data'
import {
  batchNorm,
  crossEntropy,
  dense,
  dropout,
  type Model,
  type NamedArray,
  relu,
  type Store,
  sequential,
  tanh,
} from 'thalweg/nn'
import {
  adam,
  adamw,
  clipByGlobalNorm,
  elasticNet,
  ema,
  l2,
  linear,
  lookahead,
  maxNorm,
  nesterov,
  type ParameterGroup,
  sgd,
  swa,
  type UpdateRules,
} from 'thalweg/optim'
import {
  decodeCheckpoint,
  evaluate,
  type FitOptions,
  fit,
  loadRun,
  modelArrays,
  populationStatistics,
  type Run,
  type Snapshot,
  type TrainEvent,
} from 'thalweg/train'
import { describe, expect, it, onTestFinished } from 'vitest'

const reference = (): Engine => createEngine(referenceBackend())
const data = moons({ size: 44, noise: 0.1 })

function small(): Model {
  return sequential(dense(5), tanh(), dense(2))
}

function options(more: Partial<FitOptions> = {}): FitOptions {
  const base = { train: data, loss: crossEntropy(), optimizer: sgd({ learningRate: 0.3, momentum: 0.8 }), epochs: 2 }
  return { ...base, batchSize: 8, seed: 3, engine: reference(), ...more }
}

function weightsOf(arrays: Readonly<Record<string, NamedArray>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(arrays).map(([path, { data: values }]) => [path, Array.from(values)]))
}

function expectClose(run: Record<string, number[]>, other: Record<string, number[]>, digits: number): void {
  expect(Object.keys(run)).toEqual(Object.keys(other))
  for (const [path, values] of Object.entries(other)) {
    for (const [i, value] of values.entries()) expect(run[path][i], `${path} ${i}`).toBeCloseTo(value, digits)
  }
}

/** A checkpoint after every update. */
async function snapshots(model: Model, settings: FitOptions): Promise<{ run: Run; saved: Snapshot[] }> {
  const saved: Snapshot[] = []
  const run = await fit(model, {
    ...settings,
    checkpoint: {
      everySteps: 1,
      async save({ bytes }) {
        saved.push(await decodeCheckpoint(bytes, 'checkpoint'))
        return undefined
      },
    },
  })
  return { run, saved }
}

describe('accumulated batches', () => {
  const whole: UpdateRules = { clip: clipByGlobalNorm(0.4), penalty: elasticNet({ l1: 0.01, l2: 0.02 }) }

  it.each([
    ['sgd', sgd({ learningRate: 0.3, momentum: 0.8 })],
    ['nesterov', nesterov({ learningRate: 0.3 })],
    ['adam', adam({ learningRate: 0.05 })],
  ])('make the update of one large batch, the short one at the end too (%s)', async (_, optimizer) => {
    // 44 examples: 32 and 12 at once, or 8, 8, 8, 8 and 8, 4.
    const large = await fit(small(), options({ optimizer, ...whole, batchSize: 32 }))
    const parts = await fit(small(), options({ optimizer, ...whole, batchSize: 8, accumulate: 4 }))
    expect([parts.steps, parts.epochs]).toEqual([large.steps, large.epochs])
    expectClose(weightsOf(parts.store.save()), weightsOf(large.store.save()), 11)
    expect(parts.history[1].trainLoss).toBeCloseTo(large.history[1].trainLoss, 11)
  })

  it('count updates, for schedules, events and the step number', async () => {
    const asked = new Set<number>()
    const steps: number[] = []
    const schedule = (step: number): number => {
      asked.add(step)
      return 0.1
    }
    const onEvent = (event: TrainEvent) => {
      if (event.type === 'step') steps.push(event.step)
      if (event.type === 'start') expect(event.stepsPerEpoch).toBe(2)
    }
    await fit(small(), options({ schedule, accumulate: 4, stepEvents: 1, onEvent }))
    expect([...asked].sort()).toEqual([0, 1, 2, 3])
    expect(steps).toEqual([1, 2, 3, 4])
  })

  it('have dropout masks of their own', async () => {
    const model = sequential(dense(64), dropout({ rate: 0.5 }), dense(2))
    const seen: number[] = []
    const still = { train: xor({ size: 2 }), batchSize: 1, optimizer: sgd({ learningRate: 0 }) }
    const onEvent = (event: TrainEvent) => {
      if (event.type === 'epoch') seen.push(event.trainLoss)
    }
    // Nothing moves, so losses differ by their masks alone.
    await fit(model, options({ ...still, epochs: 4, accumulate: 2, onEvent }))
    expect(new Set(seen).size).toBe(4)
  })
})

describe('groups', () => {
  async function after(groups: readonly ParameterGroup[], more: Partial<FitOptions> = {}) {
    const run = await fit(small(), options({ groups, epochs: 1, batchSize: 'all', ...more }))
    const first = Object.fromEntries(
      [...run.store.entries.values()].map(({ path, initial }) => [path, Array.from(initial(), Number)]),
    )
    const last = weightsOf(run.store.save())
    const moved = (path: string) => last[path].map((value, i) => value - first[path][i])
    return { last, first, moved }
  }

  it('freeze at rate 0, and multiply the rate', async () => {
    const plain = await after([])
    const grouped = await after([
      { match: 'dense1.weight', rate: 0 },
      { match: /^dense2/, rate: 0.25 },
    ])
    expect(grouped.moved('dense1.weight').every((move) => move === 0)).toBe(true)
    expectClose({ b: grouped.moved('dense1.bias') }, { b: plain.moved('dense1.bias') }, 12)
    const quarter = plain.moved('dense2.weight').map((move) => move / 4)
    expect(quarter.some((move) => Math.abs(move) > 1e-3)).toBe(true)
    expectClose({ w: grouped.moved('dense2.weight') }, { w: quarter }, 7)
  })

  it('multiply weight decay, with biases only where they are asked for', async () => {
    const optimizer = sgd({ learningRate: 0.3, weightDecay: 0.5 })
    const plain = await after([], { optimizer: sgd({ learningRate: 0.3 }) })
    const spared = { match: 'dense1', decay: 2 }
    const grouped = await after([{ match: /^dense2/, decay: 0.2, spareBiases: false }, spared], { optimizer })
    for (const [path, decay] of [
      ['dense1.weight', 1],
      ['dense1.bias', 0],
      ['dense2.weight', 0.1],
      ['dense2.bias', 0.1],
    ] as const) {
      const expected = plain.last[path].map((value, i) => value - 0.3 * decay * plain.first[path][i])
      expectClose({ [path]: grouped.last[path] }, { [path]: expected }, 7)
    }
  })

  it('may train with another optimizer', async () => {
    const own = adamw({ learningRate: 0.03 })
    const grouped = await after([{ match: 'dense2', optimizer: own }], { schedule: () => 0.15 })
    const alone = await after([], { optimizer: own, schedule: () => 0.015 })
    // After one update from the same start, what each layer did depends on its own optimizer alone.
    expectClose({ w: grouped.last['dense2.weight'] }, { w: alone.last['dense2.weight'] }, 7)
  })

  it('that match nothing are refused before anything is trained', async () => {
    await expect(fit(small(), options({ groups: [{ match: 'conv1' }] }))).rejects.toMatchObject({
      code: 'optim/empty-group',
      received: "match 'conv1' for dense1.weight [2,5], dense1.bias [5], dense2.weight [5,2], dense2.bias [2]",
    })
  })
})

describe('penalties and constraints', () => {
  it('are L2 what weight decay is', async () => {
    const decayed = await fit(small(), options({ optimizer: sgd({ learningRate: 0.3, weightDecay: 0.1 }) }))
    const penalized = await fit(small(), options({ optimizer: sgd({ learningRate: 0.3 }), penalty: l2(0.1) }))
    expectClose(weightsOf(penalized.store.save()), weightsOf(decayed.store.save()), 12)
  })

  it('hold after every update', async () => {
    const { saved } = await snapshots(small(), options({ constraint: maxNorm(0.5) }))
    const norms = saved.map(({ arrays }) => {
      const { data: weight = [] } = arrays.get('model/dense2.weight') ?? {}
      return [0, 1].map((unit) => Math.hypot(...Array.from(weight).filter((_, i) => i % 2 === unit)))
    })
    expect(norms).toHaveLength(12)
    for (const norm of norms.flat()) expect(norm).toBeLessThan(0.5 + 1e-9)
    expect(Math.max(...norms.flat())).toBeGreaterThan(0.499)
  })
})

describe('averages', () => {
  const path = 'dense1.weight'

  function pathOf(saved: readonly Snapshot[], prefix: string): number[][] {
    return saved.map(({ arrays }) => Array.from(arrays.get(`${prefix}/${path}`)?.data ?? []))
  }

  it('are those of the weights after each update, worked out on the host', async () => {
    const { run, saved } = await snapshots(small(), options({ average: ema({ decay: 0.9, beginning: 'none' }) }))
    const weights = pathOf(saved, 'model')
    const entry = run.last?.entries.get(path)
    let average = Array.from(entry?.initial() ?? [], Number)
    for (const now of weights) average = average.map((value, i) => value + Math.fround(1 - 0.9) * (now[i] - value))
    expectClose({ [path]: weightsOf(run.store.save())[path] }, { [path]: average }, 12)
    expectClose({ [path]: pathOf(saved, 'average').at(-1) ?? [] }, { [path]: average }, 12)
  })

  it('are means over the ends of epochs', async () => {
    const { run, saved } = await snapshots(small(), options({ epochs: 4, average: swa({ startEpoch: 2 }) }))
    const ends = pathOf(saved, 'model').filter((_, i) => i % 6 === 5 && i > 6)
    expect(ends).toHaveLength(3)
    const mean = ends[0].map((_, i) => ends.reduce((sum, weights) => sum + weights[i] / 3, 0))
    expectClose({ [path]: weightsOf(run.store.save())[path] }, { [path]: mean }, 7)
  })

  it('come with running statistics of their own', async () => {
    const model = sequential(dense(6), batchNorm(), relu(), dense(2))
    const run = await fit(model, options({ average: swa({ startStep: 1 }) }))
    const statistics = (store: Store | undefined) => weightsOf(store?.save() ?? {})['batchNorm1.runningMean']
    const found = statistics(run.store)
    expect(found).not.toEqual(statistics(run.last))
    // The mean of what a dense layer makes is what it makes of the mean; before batch norm it has no bias.
    const { 'dense1.weight': weight } = weightsOf(run.store.save())
    const inputs = new Float32Array(data.size * 2)
    data.fill(
      Int32Array.from({ length: data.size }, (_, row) => row),
      inputs,
      new Int32Array(data.size),
    )
    const mean = [0, 1].map((axis) => inputs.reduce((sum, x, i) => sum + (i % 2 === axis ? x / data.size : 0), 0))
    const expected = weight.slice(0, 6).map((w, unit) => mean[0] * w + mean[1] * weight[6 + unit])
    expectClose({ mean: found }, { mean: expected }, 10)
  })

  it('are what the run is tested with, what it saves, and what its checkpoints count', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thalweg-average-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const model = sequential(dense(6), batchNorm(), relu(), dense(2))
    const engine = createEngine(wasmBackend())
    const { run, saved } = await snapshots(model, options({ average: ema({ decay: 0.9 }), test: data, engine }))
    const loss = crossEntropy()
    expect(await run.evaluate(data)).toEqual(run.test)
    expect(await evaluate(model, data, { store: run.last ?? run.store, loss, engine })).not.toEqual(run.test)
    await run.save(folder)
    expect(await (await loadRun(folder, model, { engine })).evaluate(data)).toEqual(run.test)
    const last = modelArrays(saved[saved.length - 1])
    expect(last['dense1.weight'].data).toEqual(run.store.save()['dense1.weight'].data)
    await expect(
      fit(model, options({ average: ema(), earlyStopping: { patience: 1, restoreBest: true } })),
    ).rejects.toMatchObject({ code: 'train/bad-option' })
  })

  it('end with the statistics of batch norm that are asked for', async () => {
    const model = sequential(dense(6), batchNorm(), relu(), dense(2))
    const moving = await fit(model, options())
    for (const mode of ['article', 'exact'] as const) {
      const run = await fit(model, options({ statistics: mode, test: data }))
      const { arrays } = await populationStatistics(moving, data, {
        ...{ mode, write: false },
        ...(mode === 'article' && { batchSize: 8, seed: 3 }),
      })
      expect(weightsOf(run.store.save())).toEqual(weightsOf({ ...moving.store.save(), ...arrays }))
      expect(await run.evaluate(data)).toEqual(run.test)
    }
  })

  it('leave the weights alone, and are in a store of their own', async () => {
    const plain = await fit(small(), options())
    const run = await fit(small(), options({ average: ema({ decay: 0.9 }) }))
    expect(run.last?.save()).toEqual(plain.store.save())
    expect(plain.last).toBeUndefined()
    expect(run.store.save()).not.toEqual(run.last?.save())
    expect([...run.store.entries.keys()]).toEqual([...(run.last?.entries.keys() ?? [])])
  })
})

/** Everything at once, and batch norm and dropout besides. */
function everything(): FitOptions {
  return options({
    optimizer: lookahead(sgd({ learningRate: 0.2, momentum: 0.9, weightDecay: 0.01 }), { syncSteps: 3 }),
    momentumSchedule: linear({ from: 0.5, to: 0.9, steps: 6 }),
    groups: [
      { match: 'dense1', rate: 0.5, decay: 2 },
      { match: 'batchNorm1.beta', rate: 0 },
      { match: /^dense2/, optimizer: adamw() },
    ],
    clip: clipByGlobalNorm(0.5),
    accumulate: 2,
    penalty: elasticNet({ l1: 1e-3, l2: 1e-3 }),
    constraint: maxNorm(2),
    average: ema({ decay: 0.9 }),
    schedule: (step: number) => 0.2 / (1 + step),
  })
}

function noisy(): Model {
  return sequential(dense(6), batchNorm(), relu(), dropout({ rate: 0.3 }), dense(2))
}

describe('all of them', () => {
  it('go on with the same bits from every update, and from between two', async () => {
    const { run: whole, saved } = await snapshots(noisy(), everything())
    expect(saved).toHaveLength(6)
    for (const resume of saved) {
      const run = await fit(noisy(), { ...everything(), resume })
      expect(run.store.save()).toEqual(whole.store.save())
      expect(run.last?.save()).toEqual(whole.last?.save())
    }
    const controller = new AbortController()
    let middle: Snapshot | undefined
    const schedule = (step: number): number => {
      // Asked before each batch: when the second update begins, one more batch goes in, and then the signal is seen.
      if (step === 1) controller.abort()
      return 0.2 / (1 + step)
    }
    await fit(noisy(), {
      ...everything(),
      schedule,
      signal: controller.signal,
      checkpoint: {
        async save({ bytes }) {
          middle = await decodeCheckpoint(bytes, 'checkpoint')
          return undefined
        },
      },
    })
    expect(middle?.position).toEqual({ epoch: 0, batch: 3, step: 1 })
    const resumed = await fit(noisy(), { ...everything(), resume: middle })
    expect(resumed.store.save()).toEqual(whole.store.save())
  })

  it('compile once for each shape of batch and kind of step, and allocate nothing afterwards (wasm)', async () => {
    const engine = createEngine(wasmBackend())
    let before = { plans: 0, allocations: 0 }
    const onEvent = (event: TrainEvent) => {
      if (event.type === 'epoch' && event.epoch === 1) before = { ...engine.counts }
    }
    let after = before
    const run = await fit(noisy(), {
      ...everything(),
      engine,
      epochs: 3,
      onEvent: (event) => {
        onEvent(event)
        if (event.type === 'epoch' && event.epoch === 3) after = { ...engine.counts }
      },
    })
    // A full batch that is only added, a full one that updates, the last short one that updates.
    expect(before.plans).toBe(3)
    expect(after).toEqual(before)
    const exact = await fit(noisy(), { ...everything(), epochs: 3 })
    expectClose(weightsOf(run.store.save()), weightsOf(exact.store.save()), 3)
  })

  it('may not change between two sittings', async () => {
    const { saved } = await snapshots(noisy(), everything())
    const [resume] = saved
    const changes: Partial<FitOptions>[] = [
      { clip: clipByGlobalNorm(1) },
      { accumulate: 3 },
      { average: undefined },
      { groups: [] },
      { penalty: l2(1e-3) },
      { constraint: undefined },
    ]
    for (const change of changes) {
      await expect(fit(noisy(), { ...everything(), ...change, resume })).rejects.toThrow(/resume: rules must be what/)
    }
  })
})
