import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Fact,
  fileStorage,
  hyperband,
  inProcess,
  medianPruner,
  memoryCheckpoints,
  memoryStorage,
  noPruner,
  type Pruner,
  randomSampler,
  type SearchOptions,
  search,
  tpe,
  uniform,
  type Workers,
} from 'thalweg/tune'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rejects } from './fails.ts'

const space = { x: uniform(-1, 1), y: uniform(-1, 1) }
const bowl = ({ x, y }: { x: number; y: number }) => x * x + 2 * y * y
const learning: SearchOptions = { sampler: tpe({ startup: 4 }), trials: 20, seed: 3 }

describe('search', () => {
  it('finds a minimum, and a maximum', async () => {
    const low = await search(space, bowl, { trials: 60, seed: 1 })
    expect(low.best?.value).toBeLessThan(0.05)
    expect(low.best?.value).toBe(bowl(low.best?.params ?? { x: 9, y: 9 }))
    expect(low.interrupted).toBe(false)
    const high = await search(space, bowl, { trials: 60, seed: 1, direction: 'max' })
    expect(high.best?.value).toBeGreaterThan(2.5)
    expect(high.top(3).map(({ value }) => value)).toEqual(
      high.trials
        .map(({ value }) => value)
        .sort((a, b) => (b ?? 0) - (a ?? 0))
        .slice(0, 3),
    )
  })

  it('records a trial that fails with its reason and goes on', async () => {
    const { trials, best } = await search(
      space,
      ({ x, y }, { trial }) => {
        if (trial === 1) return Number.NaN
        if (trial === 2) throw new TypeError('no such layer')
        if (trial === 3) return Number.POSITIVE_INFINITY
        return bowl({ x, y })
      },
      learning,
    )
    expect(trials).toHaveLength(20)
    expect(trials.slice(0, 5).map(({ status, reason }) => [status, reason])).toEqual([
      ['complete', undefined],
      ['failed', 'the objective returned NaN'],
      ['failed', 'TypeError: no such layer'],
      ['failed', 'the objective returned Infinity'],
      ['complete', undefined],
    ])
    expect(best?.status).toBe('complete')
  })

  it('gives up where every trial fails', async () => {
    const error = await rejects('tune/all-failed', () => search(space, () => Number.NaN, learning))
    expect(error.received).toBe('the objective returned NaN')
  })

  it.each([
    ['tpe', { pruner: noPruner() }],
    ['hyperband', { pruner: hyperband({ max: 4, eta: 2 }), trials: undefined }],
    ['median', { pruner: medianPruner({ budget: 3, startup: 3 }) }],
  ] satisfies [string, { pruner: Pruner; trials?: undefined }][])(
    'interrupted anywhere (%s), goes on to the same trials as without',
    async (_, own) => {
      const options = { ...learning, ...own }
      const objective = (
        params: { x: number; y: number },
        { report, budget }: { report: (value: number, step: number) => void; budget: number },
      ) => {
        for (let step = 1; step <= budget; step++) report(bowl(params) + 1 / step, step)
        return bowl(params) + 1 / budget
      }
      const whole = await search(space, objective, options)
      for (const after of [1, 5, 9, 12]) {
        const storage = memoryStorage()
        const stop = new AbortController()
        let calls = 0
        const first = await search(
          space,
          (params, context) => {
            if (++calls > after) stop.abort()
            return objective(params, context)
          },
          { ...options, storage, signal: stop.signal },
        )
        expect(first.interrupted).toBe(true)
        expect(first.trials.filter(({ status }) => status === 'unfinished').length).toBeLessThanOrEqual(1)
        const second = await search(space, objective, { ...options, storage })
        const told = (study: typeof whole) => study.trials.map(({ seconds, ...trial }) => trial)
        expect(told(second)).toEqual(told(whole))
        expect(second.interrupted).toBe(false)
      }
    },
  )

  it('with several workers depends on their number and not on their speed', async () => {
    const setting = { space, objective: bowl, direction: 'min', checkpoints: memoryCheckpoints() } as const
    const here = inProcess(setting)
    const slowed = (delays: readonly number[]): Workers => ({
      size: 3,
      async run(job, control) {
        await new Promise((resolve) => setTimeout(resolve, delays[job.index % delays.length]))
        return here.run(job, control)
      },
    })
    const points = async (workers: Workers, pruner: Pruner) =>
      (await search(space, workers, { ...learning, pruner })).trials.map(({ point }) => point)
    for (const pruner of [noPruner(), hyperband({ max: 4, eta: 2 })]) {
      expect(await points(slowed([0, 5, 2, 1]), pruner)).toEqual(await points(slowed([3, 0, 0, 4, 1]), pruner))
    }
  })

  it('stops at its time limit, and has what was finished', async () => {
    const { trials, interrupted } = await search(
      space,
      async (params) => {
        await new Promise((resolve) => setTimeout(resolve, 10))
        return bowl(params)
      },
      { trials: 10_000, sampler: randomSampler(), timeLimitMs: 80 },
    )
    expect(interrupted).toBe(true)
    expect(trials.length).toBeLessThan(50)
    expect(trials[0].status).toBe('complete')
  })
})

describe('a study in a file', () => {
  it('is a line of JSON for each fact, and survives a torn one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thalweg-study-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'deep', 'study.jsonl')
    const first = await search(space, bowl, { ...learning, trials: 8, storage: fileStorage(path) })
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as Fact).type)).toEqual([
      'study',
      ...Array.from({ length: 8 }, () => ['job', 'result']).flat(),
    ])
    appendFileSync(path, '{"type":"job","job":{"index":8,"tri')
    const second = await search(space, bowl, { ...learning, storage: fileStorage(path) })
    const whole = await search(space, bowl, learning)
    expect(second.trials.slice(0, 8)).toEqual(first.trials)
    expect(second.trials.map(({ point }) => point)).toEqual(whole.trials.map(({ point }) => point))
  })

  it('is refused where it is another one, or none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thalweg-study-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'study.jsonl')
    const storage = fileStorage(path)
    await search(space, bowl, { ...learning, storage })
    await rejects('tune/study-mismatch', () => search({ x: space.x }, ({ x }) => x, { ...learning, storage }))
    await rejects('tune/study-mismatch', () => search(space, bowl, { ...learning, seed: 4, storage }))
    await rejects('tune/study-mismatch', () => search(space, bowl, { ...learning, sampler: tpe(), storage }))
    appendFileSync(path, 'nonsense\n')
    await rejects('tune/bad-study', () => search(space, bowl, { ...learning, storage }))
  })
})
