/** Ends, edges and refusals of the schedules; their rates are held to PyTorch's and Caffe's in test/vectors. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cosineDecay, cosineRestarts } from './cosine.ts'
import { cyclic, linearRamp, oneCycle } from './cycle.ts'
import {
  exponentialDecay,
  fixedRate,
  inverseDecay,
  multistepDecay,
  polynomialDecay,
  sigmoidDecay,
  stepDecay,
} from './decay.ts'
import { reduceOnPlateau } from './plateau.ts'
import type { Schedule } from './schedule.ts'

const learningRate = 0.1

const all: readonly (readonly [string, Schedule])[] = [
  ['fixedRate', fixedRate({ learningRate })],
  ['stepDecay', stepDecay({ learningRate, stepSize: 10 })],
  ['multistepDecay', multistepDecay({ learningRate, milestones: [3, 3, 9] })],
  ['exponentialDecay', exponentialDecay({ learningRate, gamma: 0.99 })],
  ['inverseDecay', inverseDecay({ learningRate, gamma: 0.01 })],
  ['polynomialDecay', polynomialDecay({ learningRate, totalSteps: 50, power: 2 })],
  ['sigmoidDecay', sigmoidDecay({ learningRate, stepSize: 40, gamma: -0.1 })],
  ['cosineDecay', cosineDecay({ learningRate, totalSteps: 50, leastRate: 0.01 })],
  ['cosineRestarts', cosineRestarts({ learningRate, period: 10 })],
  ['cosineRestarts growing', cosineRestarts({ learningRate, period: 10, periodFactor: 2 })],
  ['linearRamp', linearRamp({ learningRate, totalSteps: 20 })],
  ['oneCycle', oneCycle({ maxLearningRate: learningRate, totalSteps: 60 })],
  ['oneCycle linear', oneCycle({ maxLearningRate: learningRate, totalSteps: 60, anneal: 'linear' })],
  ['cyclic', cyclic({ learningRate: 0.01, maxLearningRate: learningRate, riseSteps: 8, fallSteps: 4 })],
]

describe.each(all)('%s', (_, schedule) => {
  it('is a pure function that stays within 0 and its highest rate, for ever', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), (step) => {
        const rate = schedule(step)
        expect(rate).toBeGreaterThanOrEqual(0)
        expect(rate).toBeLessThanOrEqual(learningRate * (1 + 1e-12))
        expect(schedule(step)).toBe(rate)
      }),
      { numRuns: 50 },
    )
  })
})

describe('ends', () => {
  it('stay where the schedule ends', () => {
    expect(polynomialDecay({ learningRate, totalSteps: 50 })(50)).toBe(0)
    expect(polynomialDecay({ learningRate, totalSteps: 50, power: 0.5 })(51)).toBe(0)
    expect(cosineDecay({ learningRate, totalSteps: 50, leastRate: 0.01 })(1000)).toBeCloseTo(0.01, 14)
    expect(linearRamp({ learningRate, totalSteps: 20 })(1000)).toBeCloseTo(0.1, 14)
    const cycle = oneCycle({ maxLearningRate: 0.1, totalSteps: 60 })
    expect(cycle(59)).toBeCloseTo(0.1 / 25 / 1e4, 14)
    expect(cycle(60)).toBe(cycle(59))
  })

  it('of one cycle are its divisors, whatever the shape', () => {
    for (const anneal of ['cosine', 'linear'] as const) {
      const cycle = oneCycle({ maxLearningRate: 1, totalSteps: 100, riseShare: 0.5, startDivisor: 10, anneal })
      expect(cycle(0)).toBeCloseTo(0.1, 12)
      expect(cycle(49)).toBeCloseTo(1, 12)
    }
    expect(oneCycle({ maxLearningRate: 1, totalSteps: 2 })(0)).toBeLessThanOrEqual(1)
  })

  it('of one cycle whose rise is a single step begin at the top', () => {
    for (const anneal of ['cosine', 'linear'] as const) {
      const cycle = oneCycle({ maxLearningRate: 0.4, totalSteps: 10, riseShare: 0.1, anneal })
      expect(cycle(0)).toBeCloseTo(0.4, 15)
      expect(cycle(9)).toBeCloseTo(0.4 / 25 / 1e4, 15)
    }
  })

  it('of a cycle that falls faster than it rises', () => {
    const schedule = cyclic({ learningRate: 0, maxLearningRate: 1, riseSteps: 4, fallSteps: 2 })
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(schedule)).toEqual([0, 0.25, 0.5, 0.75, 1, 0.5, 0, 0.25])
    const halved = cyclic({ learningRate: 0, maxLearningRate: 1, riseSteps: 2, mode: 'triangular2' })
    expect([2, 6, 10].map(halved)).toEqual([1, 0.5, 0.25])
    const shrinking = cyclic({ learningRate: 0, maxLearningRate: 1, riseSteps: 2, mode: 'exponential', gamma: 0.5 })
    expect([2, 6].map(shrinking)).toEqual([0.25, 1 / 64])
  })
})

describe('reduce on plateau', () => {
  function ratesOf(options: Omit<Parameters<typeof reduceOnPlateau>[0], 'learningRate'>, metrics: number[]): number[] {
    const plateau = reduceOnPlateau({ learningRate: 1, factor: 0.5, ...options })
    let state = plateau.initial
    return metrics.map((metric) => {
      state = plateau.next(JSON.parse(JSON.stringify(state)), metric)
      return state.learningRate
    })
  }

  it('bears as many as its patience, then drops', () => {
    expect(ratesOf({ patience: 2 }, [5, 5, 5, 5, 5, 5, 5])).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25])
    expect(ratesOf({ patience: 0 }, [5, 4, 4, 3])).toEqual([1, 1, 0.5, 0.5])
  })

  it('can look for the largest, by a share or a difference', () => {
    expect(ratesOf({ patience: 0, mode: 'max', threshold: 0.1 }, [1, 1.05, 1.2])).toEqual([1, 0.5, 0.5])
    expect(ratesOf({ patience: 0, thresholdMode: 'absolute', threshold: 1 }, [5, 4.5, 3.9])).toEqual([1, 0.5, 0.5])
  })

  it('waits while it cools, and ends at its least rate', () => {
    expect(ratesOf({ patience: 0, cooldown: 2 }, [1, 1, 1, 1, 1])).toEqual([1, 0.5, 0.5, 0.5, 0.25])
    expect(ratesOf({ patience: 0, leastRate: 0.4 }, [1, 1, 1])).toEqual([1, 0.5, 0.4])
  })

  it('takes NaN for no improvement', () => {
    expect(ratesOf({ patience: 1 }, [Number.NaN, Number.NaN, 3]).at(-1)).toBe(0.5)
  })
})

describe('refusals', () => {
  it.each([
    [() => fixedRate({ learningRate: -1 }), /fixedRate: learningRate must be a finite number of at least 0/],
    [() => stepDecay({ learningRate, stepSize: 0 }), /stepDecay: stepSize must be a whole number of at least 1/],
    [
      () => multistepDecay({ learningRate, milestones: [9, 3] }),
      /milestones must ascend\nreceived: milestones \[9,3\]/,
    ],
    [() => exponentialDecay({ learningRate, gamma: 0 }), /exponentialDecay: gamma/],
    [() => polynomialDecay({ learningRate, totalSteps: 1.5 }), /polynomialDecay: totalSteps/],
    [() => sigmoidDecay({ learningRate, stepSize: 3, gamma: Number.NaN }), /sigmoidDecay: gamma/],
    [() => cosineDecay({ learningRate, totalSteps: 5, leastRate: -1 }), /cosineDecay: leastRate/],
    [() => cosineRestarts({ learningRate, period: 5, periodFactor: 0 }), /cosineRestarts: periodFactor/],
    [() => linearRamp({ learningRate, totalSteps: 5, startFactor: -1 }), /linearRamp: startFactor/],
    [
      () => oneCycle({ maxLearningRate: 1, totalSteps: 1 }),
      /oneCycle: totalSteps must be a whole number of at least 2/,
    ],
    [() => oneCycle({ maxLearningRate: 1, totalSteps: 9, riseShare: 1 }), /oneCycle: riseShare/],
    [
      () => cyclic({ learningRate, maxLearningRate: 1, riseSteps: 5, mode: 'square' as 'triangular' }),
      /cyclic: mode must/,
    ],
    [() => reduceOnPlateau({ learningRate, factor: 1 }), /reduceOnPlateau: factor must lie in \(0, 1\)/],
    [() => reduceOnPlateau({ learningRate, patience: -1 }), /reduceOnPlateau: patience/],
    [() => reduceOnPlateau({ learningRate, min_lr: 0 } as never), /received: min_lr\ntry: did you mean "leastRate"/],
  ])('%s', (act, message) => {
    expect(act).toThrow(message)
    expect(act).toThrow(/^.+\nreceived: .+\ntry: .+$/)
  })
})
