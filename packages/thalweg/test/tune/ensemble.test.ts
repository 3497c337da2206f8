import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arrays, moons, split, type Target } from 'thalweg/data'
import { fix } from 'thalweg/diagnose'
import {
  batchNorm,
  createStore,
  crossEntropy,
  dense,
  meanSquaredError,
  relu,
  type Store,
  sequential,
  tanh,
} from 'thalweg/nn'
import { adam, ema } from 'thalweg/optim'
import { fit, type Prediction, populationStatistics } from 'thalweg/train'
import {
  type Combine,
  choice,
  ensemble,
  loadEnsemble,
  type Member,
  memoryCheckpoints,
  search,
  snapshotEnsemble,
  topMembers,
  trainEnsemble,
} from 'thalweg/tune'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { rejects, throwsError } from './fails.ts'

const kinds: Target = { kind: 'class', classes: ['a', 'b', 'c'] }

/** A member that has made up its mind: `weights` are what the softmax of its logits is in proportion to. */
function saying(target: Target, ...rows: number[][]): Member {
  const store = createStore({ engine: 'none' })
  const predict = (): Prediction => {
    if (target.kind === 'number')
      return { kind: 'number', names: target.names, numbers: Float32Array.from(rows.flat()) }
    const shares = rows.map((row) => row.map((weight) => weight / row.reduce((sum, one) => sum + one)))
    const labels = Int32Array.from(shares, (row) => row.indexOf(Math.max(...row)))
    return {
      kind: 'class',
      classes: target.classes,
      labels,
      labelNames: Array.from(labels, (label) => target.classes[label]),
      probabilities: Float32Array.from(shares.flat()),
      logits: Float32Array.from(rows.flat(), Math.log),
    }
  }
  return { store, inputShape: [1], target, predict }
}

function classesBy(combine: Combine, ...members: Member[]) {
  const prediction = ensemble(members, { combine }).predict([0])
  if (prediction.kind !== 'class') throw new Error('no classes')
  return prediction
}

describe('an ensemble combines', () => {
  // Shares (0.9, 0.1, 0), (0.2, 0.8, 0), (0.2, 0.8, 0), all but.
  const sure = saying(kinds, [9, 1, 1e-3])
  const other = saying(kinds, [2, 8, 1e-3])

  it('probabilities by their mean, which may overrule a majority', () => {
    const { labels, probabilities } = classesBy(
      'probabilities',
      sure,
      sure,
      other,
      other,
      saying(kinds, [45, 55, 1e-2]),
    )
    expect(labels[0]).toBe(0)
    expect(probabilities[0]).toBeCloseTo((0.9 + 0.9 + 0.2 + 0.2 + 0.45) / 5, 3)
  })

  it('logits by their mean: the geometric mean of the shares', () => {
    const { probabilities } = classesBy('logits', sure, other)
    const [a, b, c] = [Math.sqrt(9 * 2), Math.sqrt(1 * 8), 1e-3]
    expect(probabilities[0]).toBeCloseTo(a / (a + b + c), 6)
    expect(probabilities[1]).toBeCloseTo(b / (a + b + c), 6)
  })

  it('votes, and breaks ties by probability', () => {
    const three = classesBy('vote', sure, other, other)
    expect([three.labels[0], ...three.probabilities]).toEqual([
      1,
      expect.closeTo(1 / 3, 6),
      expect.closeTo(2 / 3, 6),
      0,
    ])
    expect(classesBy('vote', sure, other).labels[0]).toBe(0)
    expect(classesBy('vote', saying(kinds, [6, 4, 0.1]), other).labels[0]).toBe(1)
  })

  it('numbers by their mean', () => {
    const two: Target = { kind: 'number', names: ['u', 'v'] }
    const prediction = ensemble([saying(two, [1, 2], [3, 4]), saying(two, [3, 0], [5, 5])]).predict([0, 0])
    expect(prediction.kind === 'number' && [...prediction.numbers]).toEqual([2, 1, 4, 4.5])
  })

  it('and refuses what does not go together', async () => {
    const number = saying({ kind: 'number', names: ['u'] }, [1])
    throwsError('tune/empty-ensemble', () => ensemble([]))
    throwsError('tune/unlike-members', () => ensemble([sure, number]))
    throwsError('tune/unlike-members', () => ensemble([sure, { ...sure, inputShape: [2] }]))
    throwsError('tune/wrong-combine', () => ensemble([sure], { combine: 'mean' }).predict([0]))
    throwsError('tune/wrong-combine', () => ensemble([number], { combine: 'vote' }).predict([0]))
    throwsError('tune/bad-option', () => ensemble([sure], { temperature: 0 }))
    await rejects('tune/unlike-members', () => ensemble([sure]).report(moons({ size: 10 })))
  })

  it('reports gain, spread and calibration, to figures worked out by hand', async () => {
    // Four examples of class a; accuracies 1/2, 3/4 and 1/4; together right on three.
    const right = [8, 2, 1e-9]
    const wrong = [3, 7, 1e-9]
    const members = [
      saying(kinds, right, right, wrong, wrong),
      saying(kinds, right, right, right, wrong),
      saying(kinds, wrong, wrong, right, wrong),
    ]
    const dataset = arrays({ inputs: [[0], [0], [0], [0]], labels: [0, 0, 0, 0], classes: ['a', 'b', 'c'] })
    const { single, gain, gainError, ensemble: together, calibration } = await ensemble(members).report(dataset)
    expect(single).toEqual({ mean: 1 / 2, deviation: 1 / 4, worst: 1 / 4, best: 3 / 4 })
    expect(together).toMatchObject({ accuracy: 3 / 4 })
    expect(gain).toBeCloseTo(1 / 4, 12)
    // Two members at a time, shares (0.8 + 0.3) / 2 = 0.55 where they differ: without the first all but the last example are
    // right, so 3/4 - 1/2; without the second 3/4 - 3/8; without the third 3/4 - 5/8.
    const gains = [1 / 4, 3 / 8, 1 / 8]
    expect(gainError).toBeCloseTo(Math.sqrt((2 / 3) * gains.reduce((sum, one) => sum + (one - 1 / 4) ** 2, 0)), 9)
    const mean = (2 * 0.8 + 0.3) / 3
    expect(together.loss).toBeCloseTo(-(3 * Math.log(mean) + Math.log(0.3)) / 4, 5)
    // Three at 0.6333, all right, and one at 0.7 for the wrong class.
    expect(calibration?.ensemble.error).toBeCloseTo((3 * (1 - mean) + 0.7) / 4, 5)
  })
})

describe('an ensemble of trained models', () => {
  const { train, valid, test } = split(moons({ size: 600, noise: 0.35, seed: 2 }), { seed: 2, valid: 0.2, test: 0.5 })
  const recipe = {
    train,
    loss: crossEntropy(),
    optimizer: adam({ learningRate: 0.03 }),
    epochs: 15,
    batchSize: 32,
    seed: 1,
  }
  const model = sequential(dense(12), tanh(), dense(2))
  let trained: Awaited<ReturnType<typeof trainEnsemble>>
  beforeAll(async () => {
    trained = await trainEnsemble(() => model, recipe)
  })

  it('is made of runs from seeds of their own, and is likelier than its mean member', async () => {
    const { runs, ensemble: together } = trained
    expect(runs.map(({ epochs }) => epochs)).toEqual([15, 15, 15, 15, 15])
    const alone = await fit(model, { ...recipe, seed: 3 })
    expect(runs[2].store.save()).toEqual(alone.store.save())
    const report = await together!.report(test)
    expect(report.ensemble.loss).toBeLessThan(report.calibration!.single.loss)
    expect(report.gain).toBeGreaterThanOrEqual(0)
    expect(await together!.evaluate(test)).toEqual(report.ensemble)
    expect(String(report)).toMatch(
      /^accuracy 0[.]\d{4} of 5 together, 0[.]\d{4} alone \(.+\), on 300 examples\ngain .+, standard error .+\nloss .+\ncalibration error /,
    )
  })

  it('is calibrated without changing a label', async () => {
    const calibrated = await trained.ensemble!.calibrated(valid)
    const before = trained.ensemble!.predict([0.3, 0.2, 1, -0.4])
    const after = calibrated.predict([0.3, 0.2, 1, -0.4])
    if (before.kind !== 'class' || after.kind !== 'class') throw new Error('no classes')
    expect(after.labels).toEqual(before.labels)
    expect(after.probabilities).not.toEqual(before.probabilities)
    expect((await calibrated.evaluate(valid)).loss).toBeLessThanOrEqual((await trained.ensemble!.evaluate(valid)).loss)
  })

  it('comes back from a folder as it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thalweg-ensemble-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const calibrated = await trained.ensemble!.calibrated(valid)
    await calibrated.save(folder)
    const loaded = await loadEnsemble(folder, () => model)
    expect(loaded.temperature).toBe(calibrated.temperature)
    expect(loaded.predict([0.3, 0.2])).toEqual(calibrated.predict([0.3, 0.2]))
    await rejects('train/read-failed', () => loadEnsemble(join(folder, 'nowhere'), () => model))
  })

  it('interrupted, goes on to the same members', async () => {
    const checkpoints = memoryCheckpoints()
    const stop = new AbortController()
    let epochs = 0
    const first = await trainEnsemble(() => model, {
      ...recipe,
      members: 2,
      checkpoints,
      signal: stop.signal,
      onEvent: (event) => event.type === 'epoch' && ++epochs === 20 && stop.abort(),
    })
    expect([first.interrupted, first.ensemble?.members.length, first.runs[1].epochs]).toEqual([true, 1, 5])
    const second = await trainEnsemble(() => model, { ...recipe, members: 2, checkpoints })
    expect(second.interrupted).toBe(false)
    for (const member of [0, 1]) {
      expect(second.runs[member].store.save()).toEqual(trained.runs[member].store.save())
    }
  })

  it.each(['exact', 'article'] as const)(
    'gives each member %s statistics of its own, of an average too',
    async (mode) => {
      const normal = sequential(dense(6), batchNorm(), tanh(), dense(2))
      const options = { ...recipe, epochs: 2, members: 2, statistics: mode, average: ema({ decay: 0.9 }) }
      const mine = { mode, batchSize: 32, write: false }
      const { ensemble: minima } = await snapshotEnsemble(normal, options)
      const { ensemble: seeds } = await trainEnsemble(() => normal, options)
      const isOwn = async (store: Store, seed: number) => {
        const { arrays } = await populationStatistics({ model: normal, store }, train, { ...mine, seed })
        const kept = store.save()
        for (const [path, { data }] of Object.entries(arrays)) expect(kept[path].data).toEqual(Float32Array.from(data))
        expect(Object.keys(arrays)).toHaveLength(2)
      }
      for (const { store } of minima!.members) await isOwn(store, 1)
      for (const [number, { store }] of seeds!.members.entries()) await isOwn(store, 1 + number)
      const call = (extra: object) => snapshotEnsemble(normal, { ...options, ...extra })
      await rejects('tune/bad-option', () => call({ earlyStopping: { patience: 1 } }))
      await rejects('tune/bad-option', () => call({ schedule: () => 0.1 }))
      await rejects('train/unknown-option', () => call({ member: 3 }))
    },
  )

  it('is made of the minima of one run, and of a run that was interrupted between two', async () => {
    const options = { ...recipe, epochs: 12, members: 3 }
    const rates: number[] = []
    const whole = await snapshotEnsemble(model, {
      ...options,
      onEvent: (event) => event.type === 'epoch' && rates.push(event.learningRate),
    })
    expect(whole.ensemble?.members).toHaveLength(3)
    // Each period of 4 epochs ends near zero and begins near the top again.
    expect([rates[3], rates[7], rates[11]].every((rate) => rate < 0.001)).toBe(true)
    expect(rates[4]).toBeGreaterThan(0.02)
    const last = whole.ensemble!.members[2].predict([0.3, 0.2])
    expect(last).toEqual(whole.runs[0].predict([0.3, 0.2]))

    const checkpoints = memoryCheckpoints()
    const stop = new AbortController()
    const first = await snapshotEnsemble(model, {
      ...options,
      checkpoints,
      signal: stop.signal,
      onEvent: (event) => event.type === 'epoch' && event.epoch === 6 && stop.abort(),
    })
    expect([first.interrupted, first.ensemble?.members.length]).toEqual([true, 1])
    const second = await snapshotEnsemble(model, { ...options, checkpoints })
    expect(second.interrupted).toBe(false)
    expect(second.ensemble?.predict([0.3, 0.2])).toEqual(whole.ensemble?.predict([0.3, 0.2]))
    await rejects('tune/bad-option', () => snapshotEnsemble(model, { ...options, epochs: 13 }))
    await rejects('tune/bad-option', () => snapshotEnsemble(model, { ...options, babysit: fix() }))
    await rejects('tune/bad-option', () => trainEnsemble(() => model, { ...options, babysit: fix() }))

    // Fewer updates an epoch: the cycles are as many epochs as before.
    const slower: number[] = []
    const accumulated = await snapshotEnsemble(model, {
      ...options,
      accumulate: 3,
      onEvent: (event) => event.type === 'epoch' && slower.push(event.learningRate),
    })
    expect(accumulated.ensemble?.members).toHaveLength(3)
    expect(new Set([3, 7, 11].map((epoch) => slower[epoch])).size).toBe(1)
    expect([2, 3, 6, 7].map((epoch) => slower[epoch + 1] < slower[epoch])).toEqual([true, false, true, false])
  })

  it('is made of the best of a search', async () => {
    const x = Array.from({ length: 40 }, (_, i) => [i / 20 - 1])
    const data = split(arrays({ inputs: x, numbers: x.map(([v]) => [v * v]), names: ['square'] }), {
      seed: 1,
      valid: 0.25,
      test: 0,
    })
    const checkpoints = memoryCheckpoints()
    const models = (units: number) => sequential(dense(units), relu(), dense(1))
    const study = await search(
      { units: choice([1, 4, 16]) },
      async ({ units }, { training }) => {
        const options = { ...data, loss: meanSquaredError(), optimizer: adam({ learningRate: 0.02 }), ...training }
        const run = await fit(models(units), { ...options, test: undefined, epochs: 5 })
        return run.history.at(-1)?.validLoss ?? Number.NaN
      },
      { trials: 4, checkpoints, seed: 1 },
    )
    const { inputShape, target } = data.train
    const options = {
      checkpoints,
      inputShape,
      target,
      model: ({ params }: { params: { units: number } }) => models(params.units),
    }
    const members = await topMembers(study, 2, options)
    expect(members).toHaveLength(2)
    const { members: metrics } = await ensemble(members).report(data.valid)
    expect(metrics.map(({ loss }) => loss)).toEqual(study.top(2).map(({ value }) => expect.closeTo(value ?? 0, 5)))
  })
})
