/** The order of examples as training sees it: the very rows, exact means, and the same ones after an interruption. */
import {
  balanced,
  createOrder,
  curriculum,
  type Dataset,
  inOrder,
  linearPacing,
  type Order,
  shuffled,
  stratified,
} from 'thalweg/data'
import { dense, sequential } from 'thalweg/nn'
import { type FitOptions, fit, type StartEvent } from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { digest, memory, noisyModel, noisyOptions, withoutTime } from './runs.ts'

/** Easy is what lies near the origin; of the 34 examples the epochs have 5, 12, 19, 27 and then all. */
const growing = (): Order =>
  curriculum({
    scores: ([x, y]) => Math.hypot(x, y),
    pacing: linearPacing({ start: 0.15, epochs: 4 }),
    repeat: false,
    keepClasses: false,
  })

const orders: readonly Order[] = [
  inOrder(),
  stratified(),
  balanced({ perClass: 'smallest' }),
  curriculum({ scores: ([x]) => x, pacing: linearPacing({ start: 0.3, epochs: 1.5 }) }),
  growing(),
]

function optionsWith(order: Order): FitOptions {
  return { ...noisyOptions(), order, epochs: 3 }
}

describe('the order of examples', () => {
  it.each(orders)('$name: the rows that it says, in its batches', async (order) => {
    const options = optionsWith(order)
    const seen: number[][] = []
    const train: Dataset = {
      ...options.train,
      fill(rows, inputs, targets, epoch) {
        // Orders look at the labels or the inputs first, without an epoch.
        if (epoch !== undefined) seen.push([...rows])
        options.train.fill(rows, inputs, targets, epoch)
      },
    }
    const run = await fit(noisyModel(), { ...options, train })
    const applied = order.over(train, 7)
    const expected = [0, 1, 2].map((epoch) => [...applied.epochOrder(epoch)])
    expect(seen.flat()).toEqual(expected.flat())
    expect(run.steps).toBe(expected.reduce((sum, rows) => sum + Math.ceil(rows.length / 8), 0))
  })

  it.each(orders)('$name: goes on in the middle of an epoch as if nothing had happened', async (order) => {
    const sink = memory()
    const whole = await fit(noisyModel(), { ...optionsWith(order), checkpoint: { ...sink, everySteps: 1 } })
    const snapshots = await sink.snapshots()
    const inside = snapshots.filter(({ position }) => position.batch > 0)
    expect(inside.length).toBeGreaterThan(2)
    for (const resume of [inside[0], inside[inside.length >> 1]]) {
      const run = await fit(noisyModel(), { ...optionsWith(order), resume })
      expect(digest(run)).toBe(digest(whole))
      expect(withoutTime(run)).toEqual(withoutTime(whole))
    }
  })

  it('may give epochs of different lengths: every mean is over the examples that were there', async () => {
    // One example, and a rate of 0: every epoch has the same mean.
    const starts: StartEvent[] = []
    const lengths = [3, 12, 28]
    const order = createOrder('growing', () => ({
      length: (epoch) => lengths[epoch],
      rows: (epoch) => Int32Array.from({ length: lengths[epoch] }, () => 5),
    }))
    const run = await fit(sequential(dense(2)), {
      ...optionsWith(order),
      schedule: () => 0,
      onEvent: (event) => event.type === 'start' && starts.push(event),
    })
    const [first, ...others] = run.history
    for (const epoch of others) {
      expect(epoch.trainLoss).toBeCloseTo(first.trainLoss, 12)
      expect(epoch.trainAccuracy).toBe(first.trainAccuracy)
    }
    expect(run.history.map(({ step }) => step)).toEqual([1, 3, 7])
    expect(starts).toMatchObject([{ stepsPerEpoch: 1, totalSteps: 7 }])
  })

  it("takes a whole epoch at once with 'all', however long it is", async () => {
    const run = await fit(noisyModel(), { ...optionsWith(growing()), batchSize: 'all' })
    expect(run.steps).toBe(3)
  })

  it('refuses another order for a run that goes on, and scores that are too few', async () => {
    const sink = memory()
    await fit(noisyModel(), { ...optionsWith(shuffled()), epochs: 1, checkpoint: sink })
    const [resume] = await sink.snapshots()
    await expect(fit(noisyModel(), { ...optionsWith(inOrder()), resume })).rejects.toThrow(/resume: order must be/)
    const pacing = linearPacing({ start: 0.3, epochs: 2 })
    const fitting = fit(noisyModel(), optionsWith(curriculum({ scores: [1, 2, 3], pacing })))
    await expect(fitting).rejects.toThrow(/^curriculum of .+\nreceived: 3 scores for 3\d examples\ntry: .+$/)
    const bare = fit(noisyModel(), optionsWith(shuffled as never))
    await expect(bare).rejects.toThrow(/received: the function shuffled\n/)
  })
})
