/** Runs that are mended while they go on, and healthy ones that are left alone. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inOrder, subset } from 'thalweg/data'
import { fix } from 'thalweg/diagnose'
import { batchNorm, dense, meanSquaredError, normal, relu, sequential, softmax } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { type FitOptions, fit, loadRun, type Run } from 'thalweg/train'
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

  it('numbers too', async () => {
    const options = { train: slope(), valid: slope({ size: 128, name: 'valid' }), loss: meanSquaredError() }
    const run = await sick(
      { ...options, optimizer: sgd({ learningRate: 3, momentum: 0.9 }) },
      sequential(dense(16), relu(), dense(1)),
    )
    expect(run.history.at(-1)?.validR2).toBeGreaterThan(0.9)
  })
})

describe('a healthy run', () => {
  it('is left alone, to the last bit', async () => {
    const [watched, alone] = [await sick({}), await sick({ babysit: undefined })]
    expect(watched.mends).toEqual([])
    expect(watched.store.save()).toEqual(alone.store.save())
  })
})
