/** What `fit` does where a babysitter decides: other attempts, and back to one that was left. */

import { wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { createStore, dense, sequential, tanh } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { type Babysitter, fit, type Mending, type Position, type Run, type WatchedRun, whatStands } from 'thalweg/train'
import { expect, it } from 'vitest'
import { digest, memory, noisyModel, noisyOptions, withoutTime } from './runs.ts'

const nothing = {
  reason: 'r',
  codes: ['c'],
  control: 1,
  candidates: [],
  kept: [],
  changes: [],
  margin: 0,
  spent: 0,
  share: 0,
}

type Decision = (position: Position, attempt: number, begun: WatchedRun) => Mending['change']

/** Finds something after every step and epoch, and does what it is told by `decide`. */
function deciding(decide: Decision): Babysitter {
  return {
    mode: 'fix',
    watch({ model, settings, session, attempt }) {
      let now: Position = { epoch: 0, batch: 0, step: 0 }
      const sign = { code: 'c', severity: 'info' as const, message: 'm', cause: '', try: '', source: '', patches: [] }
      const evidence = { measured: 0, rule: '', threshold: 0 }
      return {
        begin: () => [],
        step: (rows, moment) => session.step(rows, moment),
        afterStep(position) {
          now = position
          return [{ ...sign, evidence, step: now.step }]
        },
        nonFinite: () => [],
        afterEpoch(event) {
          now = { epoch: event.epoch, batch: 0, step: event.step }
          return []
        },
        async mend() {
          const change = decide(now, attempt, { model, settings, session })
          return change && { mend: { ...nothing, step: now.step }, change }
        },
        release: () => undefined,
      }
    },
  }
}

/** A second attempt from the beginning at a hundred times the rate, taken back in the middle of an epoch. */
const thereAndBack: Decision = ({ step }, attempt, { model, settings }) => {
  if (attempt === 2) return step === 6 ? { attempt: 1 } : undefined
  if (step !== 5 || settings.resume) return undefined
  const { schedule } = settings
  const faster = {
    ...settings,
    ...(typeof schedule === 'function' && { schedule: (at: number) => 100 * schedule(at) }),
  }
  const store = createStore({ seed: 9, engine: settings.engine })
  return { model, settings: { ...faster, store }, weights: undefined, position: { epoch: 0, batch: 0, step: 0 } }
}

/** Once there and once back. */
function once(decide: Decision): Decision {
  let left = 2
  return (...at) => {
    const change = left > 0 ? decide(...at) : undefined
    if (change) left--
    return change
  }
}

async function trained(
  babysit: Babysitter | undefined,
): Promise<{ run: Run; saved: number[]; stale: (number | undefined)[] }> {
  const saved: number[] = []
  const stale: (number | undefined)[] = []
  const checkpoint = {
    everySteps: 2,
    async save(one: { position: Position; stale?: number }) {
      saved.push(one.position.step)
      stale.push(one.stale)
      return undefined
    },
  }
  const run = await fit(noisyModel(), { ...noisyOptions(), epochs: 3, keepBest: 2, babysit, checkpoint })
  return { run, saved, stale }
}

it('goes back to an attempt that was left as if it had never been left, to the last bit', async () => {
  const [alone, back] = [await trained(undefined), await trained(deciding(once(thereAndBack)))]
  expect(back.run.mends.map(({ attempt, next }) => [attempt, next])).toEqual([
    [1, 2],
    [2, 1],
  ])
  expect(digest(back.run)).toBe(digest(alone.run))
  expect(withoutTime(back.run)).toEqual(withoutTime(alone.run))
  expect(back.run.best.map(({ epoch, value }) => [epoch, value])).toEqual(
    alone.run.best.map(({ epoch, value }) => [epoch, value]),
  )
  expect(whatStands(back.run.findings, back.run.mends).attempt).toBe(1)
})

it('goes on with an attempt that came to its end by ending, from the middle of another one', async () => {
  let moves = 0
  const decision: Decision = ({ epoch, batch, step }, attempt, { model, settings, session }) => {
    if (moves === 0 && step === 5) {
      moves++
      return thereAndBack({ epoch: 1, batch: 0, step }, attempt, { model, settings, session })
    }
    if (moves === 1 && epoch === 3 && batch === 0) {
      moves++
      return { attempt: 1 }
    }
    if (moves !== 2 || step !== 8) return undefined
    moves++
    return { attempt: 2 }
  }
  const { run, saved, stale } = await trained(deciding(decision))
  expect([saved.at(-1), stale.at(-1)]).toEqual([15, 0])
  expect(run.mends.map(({ next }) => next)).toEqual([2, 1, 2])
  expect([run.epochs, run.steps, run.history.length]).toEqual([3, 15, 3])
  // At a hundred times the rate, as the second attempt had it.
  expect(run.history[2].learningRate).toBeCloseTo((100 * 0.05) / (1 + 14 / 10), 6)
})

it('tells who saves what has not been', async () => {
  const { saved, stale } = await trained(deciding(once(thereAndBack)))
  const told = saved.flatMap((step, at) => (stale[at] === undefined ? [] : [[step, stale[at]]]))
  // The first save of each attempt after the other, as soon as it is decided: nothing of the other one is left.
  expect(told).toEqual([
    [0, 0],
    [5, 0],
  ])
})

it('a snapshot of the other attempt goes on with the other one', async () => {
  const store = memory()
  const decision: Decision = (position, attempt, begun) =>
    attempt === 1 ? thereAndBack(position, 1, begun) : undefined
  const babysit = deciding(decision)
  await fit(noisyModel(), { ...noisyOptions(), babysit, checkpoint: { ...store, everySteps: 2 } })
  const [first, ...others] = (await store.snapshots()).map(({ mends = [] }) => mends.map(({ next }) => next))
  expect(first).toEqual([])
  expect(others.at(-1)).toEqual([2])
})

it('an attempt from the middle of an epoch counts the steps before it', async () => {
  // In float32, as sums are kept.
  const engine = createEngine(wasmBackend())
  const options = { ...noisyOptions(), engine, schedule: undefined, optimizer: sgd({ learningRate: 0.1 }) }
  const model = sequential(dense(6), tanh(), dense(2))
  const decision: Decision = (position, attempt, { settings, session }) => {
    if (attempt > 1 || position.step !== 3) return undefined
    const { store: _, ...others } = settings
    return { model, settings: others, weights: session.store.save(), position, sums: session.sums() }
  }
  const [alone, mended] = [await fit(model, options), await fit(model, { ...options, babysit: deciding(decision) })]
  expect(mended.mends.map(({ from }) => from.batch)).toEqual([3])
  expect(withoutTime(mended)).toEqual(withoutTime(alone))
})
