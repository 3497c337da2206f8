import { moons, split } from 'thalweg/data'
import { crossEntropy, dense, sequential, tanh } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { fit } from 'thalweg/train'
import {
  hyperband,
  hyperbandBrackets,
  logUniform,
  medianPruner,
  memoryCheckpoints,
  randomSampler,
  type StudyEvent,
  search,
  successiveHalving,
  uniform,
} from 'thalweg/tune'
import { describe, expect, it } from 'vitest'
import { throwsError } from './fails.ts'

const rungs = (brackets: ReturnType<typeof hyperbandBrackets>) =>
  brackets.map((bracket) => bracket.map(({ trials, budget }) => [trials, budget]))

describe('hyperband', () => {
  it('has the brackets of the paper (Li et al. 2018, table 1: R = 81, eta = 3)', () => {
    expect(rungs(hyperbandBrackets({ max: 81, eta: 3 }))).toEqual([
      [
        [81, 1],
        [27, 3],
        [9, 9],
        [3, 27],
        [1, 81],
      ],
      [
        [34, 3],
        [11, 9],
        [3, 27],
        [1, 81],
      ],
      [
        [15, 9],
        [5, 27],
        [1, 81],
      ],
      [
        [8, 27],
        [2, 81],
      ],
      [[5, 81]],
    ])
  })

  it('begins at the least budget that is given, and with whole ones', () => {
    expect(rungs(hyperbandBrackets({ max: 20, min: 2, eta: 3 }))).toEqual([
      [
        [9, 2],
        [3, 7],
        [1, 20],
      ],
      [
        [5, 7],
        [1, 20],
      ],
      [[3, 20]],
    ])
  })

  it('gives each trial what its rung has, and lets the best go on', async () => {
    // What a trial is worth shows from the start: its own number, less what it was given.
    const jobs: [trial: number, budget: number][] = []
    const { trials, best } = await search(
      { x: uniform(0, 1) },
      ({ x }, { trial, budget }) => {
        jobs.push([trial, budget])
        return x - budget / 1000
      },
      { pruner: hyperband({ max: 9 }), sampler: randomSampler(), seed: 4 },
    )
    expect(trials).toHaveLength(9 + 5 + 3)
    const first = jobs.slice(0, 9)
    expect(first).toEqual(Array.from({ length: 9 }, (_, trial) => [trial, 1]))
    const inOrder = trials
      .slice(0, 9)
      .toSorted((a, b) => a.params.x - b.params.x)
      .map(({ trial }) => trial)
    expect(jobs.slice(9, 12)).toEqual(inOrder.slice(0, 3).map((trial) => [trial, 3]))
    expect(jobs.slice(12, 13)).toEqual([[inOrder[0], 9]])
    expect(jobs.slice(13, 18).map(([, budget]) => budget)).toEqual([3, 3, 3, 3, 3])
    expect(jobs).toHaveLength(9 + 3 + 1 + 5 + 1 + 3)
    expect(best?.budget).toBe(9)
  })

  it('cuts the last bracket to the trials there are, and passes over those that failed', async () => {
    const budgets: number[] = []
    const { trials } = await search(
      { x: uniform(0, 1) },
      ({ x }, { budget, trial }) => {
        budgets.push(budget)
        return trial % 2 === 0 ? Number.NaN : x
      },
      { pruner: successiveHalving({ max: 4, eta: 2 }), trials: 6, sampler: randomSampler() },
    )
    // 4 -> 2 -> 1, and what is left of the second bracket: 2 -> 1 -> 1.
    expect(budgets).toEqual([1, 1, 1, 1, 2, 2, 4, 1, 1, 2, 4])
    expect(trials.map(({ status }) => status)).toEqual([
      'failed',
      'complete',
      'failed',
      'complete',
      'failed',
      'complete',
    ])
    throwsError('tune/bad-option', () => hyperband({ max: 2, min: 3 }))
    throwsError('tune/bad-option', () => successiveHalving({ max: 9, eta: 1 }))
  })

  it('lets a promoted trial go on from its checkpoint, to the same bits as without a break', async () => {
    const { train, valid } = split(moons({ size: 200, seed: 1 }), { seed: 1, valid: 0.2, test: 0 })
    const recipe = (learningRate: number) => ({ train, valid, loss: crossEntropy(), optimizer: adam({ learningRate }) })
    const model = sequential(dense(8), tanh(), dense(2))
    const checkpoints = memoryCheckpoints()
    const began: number[] = []
    const { best } = await search(
      { learningRate: logUniform(1e-3, 1e-1) },
      async ({ learningRate }, { training }) => {
        began.push(training.resume?.position.epoch ?? 0)
        const run = await fit(model, { ...recipe(learningRate), ...training })
        return run.history.at(-1)?.validLoss ?? Number.NaN
      },
      { pruner: successiveHalving({ max: 4, eta: 2, size: 2 }), seed: 5, checkpoints },
    )
    expect(began).toEqual([0, 0, 1, 2])
    expect(best?.reports.map(({ step }) => step)).toEqual([1, 2, 3, 4])
    const whole = await fit(model, { ...recipe(best?.params.learningRate ?? 0), epochs: 4, seed: 5 })
    expect(best?.value).toBe(whole.history.at(-1)?.validLoss)
    const kept = await checkpoints.latest(best?.trial ?? 0)
    for (const [path, { data }] of Object.entries(whole.store.save())) {
      expect(kept?.arrays.get(`model/${path}`)?.data).toEqual(data)
    }
  })
})

describe('the median pruner', () => {
  it('stops what is worse than the median of those before, and only after the warm-up', async () => {
    const stopped: StudyEvent[] = []
    const { trials, best } = await search(
      { x: uniform(0, 1) },
      ({ x }, { report, signal, budget }) => {
        for (let step = 1; step <= budget && !signal.aborted; step++) report(x + 1 / step, step)
        return x
      },
      {
        pruner: medianPruner({ budget: 6, startup: 4, warmUp: 2 }),
        sampler: randomSampler(),
        trials: 12,
        seed: 1,
        onEvent: (event) => event.type === 'result' && event.trial.status === 'pruned' && stopped.push(event),
      },
    )
    const complete: number[] = []
    for (const { params, status, reports, value } of trials) {
      const sorted = complete.toSorted((a, b) => a - b)
      const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]]
      const isPruned = complete.length >= 4 && params.x > (low + high) / 2
      expect(status).toBe(isPruned ? 'pruned' : 'complete')
      expect(reports).toHaveLength(isPruned ? 3 : 6)
      if (isPruned) expect(value).toBeCloseTo(params.x + 1 / 3, 12)
      else complete.push(params.x)
    }
    expect(stopped.length).toBeGreaterThan(2)
    expect(best?.value).toBe(Math.min(...complete))
  })
})
