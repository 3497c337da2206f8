/** Runs that are mended while they go on, and healthy ones that are left alone. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inOrder, moons, split, subset, xor } from 'thalweg/data'
import { advise, fix } from 'thalweg/diagnose'
import {
  batchNorm,
  createStore,
  crossEntropy,
  dense,
  meanSquaredError,
  normal,
  relu,
  sequential,
  softmax,
  tanh,
} from 'thalweg/nn'
import { adam, oneCycle, sgd } from 'thalweg/optim'
import { log, sub, type Tensor } from 'thalweg/tensor'
import {
  type Babysitter,
  type FitOptions,
  fit,
  loadRun,
  type Mend,
  type MendEvent,
  type Run,
  type Snapshot,
  type TrainEvent,
} from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { digest, memory } from '../train/runs.ts'
import { clouds, recipe, slope } from './patients.ts'

const sick = (options: Partial<FitOptions>, model = sequential(dense(32), relu(), dense(16), relu(), dense(4))) =>
  fit(model, { ...recipe(), epochs: 16, valid: clouds({ size: 256, name: 'valid' }), babysit: fix(), ...options })

function accuracy(run: Run): number {
  return run.history.at(-1)?.validAccuracy ?? 0
}

const sorted = subset(
  clouds({ size: 512 }),
  Int32Array.from({ length: 512 }, (_, i) => 4 * (i % 128) + Math.floor(i / 128)),
)
const tiny = normal({ deviation: 0.01 })

describe('a sick run is mended', () => {
  it.each([
    ['a rate far too high', () => sick({ optimizer: sgd({ learningRate: 10, momentum: 0.9 }) })],
    ['a rate far too low', () => sick({ optimizer: sgd({ learningRate: 1e-5 }) })],
    ['sorted examples', () => sick({ train: sorted, order: inOrder() })],
    [
      'first weights far too small',
      () =>
        sick(
          {},
          sequential(...Array.from({ length: 8 }, () => [dense(16, { initializer: tiny }), relu()]).flat(), dense(4)),
        ),
    ],
    [
      'raw inputs',
      () =>
        sick(
          { train: clouds({ scale: 80 }), valid: clouds({ scale: 80, size: 256, name: 'valid' }) },
          sequential(dense(32), relu(), dense(16), relu(), dense(4)),
        ),
    ],
    ['a softmax before the loss', () => sick({}, sequential(dense(32), relu(), dense(4), softmax()))],
    [
      'batch norm with batches of one',
      () => sick({ batchSize: 1, epochs: 4 }, sequential(dense(16), batchNorm(), relu(), dense(4))),
    ],
  ])('%s', async (_, train) => {
    const run = await train()
    expect(run.mends.some(({ kept }) => kept.length > 0)).toBe(true)
    expect(accuracy(run)).toBeGreaterThan(0.7)
    // The run's history is that of the run as it goes on, each epoch once.
    expect(run.history.map(({ epoch }) => epoch)).toEqual(run.history.map((_, at) => at + 1))
    for (const { share } of run.mends) expect(share).toBeLessThanOrEqual(0.5)
  })

  it('the same way each time; interrupted, loaded and used as it was changed', async () => {
    const raw = { train: clouds({ scale: 80 }), valid: clouds({ scale: 80, size: 256, name: 'valid' }), epochs: 4 }
    const model = sequential(dense(32), relu(), dense(4))
    const store = memory()
    const run = await sick({ ...raw, checkpoint: store }, model)
    expect(run.mends.flatMap(({ kept }) => kept).some(({ kind }) => kind === 'scale-inputs')).toBe(true)

    const snapshots = await store.snapshots()
    const middle = snapshots.find(({ position }) => position.epoch === 2)
    const resumed = await sick({ ...raw, resume: middle, checkpoint: memory() }, model)
    expect(resumed.mends).toEqual(run.mends)
    expect(digest(resumed)).toBe(digest(run))

    const folder = await mkdtemp(join(tmpdir(), 'thalweg-'))
    try {
      await run.save(folder)
      const loaded = await loadRun(folder, model)
      const inputs = new Float32Array(8 * 5).map((_, i) => 80 * Math.sin(i))
      expect(loaded.predict(inputs)).toEqual(run.predict(inputs))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('where it dies and no race is left, by what suits most networks', async () => {
    const run = await sick({ optimizer: sgd({ learningRate: 1e6 }), babysit: fix({ share: 0.01 }) })
    expect(run.mends).toMatchObject([{ codes: ['non-finite'], candidates: [], kept: [{ kind: 'optimizer' }] }])
    expect(accuracy(run)).toBeGreaterThan(0.6)
  })

  it('numbers too, and large ones', async () => {
    const options = { train: slope({ scale: 1e4 }), valid: slope({ size: 128, name: 'valid', scale: 1e4 }) }
    const run = await sick({ ...options, loss: meanSquaredError() }, sequential(dense(16), relu(), dense(1)))
    expect(run.mends[0].changes.map(({ what }) => what)).toEqual(['outputs', 'learning rate'])
    expect(run.history.at(-1)?.validR2).toBeGreaterThan(0.9)
  })

  it('numbers too', async () => {
    const options = { train: slope(), valid: slope({ size: 128, name: 'valid' }), loss: meanSquaredError() }
    const run = await sick(
      { ...options, optimizer: sgd({ learningRate: 3, momentum: 0.9 }) },
      sequential(dense(16), relu(), dense(1)),
    )
    expect(run.history.at(-1)?.validR2).toBeGreaterThan(0.9)
  })
})

describe('a run that an earlier sitting has wrecked', () => {
  const wrecking = { optimizer: sgd({ learningRate: 4, momentum: 0.9 }) }

  async function snapshotsOf(options: Partial<FitOptions>): Promise<Snapshot[]> {
    const store = memory()
    await sick({ ...options, babysit: advise(), checkpoint: store }).catch(() => undefined)
    return store.snapshots()
  }

  it('begins anew with weights from its seed, and says so', async () => {
    const [, , , wrecked] = await snapshotsOf(wrecking)
    const run = await sick({ ...wrecking, resume: wrecked, checkpoint: memory() })
    const [mend] = run.mends
    expect(mend).toMatchObject({ attempt: 1, next: 2, from: { epoch: 0, batch: 0, step: 0 } })
    expect(mend.reason).toMatch(/the weights of step 64 .*: it begins anew, with first weights drawn from seed 3/)
    expect(accuracy(run)).toBeGreaterThan(0.7)
    expect(run.history.map(({ epoch }) => epoch)).toEqual(run.history.map((_, at) => at + 1))
  })

  it('goes back to the newest checkpoint that is sound', async () => {
    const schedule = (step: number): number => (step < 64 ? 0.05 : 4)
    const snapshots = await snapshotsOf({ schedule })
    const [wrecked] = snapshots.filter(({ position }) => position.epoch === 6)
    async function* earlier(): AsyncGenerator<Snapshot> {
      yield* snapshots.toReversed()
    }
    const run = await sick({ schedule, resume: wrecked, checkpoint: { ...memory(), earlier } })
    expect(run.mends[0].from).toEqual({ epoch: 4, batch: 0, step: 64 })
    expect(accuracy(run)).toBeGreaterThan(0.7)
  })
})

describe('a run that nothing helps', () => {
  const logOfLess = { kind: 'log', options: {}, forward: (x: Tensor): Tensor => log(sub(1.9, x)) }
  const dying = sequential(logOfLess, dense(16), relu(), dense(2))

  it('begins anew once with what suits most, and ends as it would unwatched', async () => {
    const mends: MendEvent[] = []
    const onEvent = (event: TrainEvent): void => {
      if (event.type !== 'mend') return
      mends.push(event)
      if (mends.length > 12) throw new Error('it would never end')
    }
    const { train, valid } = split(moons({ size: 1000, seed: 1 }), { seed: 1 })
    const run = sick(
      { train, valid, seed: 1, epochs: 30, batchSize: 4, optimizer: adam({ learningRate: 0.03 }), onEvent },
      dying,
    )
    await expect(run).rejects.toThrow(expect.objectContaining({ code: 'train/non-finite-loss' }))
    expect(mends.filter(({ attempt, next }) => next > attempt)).toHaveLength(1)
    expect(mends.at(-1)).toMatchObject({
      kept: [],
      reason: expect.stringMatching(/: none came to its end against a run/),
    })
  })

  it('is mended so many times and no more', async () => {
    const mended = async (before: number): Promise<boolean> => {
      const told: Mend = {
        ...{ attempt: 1, next: 1, reason: '', codes: [], step: 1, from: { epoch: 0, batch: 0, step: 0 } },
        ...{ control: 1, candidates: [], kept: [], changes: [], margin: 0.05, spent: 0, share: 0 },
      }
      const mends = Array.from({ length: before }, () => told)
      const sitter = fix()
      const babysit: Babysitter = {
        mode: 'fix',
        watch: (run) => sitter.watch({ ...run, mends: [...mends, ...run.mends] }),
      }
      const run = sick({ optimizer: sgd({ learningRate: 1e6 }), babysit })
      return run.then(
        () => true,
        (error) => error.code !== 'train/non-finite-loss',
      )
    }
    expect([await mended(23), await mended(24)]).toEqual([true, false])
  })
})

describe('a run that is stopped', () => {
  const ill = { optimizer: sgd({ learningRate: 10, momentum: 0.9 }) }

  /** Stopped as soon as something is found that a race would be run for, and what it has saved. */
  async function stopped(options: Partial<FitOptions>): Promise<{ run: Run; snapshots: Snapshot[] }> {
    const [controller, store] = [new AbortController(), memory()]
    const onEvent = (event: TrainEvent): void => {
      if (event.type === 'finding' && event.severity !== 'info') controller.abort()
    }
    const run = await sick({ ...options, signal: controller.signal, onEvent, checkpoint: store })
    return { run, snapshots: await store.snapshots() }
  }

  it('ends in the middle of a race, and makes it again when it goes on', async () => {
    const whole = await sick(ill)
    expect(whole.mends).toMatchObject([{ from: { step: 0 } }])
    const { run, snapshots } = await stopped(ill)
    expect(run).toMatchObject({ interrupted: true, mends: [] })
    const resumed = await sick({ ...ill, resume: snapshots.at(-1) })
    expect(digest(resumed)).toBe(digest(whole))
  })

  it('ends with its error where it has died', async () => {
    const dead = { optimizer: sgd({ learningRate: 1e6 }) }
    await expect(stopped(dead)).rejects.toThrow(expect.objectContaining({ code: 'train/non-finite-loss' }))
  })

  it('by force: a mend is safe before it is told, and whatever was saved goes on to the same bits', async () => {
    const store = memory()
    let known = 0
    const telling: Promise<number | undefined>[] = []
    const onEvent = (event: TrainEvent): void => {
      if (event.type === 'mend') telling.push(store.snapshots().then((saved) => saved.at(-1)?.mends?.length))
      if (event.type === 'mend') known++
    }
    const checkpoint = { ...store, everySteps: 2 }
    const whole = await sick({ ...ill, checkpoint, onEvent })
    expect(known).toBeGreaterThan(0)
    expect(await Promise.all(telling)).toEqual(whole.mends.map((_, at) => at + 1))
    const snapshots = await store.snapshots()
    const before = snapshots.filter(({ mends }) => mends === undefined)
    expect(before.length).toBeGreaterThan(1)
    const after = snapshots.filter(({ mends }) => mends !== undefined)
    for (const snapshot of [...before, ...after.slice(0, 3)]) {
      const resumed = await sick({ ...ill, resume: snapshot })
      expect([snapshot.position.step, digest(resumed)]).toEqual([snapshot.position.step, digest(whole)])
    }
  })

  it('keeps weights that somebody brought along: a resumed sitting draws no others', async () => {
    const given = createStore({ seed: 11 })
    const { snapshots } = await stopped({ ...ill, store: given })
    expect(snapshots.at(-1)).toMatchObject({ givenWeights: true })
  })
})

describe('what a mend put in', () => {
  it('is not diagnosed', async () => {
    const scaled = { train: slope({ scale: 1e4 }), valid: slope({ size: 128, name: 'valid', scale: 1e4 }) }
    const model = sequential(dense(16), relu(), dense(1))
    const run = await sick({ ...scaled, loss: meanSquaredError(), optimizer: adam({ learningRate: 0.01 }) }, model)
    expect(run.mends.flatMap(({ kept }) => kept).some(({ kind }) => kind === 'scale-outputs')).toBe(true)
    expect(run.findings.filter(({ attempt }) => attempt > 1)).toEqual([])
  })
})

describe('a rate that rises to where it is far too high', () => {
  it('is seen by the race, which goes through the whole course in small', async () => {
    const { train, valid } = split(xor({ size: 850 }), { seed: 1, test: 0 })
    const model = sequential(dense(32), tanh(), dense(32), tanh(), dense(2))
    const schedule = oneCycle({ maxLearningRate: 10, totalSteps: 60 * 24 })
    const options = { train, valid, loss: crossEntropy(), optimizer: adam({ learningRate: 10 }), schedule, epochs: 60 }
    const run = await fit(model, { ...options, batchSize: 32, seed: 1, babysit: fix() })
    expect(run.mends[0].step).toBeLessThan(100)
    expect(accuracy(run)).toBeGreaterThan(0.9)
  })
})

describe('a healthy run', () => {
  it('is left alone, to the last bit', async () => {
    const [watched, alone] = [await sick({}), await sick({ babysit: undefined })]
    expect(watched.mends).toEqual([])
    expect(watched.store.save()).toEqual(alone.store.save())
  })
})
