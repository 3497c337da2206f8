/** What looks on changes nothing: a run that is read at every step has the bits of one that nobody looks at. */
import { random } from 'thalweg/base'
import { arrays, type Dataset } from 'thalweg/data'
import { advise, type Reading } from 'thalweg/diagnose'
import {
  batchNorm,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
  layerNorm,
  leakyRelu,
  type Model,
  maxPool2d,
  meanSquaredError,
  relu,
  residual,
  sequential,
  tanh,
} from 'thalweg/nn'
import { adam, clipByGlobalNorm, ema, nesterov, rmsprop, sgd } from 'thalweg/optim'
import { type FitOptions, fit } from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { clouds, recipe, slope } from './patients.ts'

function pictures(): Dataset {
  const draw = random(1, 'pictures')
  const labels = Int32Array.from({ length: 80 }, (_, i) => i % 4)
  const inputs = Float32Array.from(
    { length: 80 * 144 },
    (_, i) => draw.normal() + Number(labels[Math.floor(i / 144)] === i % 4),
  )
  return arrays({ inputs, inputShape: [12, 12, 1], labels })
}

const runs: Readonly<Record<string, { readonly model: Model } & Partial<FitOptions>>> = {
  'dense layers, momentum': { model: sequential(dense(16), relu(), dense(4)) },
  'batch norm and dropout, Adam': {
    model: sequential(dense(32), batchNorm(), relu(), dropout({ rate: 0.3 }), dense(24), batchNorm(), tanh(), dense(4)),
    optimizer: adam({ learningRate: 1e-2 }),
  },
  'convolutions, Adam': {
    model: sequential(
      conv2d(8, 3, { padding: 'same' }),
      batchNorm(),
      relu(),
      maxPool2d(2),
      conv2d(16, 3, { padding: 'same' }),
      leakyRelu(),
      flatten(),
      dense(16),
      relu(),
      dense(4),
    ),
    train: pictures(),
    batchSize: 16,
    epochs: 2,
    optimizer: adam({ learningRate: 1e-3, weightDecay: 1e-3 }),
  },
  'a residual block, clipped, an average kept': {
    model: sequential(dense(16), residual(sequential(dense(16), layerNorm(), relu())), dense(4)),
    train: clouds({ size: 200 }),
    clip: clipByGlobalNorm(0.5),
    average: ema(),
    optimizer: nesterov({ learningRate: 0.05 }),
  },
  'several batches an update, squares': {
    model: sequential(dense(16), tanh(), dense(1)),
    train: slope(),
    loss: meanSquaredError(),
    accumulate: 3,
    optimizer: rmsprop({ learningRate: 1e-3 }),
  },
  'a frozen layer, a group of its own': {
    model: sequential(dense(16), relu(), dense(16), relu(), dense(4)),
    groups: [
      { match: 'dense1', rate: 0 },
      { match: 'dense2', optimizer: sgd({ learningRate: 0.01 }) },
    ],
  },
}

describe.each(Object.entries(runs))('%s', (_, { model, ...options }) => {
  it('has the same bits when it is read at every step', async () => {
    const readings: Reading[] = []
    const common = { ...recipe(), loss: crossEntropy(), epochs: 3, ...options }
    const alone = await fit(model, common)
    const watched = await fit(model, {
      ...common,
      babysit: advise({ readingEvery: 1, onReading: (one) => readings.push(one) }),
    })
    expect(readings.length).toBeGreaterThan(5)
    for (const { parameters } of readings) for (const { update } of parameters) expect(update).not.toBeNaN()
    expect(watched.store.save()).toEqual(alone.store.save())
    expect(watched.history.map(({ trainLoss }) => trainLoss)).toEqual(alone.history.map(({ trainLoss }) => trainLoss))
  })
})
