/** Every example is run as it stands, and what it says in the end is checked, not only that it came to its end. */
import { type Experiment, fit } from 'thalweg/train'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const said: string[] = []
beforeEach(() => {
  said.length = 0
  vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words.join(' ')))
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** The first number after `words` in what was said. */
function numberAfter(words: string): number {
  const line = said.find((each) => each.includes(words)) ?? ''
  return Number.parseFloat(line.slice(line.indexOf(words) + words.length).match(/-?\d+([.]\d+)?/)?.[0] ?? 'NaN')
}

describe('examples', () => {
  it('xor.ts tells the corners of a square apart', async () => {
    await import('./xor.ts')
    expect(numberAfter('accuracy on new points:')).toBeGreaterThan(93)
    expect(said).toContain('the four corners: 0 1 1 0')
  })

  it('by-hand.ts trains weights that are its own', async () => {
    await import('./by-hand.ts')
    expect(numberAfter('accuracy')).toBeGreaterThan(0.93)
    expect(said.slice(0, 4)).toEqual(['inner 2,24', 'innerBias 24', 'middle 24,24', 'out 24,3'])
  })

  it('table.ts answers in the units of its table', async () => {
    await import('./table.ts')
    expect(said).toContain('column "rooms" lacks 23 values, which are filled with the median of the training split')
    expect(said).toContain('inputs: area, rooms, district=harbour, district=hill, district=station, garden')
    expect(numberAfter('R2 on houses it has not seen:')).toBeGreaterThan(0.97)
    // What the houses are worth: 80 * 5200 + 3 * 6000 + 40,000 and 140 * 3900 + 5 * 6000.
    expect(numberAfter('by the harbour:') / 474).toBeCloseTo(1, 1)
    expect(numberAfter('on the hill:') / 576).toBeCloseTo(1, 1)
  })

  it('regression.ts predicts two numbers at once', async () => {
    await import('./regression.ts')
    expect(numberAfter('R2')).toBeGreaterThan(0.98)
    expect(numberAfter('after epoch 1,')).toBeLessThan(0.002)
  })

  it('own-loop.ts learns without fit, and compiles its step once', async () => {
    await import('./own-loop.ts')
    expect(numberAfter('loss')).toBeGreaterThan(0.3)
    expect(numberAfter('at first,')).toBeLessThan(0.1)
    expect(numberAfter('compiled:')).toBe(1)
  })

  it('own-layer.ts sees through wild points', async () => {
    await import('./own-layer.ts')
    expect(said).toContain('sine1.weight, sine1.bias, dense1.weight, dense1.bias')
    expect(numberAfter('R2 against the clean curve:')).toBeGreaterThan(0.95)
  })

  it('checkpoint.ts goes on bit for bit', async () => {
    await import('./checkpoint.ts')
    expect(said).toEqual([
      'stopped after step 23',
      'going on from step-00000023.safetensors',
      'finished after step 60',
      'every bit is the same',
    ])
  })

  it('experiment.ts holds all that a run needs', async () => {
    // By its path and not by its name: the compiler leaves this file to docs.slow.test.ts.
    const { default: experiment }: { default: Experiment } = await import(`${import.meta.dirname}/experiment.ts`)
    const { data, model, ...options } = experiment
    const parts =
      typeof data === 'function'
        ? await data({ seed: 3, load: () => Promise.reject(new Error('it makes its own')) })
        : data
    const run = await fit(model, { ...options, ...parts, epochs: 20 })
    expect(run.test?.task === 'class' && run.test.accuracy).toBeGreaterThan(0.9)
  })
})
