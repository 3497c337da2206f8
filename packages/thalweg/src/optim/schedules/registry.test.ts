/** Schedules by name, warm-up and chains; cycles of momentum. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cosineDecay } from './cosine.ts'
import { oneCycleMomentum } from './cycle.ts'
import { fixedRate, inverseDecay, stepDecay } from './decay.ts'
import { linear } from './linear.ts'
import { createSchedule, scheduleNamed, scheduleNames } from './registry.ts'
import type { Schedule } from './schedule.ts'
import { chain, warmUp } from './warm-up.ts'

const steps = Array.from({ length: 40 }, (_, step) => step)

function expectRates(schedule: Schedule, formula: (step: number) => number): void {
  for (const step of steps) expect(schedule(step)).toBeCloseTo(formula(step), 14)
}

describe("Caffe's policies by its names and options", () => {
  // sgd_solver.cpp, GetLearningRate, written out.
  const base_lr = 0.02
  const cases: readonly (readonly [string, Record<string, unknown>, (iter: number) => number])[] = [
    ['fixed', {}, () => base_lr],
    ['step', { gamma: 0.5, stepsize: 7 }, (iter) => base_lr * 0.5 ** Math.floor(iter / 7)],
    ['exp', { gamma: 0.9 }, (iter) => base_lr * 0.9 ** iter],
    ['inv', { gamma: 0.1, power: 0.75 }, (iter) => base_lr * (1 + 0.1 * iter) ** -0.75],
    ['multistep', { gamma: 0.5, stepvalue: [3, 20] }, (iter) => base_lr * (iter < 3 ? 1 : iter < 20 ? 0.5 : 0.25)],
    ['poly', { power: 2, max_iter: 50 }, (iter) => base_lr * (1 - iter / 50) ** 2],
    ['sigmoid', { gamma: -0.3, stepsize: 12 }, (iter) => base_lr / (1 + Math.exp(0.3 * (iter - 12)))],
  ]

  it.each(cases)('%s', (policy, options, formula) => {
    expectRates(createSchedule(policy, { base_lr, ...options }), formula)
  })

  it('take ours too', () => {
    const options = { learningRate: 0.1, stepSize: 5 }
    expectRates(createSchedule('step', options), stepDecay(options))
  })
})

describe('names', () => {
  it('may be written with dashes, and short', () => {
    const options = { learningRate: 0.1, totalSteps: 30 }
    for (const name of ['cosine-decay', 'cosine', 'cosineDecay']) {
      expectRates(createSchedule(name, options), cosineDecay(options))
    }
    expect(['exp', 'poly', 'one-cycle', 'fixed', 'plateau'].map(scheduleNamed)).toEqual([
      'exponentialDecay',
      'polynomialDecay',
      'oneCycle',
      'fixedRate',
      undefined,
    ])
  })

  it('that are unknown bring near ones', () => {
    const act = (name: string) => () => createSchedule(name, {})
    expect(act('cosin')).toThrow(/^schedule: .*\nreceived: 'cosin'\ntry: did you mean "cosineDecay"/)
    expect(act('polly')).toThrow(/did you mean "poly"/)
    expect(act('toString')).toThrow(/choose one of the schedules: fixedRate, /)
  })

  it.each(scheduleNames)('of options that are unknown do too (%s)', (name) => {
    const act = () => createSchedule(name, { learningRat: 1, totalSteps: 9 })
    expect(act).toThrow(/the option must be one of those that it has\nreceived: (learningRat|totalSteps)\ntry: .+$/)
    expect(act).toThrow(expect.objectContaining({ code: 'optim/unknown-option' }))
  })
})

describe('a warm-up', () => {
  const cosine = cosineDecay({ learningRate: 0.5, totalSteps: 20 })

  it('rises in even steps, none of them 0, and then the schedule begins', () => {
    expectRates(warmUp(cosine, { steps: 4 }), (step) => (step < 4 ? (0.5 * (step + 1)) / 5 : cosine(step - 4)))
    expectRates(warmUp(cosine, { steps: 4, startFactor: 0 }), (step) => (step < 4 ? 0.125 * step : cosine(step - 4)))
    expectRates(warmUp(cosine, { steps: 0 }), cosine)
  })

  it('is refused without a schedule, or with names that do not exist', () => {
    expect(() => warmUp({} as never, { steps: 3 })).toThrow(/warmUp: schedule must be a function of the step/)
    expect(() => warmUp(cosine, { steps: -1 })).toThrow(/warmUp: steps must be a whole number of at least 0/)
    expect(() => warmUp(cosine, { step: 3 } as never)).toThrow(/received: step\ntry: did you mean "steps"/)
  })
})

describe('a chain', () => {
  it('lets each part begin where the one before it ended', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(lengths, (parts) => {
        // Each part says which one it is and its own step.
        const told = parts.map((length, part) => ({ schedule: (step: number) => part * 100 + step, steps: length }))
        const schedule = chain([...told, { schedule: (step) => 900 + step }])
        const expected = [...parts.flatMap((length, part) => steps.slice(0, length).map((step) => part * 100 + step))]
        expect(expected.map((_, step) => schedule(step))).toEqual(expected)
        expect(schedule(expected.length + 7)).toBe(907)
      }),
      { numRuns: 30 },
    )
  })

  it('is refused where an end is missing or one too many', () => {
    const [rate, inverse] = [fixedRate({ learningRate: 1 }), inverseDecay({ learningRate: 1, gamma: 1 })]
    expect(() => chain([])).toThrow(/chain: there must be a part/)
    expect(() => chain([{ schedule: rate }, { schedule: inverse }])).toThrow(
      /every part but the last must have steps\nreceived: steps of part 1 undefined\ntry: say how long/,
    )
    expect(() => chain([{ schedule: rate, steps: 3 }])).toThrow(/received: steps of part 1 3\ntry: leave steps out/)
    expect(() => chain([{ schedule: rate, steps: 0 }, { schedule: rate }])).toThrow(/chain: steps must be a whole/)
  })
})

describe('a cycle of momentum', () => {
  // OneCycleLR of PyTorch 1.13: max_lr 1, total_steps 8, pct_start 0.4, momentum from 0.95 to 0.85 and back.
  it.each([
    [
      'cosine',
      [
        0.95, 0.9071157419136642, 0.8520253513192751, 0.856698729810778, 0.8808658283817454, 0.912940952255126,
        0.9396676670145617, 0.95,
      ],
    ],
    [
      'linear',
      [
        0.95, 0.9045454545454545, 0.8590909090909091, 0.8666666666666666, 0.8875, 0.9083333333333333,
        0.9291666666666666, 0.95,
      ],
    ],
  ] as const)("is PyTorch's, %s", (anneal, expected) => {
    const schedule = oneCycleMomentum({ totalSteps: 8, riseShare: 0.4, anneal })
    for (const [step, momentum] of expected.entries()) expect(schedule(step)).toBeCloseTo(momentum, 12)
    expect(schedule(100)).toBeCloseTo(0.95, 12)
  })

  it('refuses shares that are none', () => {
    expect(() => oneCycleMomentum({ totalSteps: 8, mostMomentum: 1 })).toThrow(/mostMomentum must lie in \[0, 1\)/)
  })
})

describe('a line', () => {
  it('ends at its end exactly', () => {
    const line = linear({ from: 0.5, to: 0.9, steps: 3 })
    expect([0, 3, 1000].map(line)).toEqual([0.5, 0.9, 0.9])
    expect(line(1)).toBeCloseTo(0.5 + 0.4 / 3, 14)
    expect(() => linear({ from: 0.5, to: 0.9, steps: 0 })).toThrow(/linear: steps must be a whole number of at least 1/)
  })
})
