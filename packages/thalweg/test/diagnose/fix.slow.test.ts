/** Runs that are mended while they go on, and healthy ones that are left alone. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inOrder, split, subset, xor } from 'thalweg/data'
import { advise, fix } from 'thalweg/diagnose'
import { batchNorm, crossEntropy, dense, meanSquaredError, normal, relu, sequential, softmax, tanh } from 'thalweg/nn'
import { adam, oneCycle, sgd } from 'thalweg/optim'
import { type FitOptions, fit, loadRun, type Run, type Snapshot } from 'thalweg/train'
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
