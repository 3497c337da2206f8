import { describe, expect, it } from 'vitest'
import { realizeSchedule, scheduleDescription, scheduleNames } from './schedule.ts'

const stretch = { learningRate: 0.1, stepsPerEpoch: 10, totalSteps: 200, patience: 2, mode: 'min' } as const

function ratesOf(name: string, warmup?: number): number[] {
  const schedule = realizeSchedule(scheduleDescription(name, warmup, 20), stretch)
  if (typeof schedule !== 'function') throw new Error(`${name} follows a metric`)
  return Array.from({ length: 200 }, (_, step) => schedule(step))
}

describe('schedules by name', () => {
  it.each(scheduleNames.filter((name) => name !== 'plateau'))('%s stays within its rate over the run', (name) => {
    const rates = ratesOf(name)
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.1 + 1e-12)
    expect(Math.max(...rates)).toBeGreaterThan(0.09)
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0)
  })

  it('falls to next to nothing where it is said to', () => {
    for (const name of ['cosine', 'linear', 'polynomial', 'exponential', 'inverse', 'sigmoid', 'one-cycle']) {
      expect(ratesOf(name)[199]).toBeLessThan(0.0012)
    }
    expect(ratesOf('step').at(-1)).toBeCloseTo(0.001, 12)
    expect(ratesOf('multistep').at(-1)).toBeCloseTo(0.001, 12)
    expect(ratesOf('fixed').at(-1)).toBe(0.1)
  })

  it('begins again and again with warm restarts, and swings in cycles of four epochs', () => {
    const restarts = ratesOf('cosine-restarts').flatMap((rate, step, rates) =>
      step > 0 && rate > rates[step - 1] ? [step] : [],
    )
    expect(restarts).toEqual([29, 87])
    const cyclic = ratesOf('cyclic')
    expect([cyclic[0], cyclic[20], cyclic[40]].map((rate) => Number(rate.toFixed(6)))).toEqual([0.01, 0.1, 0.01])
  })

  it('rises to its own rate first where a warm-up is asked for, and lies over what is left of the run', () => {
    const rates = ratesOf('cosine', 2)
    expect(rates[0]).toBeGreaterThan(0)
    for (const step of [1, 10, 19]) expect(rates[step] - rates[step - 1]).toBeCloseTo(rates[0], 12)
    expect(Math.max(...rates)).toBe(0.1)
    expect(rates[20 + 90]).toBeCloseTo(0.05, 12)
    expect(rates[199]).toBeLessThan(1e-4)
  })

  it('refuses a warm-up that leaves it nothing', () => {
    expect(() => scheduleDescription('cosine', 20, 20)).toThrow(/received: --warmup 20, of 20 epochs\ntry: --warmup 1/)
    expect(() => scheduleDescription('fixed', 1, 1)).toThrow(/try: --warmup 0.1/)
    expect(ratesOf('linear', 19.99).every((rate) => rate > 0)).toBe(true)
  })

  it("takes the library's names and Caffe's, and suggests near ones", () => {
    expect(
      ['cosineDecay', 'one-cycle', 'oneCycle', 'fixedRate'].map(
        (name) => scheduleDescription(name, undefined, 20).name,
      ),
    ).toEqual(['cosine', 'one-cycle', 'one-cycle', 'fixed'])
    expect(['exp', 'inv', 'poly'].map((name) => scheduleDescription(name, undefined, 20).name)).toEqual([
      'exponential',
      'inverse',
      'polynomial',
    ])
    expect(() => scheduleDescription('cosin', undefined, 20)).toThrow(/try: .*cosine/)
  })
})
