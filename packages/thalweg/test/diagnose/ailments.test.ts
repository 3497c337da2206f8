/** Each ailment on a small network that has it, and on a twin that has not. Healthy runs hear no warning at all. */
import { random } from 'thalweg/base'
import { arrays, type Dataset, inOrder, split, subset } from 'thalweg/data'
import { advise, ailments, checkup, conditions } from 'thalweg/diagnose'
import {
  batchNorm,
  binaryCrossEntropy,
  createStore,
  crossEntropy,
  dense,
  dropout,
  type Layer,
  leakyRelu,
  type Model,
  meanSquaredError,
  normal,
  relu,
  sequential,
  sigmoid,
  softmax,
  tanh,
  xavier,
  zeros,
} from 'thalweg/nn'
import { adam, adamw, cosineDecay, maxNorm, sgd } from 'thalweg/optim'
import { type Finding, fit } from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { clouds, codes, examined, type Patient, recipe, slope } from './patients.ts'

interface Case {
  readonly code: string
  readonly sick: Patient
  readonly severity?: Finding['severity']
  readonly layer?: string
  /** Default the healthy one of all. */
  readonly twin?: Patient
}

const act = relu
const stack = (depth: number, hidden: (units: number) => readonly Layer[]): Model =>
  sequential(...Array.from({ length: depth }, () => hidden(16)).flat(), dense(4))
const small = normal({ deviation: 0.01 })
const large = normal({ deviation: 3 })
const table = (columns: (row: number) => readonly number[]): Dataset => {
  const rows = Array.from({ length: 256 }, (_, row) => columns(row))
  const labels = Int32Array.from(rows, (_, row) => row % 4)
  return arrays({ inputs: Float32Array.from(rows.flat()), inputShape: [rows[0].length], labels })
}
const wave = (row: number, phase = 0): number => Math.sin(row * 1.7 + phase) + (row % 4)
const numbers = { train: slope(), loss: meanSquaredError() }
const line = sequential(dense(16), relu(), dense(1))
const brief = { epochs: 1 }
/** A few examples of clouds that lie into each other, again and again. */
const byHeart = {
  train: clouds({ size: 48, distance: 1 }),
  valid: clouds({ size: 256, distance: 1, name: 'other' }),
  batchSize: 8,
  epochs: 60,
}

function falling(learningRate: number): Patient {
  const schedule = cosineDecay({ learningRate, totalSteps: 320 })
  return { optimizer: adam({ learningRate }), schedule, epochs: 20 }
}

const cases: readonly Case[] = [
  // Data.
  {
    code: 'non-finite-data',
    severity: 'error',
    sick: { ...brief, train: spoilt(clouds()) },
  },
  {
    code: 'held-out-values',
    sick: { ...brief, valid: spoilt(clouds({ name: 'other' })) },
    twin: { ...brief, valid: clouds({ name: 'other' }) },
  },
  {
    code: 'input-outlier',
    sick: { ...brief, train: stray(clouds(), 1e4) },
    twin: { ...brief, train: stray(clouds(), 100) },
  },
  { code: 'unscaled-inputs', sick: { ...brief, train: clouds({ scale: 80 }) } },
  { code: 'unscaled-inputs', sick: { ...brief, train: clouds({ scale: 1e-3 }) } },
  { code: 'feature-scales', sick: { ...brief, train: table((row) => [wave(row) * 2, wave(row, 1) * 1e-3]) } },
  { code: 'idle-features', severity: 'info', sick: { ...brief, train: table((row) => [wave(row), 1, wave(row)]) } },
  {
    code: 'sorted-examples',
    sick: { ...brief, train: sorted(), order: inOrder() },
    twin: { ...brief, train: sorted() },
  },
  { code: 'class-imbalance', sick: { ...brief, train: uneven() } },
  { code: 'missing-class', sick: { ...brief, train: uneven(['a', 'b', 'c', 'd', 'e']), model: dense(5) } },
  {
    code: 'constant-target',
    sick: { ...brief, ...numbers, model: line, train: slope({ scale: 0, shift: 3.3 }) },
    twin: { ...brief, ...numbers, model: line },
  },
  { code: 'constant-target', sick: { ...brief, train: ofOneClass() }, twin: { ...brief, train: uneven() } },
  {
    code: 'shared-examples',
    sick: { ...brief, valid: clouds({ size: 64 }) },
    twin: { ...brief, valid: clouds({ size: 64, name: 'other' }) },
  },
  {
    code: 'target-scale',
    sick: { ...brief, ...numbers, model: line, train: slope({ scale: 1e3 }) },
    twin: { ...brief, ...numbers, model: line },
  },
  {
    code: 'target-scale',
    sick: { ...brief, ...numbers, model: line, train: slope({ scale: 1e-6 }) },
    twin: { ...brief, ...numbers, model: line, train: slope({ scale: 0.1 }) },
  },
  {
    code: 'target-outlier',
    sick: { ...brief, ...numbers, model: line, train: slope({ outlier: 1e4 }) },
    twin: { ...brief, ...numbers, model: line, train: slope({ outlier: 30 }) },
  },
  {
    code: 'leak',
    sick: { ...brief, train: table((row) => [wave(row), row % 4]) },
    twin: { ...brief, train: table((row) => [wave(row), wave(row, 1)]) },
  },
  {
    code: 'wrong-loss',
    severity: 'error',
    sick: { ...brief, ...numbers, model: line, loss: binaryCrossEntropy() },
    twin: { ...brief, ...numbers, model: line },
  },
  { code: 'stalled-input', sick: { epochs: 2, train: slow(clouds()) }, twin: { epochs: 2 } },
  // Model.
  {
    code: 'heavy-dropout',
    layer: 'dropout1',
    sick: { ...brief, model: stack(1, (n) => [dense(n), act(), dropout({ keep: 0.1 })]) },
    twin: { ...brief, model: stack(1, (n) => [dense(n), act(), dropout({ keep: 0.5 })]) },
  },
  {
    code: 'frozen-layer',
    layer: 'dense1',
    sick: { ...brief, groups: [{ match: 'dense1', rate: 0 }] },
    twin: { ...brief, groups: [{ match: 'dense1', rate: 0.1 }] },
  },
  {
    code: 'weight-scale',
    layer: 'dense2',
    sick: {
      ...brief,
      model: sequential(dense(16), act(), dense(16, { initializer: normal({ deviation: 8 }) }), act(), dense(4)),
    },
    twin: {
      ...brief,
      model: sequential(
        dense(16),
        act(),
        dense(16, { initializer: normal({ deviation: 8 }) }),
        batchNorm(),
        act(),
        dense(4),
      ),
    },
  },
  { code: 'output-activation', layer: 'softmax1', sick: { ...brief, model: sequential(dense(4), softmax()) } },
  { code: 'output-range', layer: 'sigmoid1', sick: { ...brief, ...numbers, model: sequential(dense(1), sigmoid()) } },
  { code: 'linear-stack', sick: { ...brief, model: sequential(dense(8), dense(4)) } },
  {
    code: 'sigmoid-stack',
    layer: 'sigmoid1',
    sick: { ...brief, model: stack(4, (n) => [dense(n, { initializer: xavier() }), sigmoid()]) },
    twin: { ...brief, model: stack(4, (n) => [dense(n, { initializer: xavier() }), batchNorm(), sigmoid()]) },
  },
  { code: 'narrow-layer', layer: 'dense1', sick: { ...brief, model: sequential(dense(1), relu(), dense(4)) } },
  {
    code: 'batch-norm-placement',
    severity: 'info',
    layer: 'batchNorm1',
    sick: { ...brief, model: stack(1, (n) => [dropout({ rate: 0.5 }), dense(n), batchNorm(), act()]) },
  },
  {
    code: 'small-norm-batch',
    severity: 'error',
    layer: 'batchNorm1',
    sick: { ...brief, batchSize: 1, model: stack(1, (n) => [dense(n), batchNorm(), act()]) },
  },
  {
    code: 'equal-weights',
    layer: 'dense1',
    sick: { ...brief, model: stack(1, (n) => [dense(n, { initializer: zeros() }), act()]) },
  },
  { code: 'initial-loss', sick: { ...brief, model: stack(2, (n) => [dense(n, { initializer: large }), act()]) } },
  {
    code: 'activation-spread',
    layer: 'dense3',
    sick: {
      ...brief,
      model: sequential(
        dense(16),
        act(),
        dense(16),
        act(),
        dense(16, { initializer: normal({ deviation: 0.001 }) }),
        act(),
        dense(4),
      ),
    },
  },
  // The course of the loss.
  { code: 'loss-diverged', severity: 'error', sick: { optimizer: sgd({ learningRate: 10, momentum: 0.9 }) } },
  {
    code: 'loss-above-start',
    sick: { optimizer: adam({ learningRate: 1 }), model: stack(2, (n) => [dense(n), leakyRelu()]) },
    // As far as the rate still rises, what it throws up may come down with it.
    twin: {
      optimizer: adam({ learningRate: 1 }),
      model: stack(2, (n) => [dense(n), leakyRelu()]),
      schedule: (step) => 1 + step / 1000,
    },
  },
  {
    code: 'loss-oscillates',
    severity: 'info',
    sick: swinging(0.999),
    twin: swinging(0.9),
  },
  {
    // Rough and falling is no swing: small tables look like this.
    code: 'loss-oscillates',
    severity: 'info',
    sick: swinging(0.999),
    twin: { train: clouds({ size: 128, distance: 3 }), epochs: 25, optimizer: adam({ learningRate: 0.003 }) },
  },
  {
    // Learned by heart, and of no use for others.
    code: 'no-signal',
    sick: { train: mislabelled('own'), valid: mislabelled('other'), epochs: 40 },
    twin: { valid: clouds({ size: 256, name: 'other' }), epochs: 40 },
  },
  {
    // A network that learns nothing of a target that the inputs do tell.
    code: 'no-signal',
    sick: { train: mislabelled('own'), model: dense(4), epochs: 10 },
    twin: {
      valid: clouds({ size: 256, name: 'other' }),
      optimizer: sgd({ learningRate: 0.05 }),
      model: stack(8, (n) => [dense(n, { initializer: normal({ deviation: 0.2 }) }), tanh()]),
    },
  },
  {
    code: 'not-learning',
    sick: {
      optimizer: sgd({ learningRate: 0.05 }),
      model: stack(8, (n) => [dense(n, { initializer: small }), tanh()]),
    },
  },
  {
    code: 'plateau',
    severity: 'info',
    sick: { epochs: 40, optimizer: sgd({ learningRate: 0.05 }), train: clouds({ distance: 0.8 }), model: dense(4) },
    twin: { epochs: 40 },
  },
  { code: 'rate-too-low', sick: { optimizer: sgd({ learningRate: 1e-5 }), epochs: 8 } },
  { code: 'rate-too-low', sick: { optimizer: sgd({ learningRate: 2e-3 }), epochs: 10 } },
  // A schedule that ends at 0 bends the curve as if all were learned.
  { code: 'rate-too-low', sick: falling(3e-4), twin: falling(5e-3) },
  {
    code: 'loss-climbs',
    sick: {
      epochs: 40,
      train: slope(),
      loss: meanSquaredError(),
      model: line,
      optimizer: sgd({ learningRate: 0.01, momentum: 0.999 }),
    },
    twin: { epochs: 40, ...numbers, model: line, optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }) },
  },
  {
    code: 'too-few-steps',
    sick: { batchSize: 'all', epochs: 12 },
    twin: { epochs: 12 },
  },
  {
    code: 'weight-decay',
    sick: { optimizer: sgd({ learningRate: 0.05, weightDecay: 1 }) },
    twin: { optimizer: sgd({ learningRate: 0.05, weightDecay: 1e-4 }) },
  },
  {
    // The last of two layers keeps most of its size, the first one next to nothing.
    code: 'weight-decay',
    sick: { ...numbers, model: line, optimizer: sgd({ learningRate: 0.02, weightDecay: 3.5 }), epochs: 20 },
    twin: { ...numbers, model: line, optimizer: sgd({ learningRate: 0.02, weightDecay: 0.5 }), epochs: 20 },
  },
  {
    // Some of it is learned all the same.
    code: 'weight-decay',
    severity: 'info',
    sick: { train: clouds({ distance: 4 }), optimizer: adamw({ learningRate: 0.01, weightDecay: 7 }), epochs: 20 },
    twin: { train: clouds({ distance: 4 }), optimizer: adamw({ learningRate: 0.01, weightDecay: 2 }), epochs: 20 },
  },
  {
    code: 'tight-constraint',
    sick: { constraint: maxNorm(0.01), epochs: 20 },
    twin: { constraint: maxNorm(1), epochs: 20 },
  },
  {
    code: 'tight-constraint',
    sick: { groups: [{ match: /weight/, constraint: maxNorm(0.01) }], epochs: 20 },
    twin: { optimizer: sgd({ learningRate: 0.05, weightDecay: 1 }), constraint: maxNorm(3), epochs: 20 },
  },
  { code: 'underfitting', sick: { optimizer: sgd({ learningRate: 1e-5 }) } },
  {
    code: 'overfitting',
    severity: 'warning',
    sick: byHeart,
    twin: { valid: clouds({ size: 256, name: 'other' }) },
  },
  {
    // A loss that is next to nothing may double and is still next to nothing.
    code: 'overfitting',
    sick: byHeart,
    twin: {
      train: clouds({ size: 128, distance: 4 }),
      valid: clouds({ size: 64, distance: 4, name: 'other' }),
      epochs: 120,
    },
  },
  {
    // Who goes back to the best epoch by itself is not told to.
    code: 'overfitting',
    sick: { ...byHeart, earlyStopping: { patience: 60, restoreBest: false } },
    twin: { ...byHeart, earlyStopping: { patience: 60 } },
  },
  {
    // Seven others may be hard by chance.
    code: 'overfitting',
    sick: byHeart,
    twin: {
      ...byHeart,
      valid: subset(
        byHeart.valid,
        Int32Array.from({ length: 7 }, (_, i) => i),
      ),
    },
  },
  {
    code: 'validation-too-good',
    sick: { train: clouds({ distance: 1.2 }), valid: clouds({ distance: 5, name: 'other' }) },
    twin: { valid: clouds({ name: 'other' }) },
  },
  {
    code: 'moving-statistics',
    layer: 'batchNorm1',
    sick: {
      valid: clouds({ size: 256, name: 'other' }),
      model: sequential(dense(16), batchNorm({ momentum: 0.999 }), act(), dense(4)),
      train: clouds({ scale: 40 }),
    },
    twin: {
      valid: clouds({ size: 256, name: 'other' }),
      model: sequential(dense(16), batchNorm(), act(), dense(4)),
    },
  },
  // Layers.
  { code: 'rate-too-high', sick: { optimizer: adam({ learningRate: 0.3 }) } },
  {
    code: 'vanishing-gradient',
    sick: {
      optimizer: sgd({ learningRate: 0.05 }),
      model: stack(8, (n) => [dense(n, { initializer: xavier() }), sigmoid()]),
    },
    twin: { model: stack(8, (n) => [dense(n), act()]) },
  },
  {
    code: 'exploding-gradient',
    sick: { optimizer: sgd({ learningRate: 1e-6 }), model: stack(5, (n) => [dense(n, { initializer: large }), act()]) },
  },
  {
    code: 'dead-relu',
    severity: 'error',
    layer: 'relu2',
    sick: {
      model: sequential(
        dense(32),
        relu(),
        dense(16, { biasInitializer: normal({ mean: -30, deviation: 1 }) }),
        relu(),
        dense(4),
      ),
    },
  },
  {
    code: 'saturated-activation',
    layer: 'sigmoid1',
    sick: { train: clouds({ scale: 80 }), model: stack(1, (n) => [dense(n), sigmoid()]) },
    twin: { model: stack(1, (n) => [dense(n), sigmoid()]) },
  },
  {
    code: 'dead-channel',
    layer: 'batchNorm1',
    sick: { model: sequential(dense(16, { initializer: zeros() }), batchNorm(), act(), dense(4)) },
    twin: { model: sequential(dense(16), batchNorm(), act(), dense(4)) },
  },
  {
    code: 'update-ratio',
    severity: 'info',
    layer: 'dense1',
    sick: {
      groups: [{ match: 'dense1', rate: 1e-6 }],
      epochs: 4,
    },
  },
]

function swinging(momentum: number): Patient {
  return { ...numbers, model: line, batchSize: 'all', epochs: 200, optimizer: sgd({ learningRate: 0.01, momentum }) }
}

/** Clouds, and classes that have nothing to do with them. */
function mislabelled(name: string): Dataset {
  const draw = random(1, `labels/${name}`)
  const labels = Int32Array.from({ length: 256 }, () => draw.integer(4))
  const all = clouds({ size: 256, name })
  return {
    ...all,
    fill(rows, inputs, targets) {
      all.fill(rows, inputs, targets)
      rows.forEach((row, i) => {
        targets[i] = labels[row]
      })
    },
  }
}

/** Whoever makes a dataset by hand may hand out what readers refuse. */
function spoilt(dataset: Dataset): Dataset {
  return stray(dataset, Number.NaN)
}

/** With `value` in the second place of the eighth example. */
function stray(dataset: Dataset, value: number): Dataset {
  return {
    ...dataset,
    fill(rows, inputs, targets, epoch) {
      dataset.fill(rows, inputs, targets, epoch)
      const row = rows.indexOf(7)
      if (row >= 0) inputs[8 * row + 1] = value
    },
  }
}

function standardized(dataset: Dataset): Dataset {
  const targets = new Float32Array(dataset.size)
  const rows = Int32Array.from({ length: dataset.size }, (_, row) => row)
  dataset.fill(rows, new Float32Array(4 * dataset.size), targets)
  const mean = targets.reduce((sum, value) => sum + value / targets.length, 0)
  const deviation = Math.sqrt(targets.reduce((sum, value) => sum + (value - mean) ** 2 / targets.length, 0))
  return {
    ...dataset,
    fill(rows, inputs, targets) {
      dataset.fill(rows, inputs, targets)
      rows.forEach((_, i) => {
        targets[i] = (targets[i] - mean) / deviation
      })
    },
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(4))

/** Longer than a step of so small a network by far. */
function slow(dataset: Dataset): Dataset {
  return {
    ...dataset,
    fill(rows, inputs, targets, epoch) {
      Atomics.wait(nobody, 0, 0, 5)
      dataset.fill(rows, inputs, targets, epoch)
    },
  }
}

/** One class after the other. */
function sorted(): Dataset {
  const all = clouds({ size: 256 })
  const rows = Int32Array.from({ length: 256 }, (_, i) => 4 * (i % 64) + Math.floor(i / 64))
  return subset(all, rows)
}

function uneven(classes: readonly string[] = ['a', 'b', 'c', 'd']): Dataset {
  const draw = random(1, 'uneven')
  const labels = Int32Array.from({ length: 256 }, (_, i) => (i % 8 === 0 ? (i / 8) % 4 : 0))
  return arrays({ inputs: Float32Array.from({ length: 2048 }, () => draw.normal()), inputShape: [8], labels, classes })
}

function ofOneClass(): Dataset {
  const { inputs, labels } = {
    inputs: new Float32Array(2048).map((_, i) => wave(i)),
    labels: new Int32Array(256).fill(2),
  }
  return arrays({ inputs, inputShape: [8], labels, classes: ['a', 'b', 'c', 'd'] })
}

it('has a case for each', () => {
  expect([...new Set(cases.map(({ code }) => code))].sort()).toEqual(ailments.map(({ code }) => code).sort())
})

describe.each(cases)('$code', ({ code, severity = 'warning', layer, sick, twin }) => {
  it('is found in a network that has it', async () => {
    const findings = (await examined(sick)).filter((finding) => finding.code === code)
    expect(findings.at(-1)).toMatchObject({ code, severity, ...(layer && { layer }) })
    const { measured, threshold } = findings[findings.length - 1].evidence
    expect(Number.isNaN(measured)).toBe(false)
    expect(measured).not.toBe(threshold)
  })

  if (!twin) return
  it('is not found in its twin', async () => {
    expect((await examined(twin)).map((finding) => finding.code)).not.toContain(code)
  })
})

describe('the list', () => {
  it('names nothing that is not in it as what rules something out or brings it about', () => {
    const known = conditions.map(({ code }) => code)
    expect(known).toEqual(
      expect.arrayContaining(ailments.flatMap(({ unless = [], follows = [] }) => [...unless, ...follows])),
    )
  })

  it('has each code once, with words for everything', () => {
    const known = conditions.map(({ code }) => code)
    expect(new Set(known).size).toBe(known.length)
    for (const { about, cause, source, ...others } of conditions)
      for (const words of [about, cause, source, others.try, others.rule]) expect(words.length).toBeGreaterThan(10)
  })
})

it('sigmoids that stand still are given until half of the run', async () => {
  const model = stack(4, (n) => [dense(n, { initializer: small }), sigmoid()])
  const found = await examined({ optimizer: sgd({ learningRate: 0.05 }), model, epochs: 16 })
  const told = found.filter(({ code }) => code === 'not-learning')
  expect(told.map(({ severity }) => severity)).toEqual(['info', 'warning'])
  // 16 batches in each of 16 epochs.
  expect(told[0].step).toBeLessThan(128)
  expect(told[1].step).toBeGreaterThanOrEqual(128)
  expect(told[0].message).toMatch(/^after \d+ steps/)
  expect(told[1].message).toMatch(
    new RegExp(`^told after step ${told[0].step} as a note, and graver now: after \\d+ steps`),
  )
})

it('what is learned in the end is measured by the constant answer that the words name', async () => {
  const { store } = await fit(line, { ...recipe(), ...numbers, optimizer: sgd({ learningRate: 0.01 }), epochs: 3 })
  // It begins well below a constant answer, and stays there.
  const still = { ...numbers, model: line, store, optimizer: sgd({ learningRate: 1e-9 }) }
  expect(codes(await examined(still), 'warning')).not.toContain('underfitting')
  const fresh = await examined({ ...still, store: createStore({ seed: 3 }) })
  const finding = fresh.find(({ code }) => code === 'underfitting')
  const words = /loss of (\S+) .* constant answer has (\S+): .* regression knows (\S+)%/.exec(finding?.message ?? '')
  const [, loss, constant, foretold] = words ?? []
  expect(finding?.evidence.measured).toBeCloseTo((1 - Number(loss) / Number(constant)) / (Number(foretold) / 100), 2)
})

it('what decay leaves is told as the doing of decay, and mended by that first', async () => {
  const found = await examined({ optimizer: sgd({ learningRate: 0.05, weightDecay: 1 }), epochs: 12 })
  const late = found.filter(({ code }) => code === 'not-learning' || code === 'underfitting')
  expect(late.map(({ code }) => code)).toContain('underfitting')
  const root = found.find(({ code }) => code === 'weight-decay')
  for (const { cause, try: act, patches } of late) {
    expect(cause).toBe(`weight-decay, told before: ${root?.cause}`)
    expect([act, patches[0]]).toEqual([root?.try, { kind: 'no-decay' }])
  }
})

it('weights that stand at the limit of a constraint are not told as shrunk, though they are small', async () => {
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 })
  const found = await examined({ optimizer, constraint: maxNorm(0.5), epochs: 20 })
  expect(codes(found, 'info', 'warning')).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/weight|constraint/)]),
  )
})

it('weights that a constraint keeps small are told as its doing, whatever decays beside it', async () => {
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 })
  const found = await examined({ optimizer, constraint: maxNorm(0.01), epochs: 20 })
  const told = found.filter(({ severity }) => severity !== 'info')
  expect(told.map(({ code }) => code)).toContain('tight-constraint')
  expect(told.map(({ code }) => code)).not.toContain('weight-decay')
  const [root] = told
  expect(root.message).toMatch(/each unit's weights at 0.01: they have 0.\d% of their first size/)
  for (const { cause, patches } of told.slice(1)) {
    expect(cause).toBe(`tight-constraint, told before: ${root.cause}`)
    expect(patches[0]).toEqual({ kind: 'no-constraint' })
  }
})

it('what a batch norm of single examples does to its neighbours is not told of them', async () => {
  const model = sequential(dense(16), batchNorm(), relu(), dense(16), batchNorm(), relu(), dense(4))
  const [root, ...others] = (await examined({ model, batchSize: 1, epochs: 2 })).filter(
    ({ severity }) => severity !== 'info',
  )
  expect(root).toMatchObject({ code: 'small-norm-batch', severity: 'error', layer: 'batchNorm1' })
  expect(others.map(({ code }) => code)).toEqual(['not-learning', 'underfitting'])
  for (const { cause } of others) expect(cause).toBe(`small-norm-batch, told before: ${root.cause}`)
})

it.each([
  ['classes', { optimizer: sgd({ learningRate: 0.05, momentum: 0.999 }), epochs: 30 }],
  ['numbers', { ...numbers, model: line, optimizer: sgd({ learningRate: 0.05, momentum: 0.999 }), epochs: 30 }],
  ['slowly', { optimizer: sgd({ learningRate: 1e-6, momentum: 0.999 }), epochs: 8 }],
])('a momentum near 1 is what is changed first, whatever came of it: %s', async (_, patient) => {
  const told = (await examined(patient)).filter(({ severity, patches }) => severity !== 'info' && patches.length > 0)
  expect(told.length).toBeGreaterThan(0)
  for (const { patches } of told) expect(patches[0]).toMatchObject({ kind: 'optimizer', options: { momentum: 0.9 } })
})

describe('a target that never varies', () => {
  it('is told as that, and as nothing that follows from it', async () => {
    const constant = { ...numbers, model: line, train: slope({ scale: 0, shift: 3.3 }) }
    const found = await examined({ ...constant, valid: slope({ size: 64, name: 'other', scale: 0, shift: 3.3 }) })
    expect(codes(found, 'warning', 'error')).toEqual(['constant-target'])
    expect(found[0].message).toBe("in all 512 examples the target 'y' is 3.3")
    const ofClasses = await examined({ ...brief, train: ofOneClass() })
    expect(codes(ofClasses, 'warning', 'error')).toEqual(['constant-target'])
    expect(ofClasses[0].message).toBe("all 256 examples are 'c'")
  })

  it('is a note where another one varies', async () => {
    const inputs = Float32Array.from({ length: 256 }, (_, row) => wave(row))
    const targets = Float32Array.from({ length: 512 }, (_, i) => (i % 2 === 0 ? wave(i / 2) : 7))
    const train = arrays({ inputs, inputShape: [1], numbers: targets, names: ['height', 'floor'] })
    const found = await examined({ ...brief, ...numbers, train, model: dense(2) })
    const told = found.find(({ code }) => code === 'constant-target')
    expect(told).toMatchObject({ severity: 'info', message: "in all 256 examples the target 'floor' is 7" })
  })
})

describe('sentences about shares', () => {
  it('say nothing of all where a little is left', async () => {
    const labels = Int32Array.from({ length: 256 }, (_, row) => Number(row === 9))
    const inputs = Float32Array.from({ length: 256 }, (_, row) => wave(row))
    const train = arrays({ inputs, inputShape: [1], labels, classes: ['usual', 'rare'] })
    const found = await examined({ ...brief, train, model: dense(2) })
    const told = found.find(({ code }) => code === 'class-imbalance')
    expect(told?.message).toBe("99.6% of the examples are 'usual', 0.4% are 'rare'")
  })

  it('say both losses of what is learned by heart, however far they are apart', async () => {
    const valid = slope({ size: 64, name: 'other', scale: -1 })
    const found = await examined({ ...numbers, model: line, valid, epochs: 20 })
    const told = found.find(({ code }) => code === 'overfitting')
    expect(told?.message).toMatch(/a loss of 0[.]\d+ and of [12]\d[.]\d [(]a constant answer has 4[.]\d+[)]/)
  })
})

describe('a target that lies far out', () => {
  const told = async (train: Dataset) => {
    const found = await examined({ ...brief, ...numbers, model: line, train })
    return found.find(({ code }) => code === 'target-outlier')
  }

  it('is named with its example and value, whatever scale its column has', async () => {
    const raw = await told(slope({ outlier: 1e9 }))
    expect(raw).toMatchObject({ severity: 'warning', step: 0 })
    expect(raw?.message).toMatch(/^target 'y' of example 7 is 1000000000, \S+ times as far from the median/)
    const scale = (await examined({ ...brief, ...numbers, model: line, train: slope({ outlier: 1e9 }) })).find(
      ({ code }) => code === 'target-scale',
    )
    expect(scale?.cause).toMatch(/^target-outlier, told before/)
    // As tables are: of mean 0 and deviation 1, where all others are next to the same.
    const scaled = await told(standardized(slope({ outlier: 1e9 })))
    expect(scaled?.message).toMatch(/^target 'y' of example 7 is 22.6053, /)
  })

  it('is none where a few belong to a long tail', async () => {
    const draw = random(1, 'tail')
    const numbers = Float32Array.from({ length: 400 }, () => Math.exp(2 * draw.normal()))
    const rare = numbers.map((_, row) => Number(row % 40 === 0))
    const inputs = Float32Array.from({ length: 400 }, () => draw.normal())
    expect(await told(arrays({ inputs, inputShape: [1], numbers }))).toBeUndefined()
    expect(await told(arrays({ inputs, inputShape: [1], numbers: rare }))).toBeUndefined()
  })
})

it('all targets but one being the same is told of that one', async () => {
  // As standardizing leaves them where one is 1e30.
  const numbers = new Float32Array(200).fill(-0.07)
  const inputs = Float32Array.from({ length: 200 }, (_, i) => wave(i))
  const patient = { ...brief, loss: meanSquaredError(), model: line }
  const outlier = async (...targets: Parameters<Float32Array['with']>) => {
    const train = arrays({ inputs, inputShape: [1], numbers: numbers.with(...targets) })
    return (await examined({ ...patient, train })).find(({ code }) => code === 'target-outlier')
  }
  expect((await outlier(12, 14.1))?.message).toBe("target 'y' of example 12 is 14.1, and that of all others -0.07")
  expect(await outlier(12, numbers[0])).toBeUndefined()
})

describe('an input that lies far out', () => {
  /** A column in which one value in `every` is `value`, beside one of usual values. */
  function column(value: number, every: number, rest: (row: number) => number): Dataset {
    const rows = Array.from({ length: 300 }, (_, row) => [row % every === 12 ? value : rest(row), wave(row, 1)])
    const labels = Int32Array.from(rows, ([, other]) => Number(other > 0))
    return { ...arrays({ inputs: Float32Array.from(rows.flat()), inputShape: [2], labels }), columns: ['age', 'size'] }
  }
  const found = async (train: Dataset) => examined({ ...brief, model: dense(2), train })
  const told = async (train: Dataset) => (await found(train)).find(({ code }) => code === 'input-outlier')

  it('is named with its example, column and value, and as the cause of what follows', async () => {
    const findings = await found(column(999999, 300, wave))
    const [outlier] = findings.filter(({ code }) => code === 'input-outlier')
    expect(outlier).toMatchObject({ severity: 'warning', step: 0 })
    expect(outlier.message).toMatch(
      /^column 'age' of example 12 is 999999, 392000 times as far from the median \(1.55\) as any other value$/,
    )
    expect(findings.find(({ code }) => code === 'feature-scales')?.cause).toMatch(/^input-outlier, told before/)
  })

  it('is told where it stands more than once, and not where it is common', async () => {
    expect(await told(column(-999, 150, wave))).toMatchObject({ severity: 'warning' })
    expect(await told(column(-999, 15, wave))).toBeUndefined()
  })

  it('is a note where all others are the same, unless it is a flag', async () => {
    const scaled = await told(column(17.3, 300, () => -0.058))
    expect(scaled?.severity).toBe('info')
    expect(scaled?.message).toMatch(/^column 'age' is -0.058 in all training examples but example 12, where it is 17.3/)
    expect(await told(column(1, 300, () => 0))).toBeUndefined()
    expect(await told(column(17.3, 150, () => -0.058))).toBeUndefined()
  })

  it('is none where it belongs to a long tail', async () => {
    const draw = random(2, 'tail')
    for (let table = 0; table < 5; table++) {
      expect(await told(column(0, 1e9, () => Math.exp(2 * draw.normal())))).toBeUndefined()
    }
  })
})

describe('label smoothing, which leaves a loss that no network goes below', () => {
  const parts = { train: clouds({ distance: 4 }), valid: clouds({ size: 256, distance: 4, name: 'other' }) }
  const smooth = { loss: crossEntropy({ labelSmoothing: 0.9 }), ...parts }

  it('is not told as anything wrong where all is learned', async () => {
    const found: Finding[] = []
    const model = sequential(dense(32), relu(), dense(4))
    const optimizer = adamw({ learningRate: 0.01, weightDecay: 0.01 })
    const onEvent: Patient['onEvent'] = (event) => event.type === 'finding' && found.push(event)
    const { history } = await fit(model, { ...recipe(), ...smooth, optimizer, epochs: 20, babysit: advise(), onEvent })
    expect(history.at(-1)?.validAccuracy).toBeGreaterThan(0.9)
    expect(codes(found, 'warning', 'error')).toEqual([])
  })

  it('hides nothing where nothing is learned, and the words name both ends', async () => {
    const found = await examined({ ...smooth, optimizer: sgd({ learningRate: 1e-5 }) })
    const told = found.find(({ code }) => code === 'underfitting')
    expect(told?.message).toMatch(/a constant answer has 1.39: 0% of it above the least there is \(1.37\) is learned/)
  })

  it('is no reason why a batch could not be learned by heart', async () => {
    const { findings, overfit } = await checkup(sequential(dense(32), relu(), dense(4)), { ...recipe(), ...smooth })
    expect(codes(findings, 'warning', 'error')).toEqual([])
    expect(overfit.lowest).toBeGreaterThan(0.5 * overfit.first)
  })
})

describe('examples that stand in both parts', () => {
  /** Cut at random from `rows`, each written twice. */
  async function found(rows: readonly (readonly number[])[]): Promise<Finding | undefined> {
    const draw = random(1, 'parts')
    const all = [...rows, ...rows].map((row) => ({ row, at: draw.uniform() })).sort((a, b) => a.at - b.at)
    const part = (from: number, to?: number): Dataset => {
      const inputs = Float32Array.from(all.slice(from, to).flatMap(({ row }) => row))
      const width = rows[0].length
      const labels = Int32Array.from({ length: inputs.length / width }, (_, i) => i % 4)
      return arrays({ inputs, inputShape: [width], labels })
    }
    const cut = Math.floor(0.8 * all.length)
    const findings = await examined({ ...brief, train: part(0, cut), valid: part(cut) })
    return findings.find(({ code }) => code === 'shared-examples')
  }
  const made = (size: number, row: (draw: ReturnType<typeof random>) => number[]): number[][] => {
    const draw = random(1, 'rows')
    return Array.from({ length: size }, () => row(draw))
  }

  it('are told of where a table was written twice, though its training part repeats as much', async () => {
    const rows = made(150, (draw) => Array.from({ length: 5 }, () => draw.normal()))
    const finding = await found(rows)
    expect(finding?.message).toMatch(
      /of the validation examples stand in .* repeats \d\d% of its own; \d\d% are copies/,
    )
    expect(finding?.evidence.measured).toBeGreaterThan(0.5)
    // One decimal: values come again, rows do not.
    expect(await found(rows.map((row) => row.map((value) => Math.round(10 * value) / 10)))).toBeDefined()
  })

  it.each([
    ['small numbers', (draw: ReturnType<typeof random>) => [draw.integer(5), draw.integer(4), draw.integer(6)]],
    ['flags', (draw: ReturnType<typeof random>) => Array.from({ length: 6 }, () => draw.integer(2))],
    [
      'a category, as columns of its own',
      (draw: ReturnType<typeof random>) => {
        const category = draw.integer(12)
        return Array.from({ length: 12 }, (_, column) => Number(column === category))
      },
    ],
    ['one column', (draw: ReturnType<typeof random>) => [draw.normal()]],
  ])('are natural in a table of %s, where few rows are possible', async (_, row) => {
    expect(await found(made(150, row))).toBeUndefined()
  })
})

it('a rate that is far too low is raised to where updates are of a usual size', async () => {
  const found = await examined({ optimizer: sgd({ learningRate: 1e-5 }) })
  const finding = found.find(({ code }) => code === 'rate-too-low')
  const [patch] = finding?.patches ?? []
  const factor = patch?.kind === 'learning-rate' ? patch.factor : Number.NaN
  const update = (factor * (finding?.evidence.measured ?? Number.NaN)) / 128
  expect(update).toBeGreaterThan(3e-3)
  expect(update).toBeLessThan(3e-2)
})

it('sorted examples, not the rate, throw the loss up where a batch has one class alone', async () => {
  const found = await examined({
    train: sorted(),
    order: inOrder(),
    epochs: 20,
    optimizer: sgd({ learningRate: 0.2, momentum: 0.9 }),
  })
  const thrown = found.filter(({ code }) => ['loss-above-start', 'loss-diverged', 'rate-too-high'].includes(code))
  expect(thrown).not.toEqual([])
  for (const { cause } of thrown) expect(cause).toMatch(/^sorted-examples, told before/)
})

it.each([3e-5, 5e-5, 1e-4])(
  'a rate of %s is too low where others learn all of it, and never too high',
  async (learningRate) => {
    const wavering = sequential(dense(32), relu(), dropout({ rate: 0.2 }), dense(1))
    const patient = { ...numbers, train: slope(), model: wavering, epochs: 64 }
    const found = await examined({ ...patient, optimizer: adam({ learningRate }) })
    expect(codes(found, 'warning', 'error')).toEqual(['rate-too-low', 'underfitting'])
    expect(found.at(-1)?.cause).toMatch(/^rate-too-low, told before/)
    expect(codes(await examined({ ...patient, optimizer: adam({ learningRate: 1e-2 }) }), 'warning', 'error')).toEqual(
      [],
    )
  },
)

it('a rate that a schedule brings down is a note while it is high, and a warning if nothing is better then', async () => {
  // 128 steps.
  const found = await examined({ optimizer: adam({ learningRate: 0.3 }), schedule: (step) => 0.3 * (1 - step / 128) })
  const told = found.filter(({ code }) => code === 'rate-too-high')
  expect(told.map(({ severity }) => severity)).toEqual(['info', 'warning'])
  expect(told[0].step).toBeLessThan(64)
  expect(told[1].step).toBeGreaterThanOrEqual(64)
})

describe('targets on a huge scale', () => {
  const huge = { ...numbers, model: line, train: slope({ scale: 1e4, shift: 2e5 }), epochs: 20 }

  it('begin far above a constant answer, and no verdict takes that for a rate too high', async () => {
    const found = await examined({ ...huge, optimizer: adam({ learningRate: 1e-3 }) })
    expect(codes(found, 'warning', 'error')).toEqual(['target-scale', 'not-learning', 'underfitting'])
  })

  it('are named as the cause of what follows from them', async () => {
    const found = await examined({ ...huge, optimizer: sgd({ learningRate: 1e-14 }) })
    const slow = found.find(({ code }) => code === 'rate-too-low')
    expect(slow).toMatchObject({ cause: expect.stringMatching(/^target-scale/), try: expect.stringMatching(/targets/) })
    expect(found.find(({ code }) => code === 'target-scale')?.cause).not.toMatch(/told before/)
  })
})

describe('what drove units out', () => {
  const bent = stack(2, (n) => [dense(n, { initializer: xavier() }), tanh()])
  const told = async (patient: Patient, code: string): Promise<Finding | undefined> =>
    (await examined(patient)).find((one) => one.code === code)

  it('is the rate, where they lay in the middle before the first step', async () => {
    const finding = await told({ model: bent, optimizer: adam({ learningRate: 5 }) }, 'saturated-activation')
    expect(finding?.cause).toMatch(/learning rate/)
    expect(finding?.try).toMatch(/tanh/)
    expect(finding?.try).not.toMatch(/sigmoid|inputs/)
    expect(finding?.patches[0]).toEqual({ kind: 'learning-rate', factor: 0.1 })
  })

  it('is the inputs or the first weights, where they lay at the ends already', async () => {
    const raw = await told({ train: clouds({ scale: 80 }), model: bent }, 'saturated-activation')
    expect(raw?.cause).toMatch(/inputs of a size of/)
    const model = stack(2, (n) => [dense(n, { initializer: large }), tanh()])
    const only = advise({ ailments: ailments.filter(({ code }) => code === 'saturated-activation') })
    expect((await told({ model, babysit: only }, 'saturated-activation'))?.cause).toMatch(/first weights/)
  })

  it('is the rate too, where rectifiers worked before the first step', async () => {
    const born = sequential(
      dense(32),
      relu(),
      dense(16, { biasInitializer: normal({ mean: -30, deviation: 1 }) }),
      relu(),
      dense(4),
    )
    expect((await told({ model: born }, 'dead-relu'))?.cause).toMatch(/began so/)
    expect((await told({ optimizer: adam({ learningRate: 3 }) }, 'dead-relu'))?.cause).toMatch(/learning rate/)
  })
})

it('that inputs hold nothing is told with what the network, neighbours and features say, and not as a small network', async () => {
  const found = await examined({ train: mislabelled('own'), valid: mislabelled('other'), epochs: 40 })
  expect(codes(found, 'warning', 'error')).toEqual(['no-signal'])
  const message = found.find(({ code }) => code === 'no-signal')?.message
  expect(message).toMatch(
    /never below 1\d\d% .* nearest neighbour, by chance 2\d%; of all features feature \d tells most/,
  )
})

it('that an answer to few examples is a little better than a constant one in some epoch is luck, and no knowledge', async () => {
  const draw = random(18, 'dates')
  const inputs = Float32Array.from({ length: 300 }, () => draw.normal())
  const numbers = Float32Array.from(inputs, () => draw.normal())
  const { train, valid } = split(arrays({ inputs, inputShape: [1], numbers }), { seed: 18 })
  const found = await examined({
    model: sequential(dense(32), relu(), dense(1)),
    train,
    valid,
    loss: meanSquaredError(),
    optimizer: adam({ learningRate: 0.01 }),
    epochs: 60,
  })
  expect(codes(found, 'warning', 'error')).toEqual(['no-signal'])
})

describe('a weak signal', () => {
  /** `share` of the target's variance is the sum of eight features. */
  function weak(share: number, options: { readonly size?: number; readonly seed?: number } = {}): Dataset {
    const { size = 300, seed = 1 } = options
    const draw = random(seed, 'weak')
    const inputs = Float32Array.from({ length: 8 * size }, () => draw.normal())
    const numbers = Float32Array.from({ length: size }, (_, row) => {
      const sum = inputs.subarray(8 * row, 8 * row + 8).reduce((total, value) => total + value, 0)
      return Math.sqrt(share / 8) * sum + Math.sqrt(1 - share) * draw.normal()
    })
    return arrays({ inputs, inputShape: [8], numbers })
  }
  const regression = { model: dense(1), loss: meanSquaredError(), optimizer: adam({ learningRate: 0.01 }), epochs: 30 }

  it('that no single feature tells is there, whatever happens to the validation part', async () => {
    const valid = weak(0, { seed: 2 })
    const told = async (share: number) => codes(await examined({ ...regression, train: weak(share), valid }), 'warning')
    expect(await told(0.2)).not.toContain('no-signal')
    expect(await told(0)).toContain('no-signal')
  })

  it.each([0.15, 0.25])('of which all is learned is a note: %s', async (share) => {
    const train = weak(share, { size: 600 })
    const found = await examined({ ...regression, train, valid: weak(share, { seed: 2 }) })
    expect(codes(found, 'warning', 'error')).toEqual([])
    expect(found.find(({ code }) => code === 'underfitting')).toMatchObject({ severity: 'info' })
  })

  it('of which little is learned is a warning, and so is one of which nothing can be found', async () => {
    const unlearned = { ...regression, train: weak(0.6), optimizer: sgd({ learningRate: 1e-4 }) }
    const [much] = (await examined(unlearned)).filter(({ code }) => code === 'underfitting')
    expect(much).toMatchObject({ severity: 'warning', evidence: { threshold: 0.7 } })
    // Validated by what a little is learned of by heart.
    const byHeart = { ...regression, train: weak(0), valid: weak(0), model: line }
    const [nothing] = (await examined(byHeart)).filter(({ code }) => code === 'underfitting')
    expect(nothing).toMatchObject({ severity: 'warning', evidence: { threshold: 0.35 } })
    expect(nothing.cause).toMatch(/targets that do not belong to their rows/)
  })
})

describe('a class that is rare', () => {
  /** One in 33, around a place of its own that is `distance` away. */
  function rare(name: string, distance: number): Dataset {
    const draw = random(1, `rare/${name}`)
    const labels = Int32Array.from({ length: 400 }, (_, i) => Number(i % 33 === 0))
    const inputs = Float32Array.from({ length: 1600 }, (_, i) => draw.normal() + distance * labels[i >> 2])
    return arrays({ inputs, labels, classes: ['common', 'rare'] })
  }
  const told = async (distance: number) => {
    const model = sequential(dense(16), relu(), dense(2))
    const found = await examined({ model, train: rare('own', distance), valid: rare('other', distance), epochs: 12 })
    return found.filter(({ code }) => code === 'class-imbalance')
  }

  it('is a note before the first step, and no more where it is found', async () => {
    expect(await told(3)).toMatchObject([{ severity: 'info', step: 0 }])
  })

  it('is a warning in the end where it is not', async () => {
    const [note, warning] = await told(0.4)
    expect(note).toMatchObject({ severity: 'info', step: 0 })
    expect(warning).toMatchObject({ severity: 'warning', evidence: { threshold: 0.6 } })
    expect(warning.message).toMatch(/finds \d of 13 validation examples of 'rare'/)
    expect(warning.step).toBeGreaterThan(100)
  })
})

it('columns are called by their names, where they have any', async () => {
  const draw = random(1, 'leak')
  const inputs = Float32Array.from({ length: 512 }, () => draw.normal())
  const numbers = Float32Array.from({ length: 256 }, (_, row) => 2 * inputs[2 * row + 1])
  const train = arrays({ inputs, inputShape: [2], columns: ['age', 'invoice'], numbers })
  const half = subset(
    train,
    Int32Array.from({ length: 128 }, (_, row) => 2 * row),
  )
  const found = await examined({ ...brief, train: half, loss: meanSquaredError(), model: line })
  expect(found.find(({ code }) => code === 'leak')?.message).toMatch(/^column 'invoice' and the target/)
})

it('what an output cannot reach is told without infinity, and in deviations', async () => {
  const model = sequential(dense(1), relu())
  const finding = (await examined({ ...brief, ...numbers, model })).find(({ code }) => code === 'output-range')
  expect(finding?.message).toMatch(/nothing below 0/)
  expect(finding?.message).not.toMatch(/Infinity|1\d\d%/)
})

describe('a healthy run', () => {
  it('hears no warning', async () => {
    expect(codes(await examined({ epochs: 20 }), 'warning', 'error')).toEqual([])
  })

  it('gives the same bits with and without a babysitter', async () => {
    const model = sequential(dense(16), relu(), dense(4))
    const watched = await fit(model, { ...recipe(), babysit: advise({ readingEvery: 1 }) })
    const alone = await fit(model, recipe())
    expect(watched.store.save()).toEqual(alone.store.save())
    expect(watched.history.map(({ trainLoss }) => trainLoss)).toEqual(alone.history.map(({ trainLoss }) => trainLoss))
  })
})
