/** What goes by the metric of the epochs: early stopping, the best epochs, a rate that drops on a plateau. */

import { wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { reduceOnPlateau } from 'thalweg/optim'
import { type FitOptions, fit, type Monitor, type TrainEvent } from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { digest, digestOf, memory, noisyModel, noisyOptions, withoutTime } from './runs.ts'

/** A metric whose values are known beforehand. */
function prescribed(...values: number[]): Monitor {
  return { name: 'prescribed', better: 'lower', of: ({ epoch }) => values[epoch - 1] }
}

/** Weights and running statistics in the checkpoints of a run, one digest a finished epoch. */
async function digestsOf({ snapshots }: ReturnType<typeof memory>): Promise<string[]> {
  return (await snapshots()).map(({ arrays }) => {
    const model = [...arrays].filter(([name]) => name.startsWith('model/'))
    return digestOf(Object.fromEntries(model.map(([name, array]) => [name.slice('model/'.length), array])))
  })
}

describe('early stopping', () => {
  const metric = prescribed(5, 3, 4, 3, 4, 9, 9, 9)
  const options = (): FitOptions => ({ ...noisyOptions(), epochs: 8, metric, earlyStopping: { patience: 3 } })

  it('ends the run, says why, and restores the best epoch bit for bit', async () => {
    const sink = memory()
    const events: TrainEvent[] = []
    const test = noisyOptions().valid
    const run = await fit(noisyModel(), {
      ...options(),
      test,
      checkpoint: sink,
      onEvent: (event) => events.push(event),
    })
    expect(run).toMatchObject({ epochs: 5, bestEpoch: 2, interrupted: false, stop: { reason: 'patience', waited: 3 } })
    const saved = await digestsOf(sink)
    expect(new Set(saved).size).toBe(5)
    expect(digest(run)).toBe(saved[1])
    expect(run.test?.loss).toBe(run.history[1].validLoss)
    expect(events.filter(({ type }) => type === 'stop' || type === 'restore')).toEqual([
      {
        ...{ type: 'stop', epoch: 5, step: 25, reason: 'patience', metric: 'prescribed', waited: 3 },
        message: 'prescribed has not been lower than 3 of epoch 2 for 3 epochs',
      },
      { type: 'restore', epoch: 2, step: 10, metric: 'prescribed', value: 3 },
    ])
    expect(events.at(-1)).toMatchObject({ type: 'end', epochs: 5, bestEpoch: 2 })
  })

  it('stops and restores the same when it was interrupted, wherever that was', async () => {
    const sink = memory()
    const whole = await fit(noisyModel(), { ...options(), checkpoint: { ...sink, everySteps: 3 } })
    const snapshots = await sink.snapshots()
    expect(snapshots.length).toBeGreaterThan(10)
    for (const resume of [snapshots[2], snapshots[5], ...snapshots.slice(-2)]) {
      const run = await fit(noisyModel(), { ...options(), resume })
      expect(digest(run)).toBe(digest(whole))
      expect(run).toMatchObject({ epochs: 5, bestEpoch: 2, stop: whole.stop })
    }
  })

  it('restores the best one at the last epoch, too, unless told not to', async () => {
    const sink = memory()
    const run = await fit(noisyModel(), { ...options(), epochs: 3, checkpoint: sink })
    expect(run).toMatchObject({ epochs: 3, bestEpoch: 2, stop: undefined })
    const saved = await digestsOf(sink)
    expect(digest(run)).toBe(saved[1])
    const earlyStopping = { patience: 3, restoreBest: false }
    const last = await fit(noisyModel(), { ...options(), epochs: 3, earlyStopping })
    expect(digest(last)).toBe(saved[2])
    expect(last.best).toEqual([])
  })

  it('goes by what is measured', async () => {
    for (const metric of ['trainLoss', 'trainAccuracy', 'validLoss', 'validAccuracy'] as const) {
      const sink = memory()
      const earlyStopping = { patience: 8 }
      const run = await fit(noisyModel(), { ...options(), epochs: 4, metric, earlyStopping, checkpoint: sink })
      const values = run.history.map((epoch) => epoch[metric] ?? Number.NaN)
      const best = metric.endsWith('Loss') ? Math.min(...values) : Math.max(...values)
      expect(run.bestEpoch).toBe(values.indexOf(best) + 1)
      expect(digest(run)).toBe((await digestsOf(sink))[values.indexOf(best)])
    }
  })
})

describe('keepBest', () => {
  it('keeps the weights of the best epochs, also over an interruption', async () => {
    const sink = memory()
    const metric = prescribed(4, 2, Number.NaN, 1, 2, 3)
    const options: FitOptions = { ...noisyOptions(), epochs: 6, metric, keepBest: 3 }
    const steps: (readonly number[])[] = []
    const run = await fit(noisyModel(), {
      ...options,
      checkpoint: {
        save(checkpoint) {
          steps.push(checkpoint.bestSteps)
          return sink.save(checkpoint)
        },
      },
    })
    expect(steps.at(-1)).toEqual([20, 10, 25])
    expect(run.best.map(({ epoch, step, value }) => [epoch, step, value])).toEqual([
      [4, 20, 1],
      [2, 10, 2],
      [5, 25, 2],
    ])
    const saved = await digestsOf(sink)
    expect(run.best.map(({ weights }) => digestOf(weights))).toEqual([saved[3], saved[1], saved[4]])
    expect(digest(run)).toBe(saved[5])
    const [, , third] = await sink.snapshots()
    expect((await fit(noisyModel(), { ...options, resume: third })).best).toEqual(run.best)
  })
})

describe('a rate that drops on a plateau', () => {
  const options = (): FitOptions => ({
    ...noisyOptions(),
    schedule: reduceOnPlateau({ learningRate: 0.08, factor: 0.5, patience: 0 }),
    metric: prescribed(3, 2, 2, 1, 1, 1),
    epochs: 6,
  })

  it('follows the metric, and the same after an interruption', async () => {
    const sink = memory()
    const whole = await fit(noisyModel(), { ...options(), checkpoint: { ...sink, everySteps: 2 } })
    expect(whole.history.map(({ learningRate }) => learningRate)).toEqual([0.08, 0.08, 0.08, 0.04, 0.04, 0.02])
    const snapshots = await sink.snapshots()
    for (const resume of snapshots.filter((_, index) => index % 4 === 3)) {
      const run = await fit(noisyModel(), { ...options(), resume })
      expect(digest(run)).toBe(digest(whole))
      expect(withoutTime(run)).toEqual(withoutTime(whole))
    }
  })

  it('never compiles anew', async () => {
    const engine = createEngine(wasmBackend())
    const plans: number[] = []
    await fit(noisyModel(), {
      ...options(),
      engine,
      onEvent: (event) => event.type === 'epoch' && plans.push(engine.counts.plans),
    })
    expect(new Set(plans).size).toBe(1)
  })

  it('must look for what the metric looks for', async () => {
    const metric = 'validAccuracy'
    const fitting = fit(noisyModel(), { ...options(), metric })
    await expect(fitting).rejects.toThrow(/received: mode min, and validAccuracy, of which higher is better\ntry: red/)
    const schedule = reduceOnPlateau({ learningRate: 0.08, mode: 'max' })
    expect((await fit(noisyModel(), { ...options(), epochs: 1, metric, schedule })).epochs).toBe(1)
  })
})

describe('refusals', () => {
  it.each<[string, Partial<FitOptions>, RegExp]>([
    ['no patience', { earlyStopping: { patience: 0 } }, /earlyStopping.patience must be an integer of at least 1/],
    ['a negative margin', { earlyStopping: { patience: 1, minDelta: -1 } }, /earlyStopping.minDelta must be/],
    [
      'a baseline in percent',
      { metric: 'validAccuracy', earlyStopping: { patience: 1, baseline: 90 } },
      /baseline must be below 1, the best that validAccuracy can be/,
    ],
    ['a baseline that is none', { earlyStopping: { patience: 1, baseline: Number.NaN } }, /baseline must be a finite/],
    [
      'nothing to restore',
      { earlyStopping: { patience: 1 }, keepBest: 0 },
      /keepBest must be an integer of at least 1/,
    ],
    ['a metric without data', { metric: 'validLoss', valid: undefined }, /received: validLoss, and no validation data/],
    ['a metric of another task', { metric: 'validR2' }, /try: one of validLoss, validAccuracy, trainLoss/],
  ])('refuses %s', async (_, wrong, message) => {
    const fitting = fit(noisyModel(), { ...noisyOptions(), ...wrong })
    await expect(fitting).rejects.toThrow(message)
    await expect(fitting).rejects.toThrow(/^.+\nreceived: .+\ntry: .+$/)
  })

  it('refuses to go on by another metric', async () => {
    const sink = memory()
    await fit(noisyModel(), { ...noisyOptions(), epochs: 1, checkpoint: sink })
    const [resume] = await sink.snapshots()
    const fitting = fit(noisyModel(), { ...noisyOptions(), metric: 'trainLoss', resume })
    await expect(fitting).rejects.toThrow(/resume: metric must be what it was/)
  })
})
